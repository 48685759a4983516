/** Makes a value at its first use. Whatever a module makes at the top level costs time at every start of the Worker. */
export function lazy<Value extends object>(make: () => Value): () => Value {
  let made: Value | undefined
  return () => (made ??= make())
}
