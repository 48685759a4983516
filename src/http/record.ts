export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

type Present<T> = { [Key in keyof T]?: Exclude<T[Key], null | undefined> }

/** Without what is null or undefined: on the wire of clients both mean "not set". */
export function present<T extends object>(values: T): Present<T> {
  const entries = Object.entries(values).filter(
    ([, value]) => value !== undefined && value !== null,
  )
  return Object.fromEntries(entries) as Present<T>
}
