import { textOf } from '../bytes/text-of.ts'
import { type Cut, ListCuts } from './list-cuts.ts'

/** Bytes. What stands around the elements of a page is a token, commas and white space. */
const MAX_AROUND = 1_048_576
const PLACE = new TextEncoder().encode('0')

/** A list in a JSON text that is too long to be held, element by element, each of them in pieces. */
export class LongList {
  readonly #pieces: AsyncIterator<Uint8Array>
  readonly #cuts: ListCuts
  #ahead: Cut[] = []
  #around: Uint8Array[] = []
  #size = 0

  constructor(pieces: AsyncIterable<Uint8Array>, name: string) {
    this.#pieces = pieces[Symbol.asyncIterator]()
    this.#cuts = new ListCuts(name)
  }

  /** The next element, which must be read to its end before the one after it. Null if there is none. */
  async next(): Promise<AsyncGenerator<Uint8Array, void> | null> {
    for (let cut = await this.#next(); cut !== undefined; cut = await this.#next()) {
      if (cut.isElement) {
        this.#add(PLACE)
        return this.#element(cut)
      }
      this.#add(cut.bytes)
    }
    return null
  }

  /** The text that has come, with a 0 in place of each element. */
  around(): string {
    return textOf(this.#around)
  }

  async close(): Promise<void> {
    await this.#pieces.return?.()
  }

  async *#element(first: Cut): AsyncGenerator<Uint8Array, void> {
    let cut: Cut | undefined = first
    for (; cut !== undefined; cut = await this.#next()) {
      yield cut.bytes
      if (cut.ends) return
    }
    throw new Error('The list broke off.')
  }

  async #next(): Promise<Cut | undefined> {
    while (this.#ahead.length === 0) {
      const { done = false, value } = await this.#pieces.next()
      if (done) return undefined
      this.#ahead = [...this.#cuts.in(value as Uint8Array)]
    }
    return this.#ahead.shift()
  }

  #add(bytes: Uint8Array): void {
    this.#size += bytes.byteLength
    if (this.#size > MAX_AROUND) throw new Error('The text has no such list.')
    this.#around.push(bytes)
  }
}
