/** The value of a JSON text; null where it is none, or there is no text. */
export function parsed(text: string | null): unknown {
  if (text === null) return null
  try {
    return JSON.parse(text)
  } catch {
    return null // what came is not what was asked for; the caller says so
  }
}
