/** Whether a value is a JSON object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The value if it is a JSON object, else an empty one: for reading a field that may not be there. */
export function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {}
}

type Present<T> = { [Key in keyof T]?: Exclude<T[Key], null | undefined> }

/**
 * A copy without fields that are null or undefined: clients take both for "not set". A plain loop, since it runs for
 * every request.
 */
export function present<T extends object>(values: T): Present<T> {
  const kept: { [key: string]: unknown } = {}
  for (const key in values) {
    const value = values[key]
    if (value !== undefined && value !== null) kept[key] = value
  }
  return kept as Present<T>
}
