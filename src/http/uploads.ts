/**
 * What unfinished uploads hold of an isolate's memory, by whose they are. A body may stand still for long with all but its last
 * byte sent, and a client may begin as many as it likes.
 */
const held = new Map<string, number>()

/** Four bodies of the default limit's size. With more under way an owner is crowded: what stands still then is soon given up. */
const CROWDED_BYTES = 83_886_080
/** However fast they come; a body alone may always be as large as its limit. An agent that sends 64 pictures of 5 MB at once is under it. */
const MAX_BYTES = 536_870_912

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

  /** Whether the owner's uploads hold so much that none of them may stand still for long. */
  get isCrowded(): boolean {
    return (held.get(this.#owner) ?? 0) > CROWDED_BYTES
  }

  /** It is complete, or given up. */
  end(): void {
    const rest = (held.get(this.#owner) ?? 0) - this.#bytes
    this.#bytes = 0
    if (rest > 0) held.set(this.#owner, rest)
    else held.delete(this.#owner)
  }
}
