/**
 * A client may start any number of uploads and stop each before its last byte, which would fill the isolate's memory.
 * So this counts the bytes of unfinished uploads, by owner.
 */
const held = new Map<string, number>()

/**
 * Bytes: four bodies of the default limit's size. An owner with more is crowded: its uploads are given up sooner when
 * they stand still.
 */
const CROWDED_BYTES = 83_886_080
/**
 * Bytes, whether or not they still arrive. A single body may always be as large as its own limit. An agent that sends
 * 64 pictures of 5 MB at once stays below this.
 */
const MAX_BYTES = 536_870_912

export class Upload {
  readonly #owner: string
  readonly #limit: number
  #bytes = 0

  /** `limit`: the most bytes that one body may have. */
  constructor(owner: string, limit: number) {
    this.#owner = owner
    this.#limit = limit
  }

  /** Records the buffer's new size in bytes. False if the owner's uploads together hold too much. */
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

  /** To be called when the upload is complete or given up. */
  end(): void {
    const rest = (held.get(this.#owner) ?? 0) - this.#bytes
    this.#bytes = 0
    if (rest > 0) held.set(this.#owner, rest)
    else held.delete(this.#owner)
  }
}
