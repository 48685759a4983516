/** Names come from clients. Names that cannot stand in a header are left out, and so are all beyond MAX_NAMES. */
const NAME = /^[\w.[\]$-]{1,64}$/
const MAX_NAMES = 20

/** Tells the client which fields of its request had no effect. */
export function setIgnored(headers: Headers, names: readonly string[]): void {
  if (names.length === 0) return
  const told = new Set(names.filter((name) => NAME.test(name)))
  const list = [...told].slice(0, MAX_NAMES).join(', ')
  if (list !== '') headers.set('x-pollux-ignored', list)
}
