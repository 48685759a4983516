import { textOf } from '../bytes/text-of.ts'
import { ListCuts } from './list-cuts.ts'

/**
 * Finds the elements of a list in a JSON text that is too long to be held (list-cuts.ts). One element is in memory at a
 * time.
 */
export class ListElements {
  readonly #cuts: ListCuts
  readonly #maxBytes: number
  /** What came of the element that has begun. */
  #pieces: Uint8Array[] = []
  #size = 0

  constructor(name: string, maxBytes: number) {
    this.#cuts = new ListCuts(name)
    this.#maxBytes = maxBytes
  }

  /** The elements that end in this piece; null for one of more than `maxBytes`. */
  in(piece: Uint8Array): (string | null)[] {
    const ended: (string | null)[] = []
    for (const { bytes, isElement, ends } of this.#cuts.in(piece)) {
      if (!isElement) continue
      this.#size += bytes.byteLength
      if (this.#size > this.#maxBytes) this.#pieces = []
      else this.#pieces.push(bytes)
      if (ends) ended.push(this.#whole())
    }
    return ended
  }

  #whole(): string | null {
    const text = this.#size > this.#maxBytes ? null : textOf(this.#pieces)
    this.#pieces = []
    this.#size = 0
    return text
  }
}
