/**
 * Danger: one user's request is read from what another of the same user's brought, and a schema from what anybody's did. So what
 * outlives a request is frozen all through, and nothing else is frozen at all: what is frozen is the same for ever.
 */
export function frozen<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  // Each value of a long body comes by here, so no lists of them are made; what JSON.parse makes inherits no names.
  if (Array.isArray(value)) for (const item of value) frozen(item)
  else for (const name in value) frozen(value[name])
  return Object.freeze(value)
}

/**
 * What a pure function makes of a value, made once for each frozen one; any other it is asked about anew. It is forgotten with the
 * value. What is made is handed out again and again: it must be frozen, or a primitive.
 */
export function onceForFrozen<Result>(make: (value: object) => Result): (value: object) => Result {
  const made = new WeakMap<object, { readonly result: Result }>()
  return (value) => {
    const known = made.get(value)
    if (known !== undefined) return known.result
    const result = make(value)
    if (Object.isFrozen(value)) made.set(value, { result })
    return result
  }
}
