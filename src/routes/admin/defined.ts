/** A copy without fields that are undefined. Unlike null, undefined means that a field was not sent. */
type Defined<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> }

export function definedOf<T extends object>(values: T): Defined<T> {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as Defined<T>
}
