export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
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
