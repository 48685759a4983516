/** Names come from clients: what could not stand in a header is left out, and so is what comes after this many. */
const NAME = /^[\w.[\]$-]{1,64}$/
const MAX_NAMES = 20

/** Tells what of a request had no part in its answer. */
export function setIgnored(headers: Headers, names: readonly string[]): void {
  if (names.length === 0) return
  const told = new Set(names.filter((name) => NAME.test(name)))
  const list = [...told].slice(0, MAX_NAMES).join(', ')
  if (list !== '') headers.set('x-pollux-ignored', list)
}
