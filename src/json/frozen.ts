/**
 * Freezes a value deeply.
 * Danger: parsed values of one request are used again for later requests of the same user, and converted schemas for
 * requests of all users. A change to one would change the others. So whatever outlives a request is deeply frozen,
 * and nothing else is frozen at all: frozen means that the value never changes.
 */
export function frozen<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  // Each value of a long body passes here, so the loops create no arrays. `for … in` is safe, since objects from
  // JSON.parse inherit no enumerable names.
  if (Array.isArray(value)) for (const item of value) frozen(item)
  else for (const name in value) frozen(value[name])
  return Object.freeze(value)
}

/**
 * Makes the result of a pure function once for each frozen object, and anew each time for any other. The result is
 * forgotten together with the object. It must be frozen or a primitive, since it is handed out repeatedly.
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
