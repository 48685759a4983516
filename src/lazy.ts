/** What is made on its first use: a Worker evaluates every module before it answers its first request. */
export function lazy<Value extends object>(make: () => Value): () => Value {
  let made: Value | undefined
  return () => (made ??= make())
}
