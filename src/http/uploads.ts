/**
 * What unfinished uploads hold of an isolate's memory, by whose they are. A body may stand still for long with all but its last
 * byte sent, and a client may begin as many as it likes.
 */
const held = new Map<string, number>()

/** Four bodies of the default limit's size; a body alone may always be as large as its limit. */
const MAX_BYTES = 83_886_080

export class Upload {
  readonly #owner: string
  readonly #limit: number
  #bytes = 0

  /** `limit`: of one body, in bytes. */
  constructor(owner: string, limit: number) {
    this.#owner = owner
    this.#limit = limit
  }

  /** Its buffer has so many bytes now; false where the owner's uploads hold too much together. */
  grow(bytes: number): boolean {
    const all = (held.get(this.#owner) ?? 0) + bytes - this.#bytes
    if (all > Math.max(MAX_BYTES, this.#limit + 1)) return false
    held.set(this.#owner, all)
    this.#bytes = bytes
    return true
  }

  /** It is complete, or given up. */
  end(): void {
    const rest = (held.get(this.#owner) ?? 0) - this.#bytes
    this.#bytes = 0
    if (rest > 0) held.set(this.#owner, rest)
    else held.delete(this.#owner)
  }
}
