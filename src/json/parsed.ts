/** The value of a JSON text; null if the text is null or is not JSON. */
export function parsed(text: string | null): unknown {
  if (text === null) return null
  try {
    return JSON.parse(text)
  } catch {
    return null // the caller reports that the text is not what was asked for
  }
}
