export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

type Present<T> = { [Key in keyof T]?: Exclude<T[Key], null | undefined> }

/** Without what is null or undefined: on the wire of clients both mean "not set". In a loop, as it runs for every request. */
export function present<T extends object>(values: T): Present<T> {
  const kept: { [key: string]: unknown } = {}
  for (const key in values) {
    const value = values[key]
    if (value !== undefined && value !== null) kept[key] = value
  }
  return kept as Present<T>
}
