/**
 * Large base64 strings of a JSON text, cut out before it is parsed and put back, as the bytes they came in, when it goes out
 * again: a picture is neither parsed, copied nor encoded anew.
 *
 * In the parsed value such a string keeps its beginning; a mark stands for the rest. A mark is of characters that JSON does not
 * escape and base64 does not have, and is made at random after the text has arrived, so nothing that a client sends is one.
 */
import { findBase64Runs, type Range } from './base64-runs.ts'

/** Enough for all that looks at a string's beginning: a file's type, a name's length, a hash of its first characters. */
const KEPT = 1024

export class Cuttings {
  static readonly NONE = new Cuttings(new Uint8Array(), [])

  readonly #json: Uint8Array
  readonly #ranges: readonly Range[]
  /** How every mark begins; its number and a `~` follow. */
  readonly #mark: string

  private constructor(json: Uint8Array, ranges: readonly Range[]) {
    this.#json = json
    this.#ranges = ranges
    this.#mark = ranges.length === 0 ? '' : `~${crypto.randomUUID().replaceAll('-', '')}.`
  }

  /** The text of a JSON document, with marks for what is cut out of it. The bytes belong to the cuttings from then on. */
  static of(json: Uint8Array): { readonly text: string; readonly cuttings: Cuttings } {
    const runs = findBase64Runs(json)
    if (runs.length === 0) return { text: decodeAndFree(json), cuttings: Cuttings.NONE }
    const utf8 = new TextDecoder()
    const cuttings = new Cuttings(
      json,
      runs.map(({ start, end }) => ({ start: start + KEPT, end })),
    )
    let text = ''
    let from = 0
    for (const [number, { start, end }] of cuttings.#ranges.entries()) {
      text += `${utf8.decode(json.subarray(from, start))}${cuttings.#mark}${number}~`
      from = end
    }
    return { text: text + utf8.decode(json.subarray(from)), cuttings }
  }

  get isEmpty(): boolean {
    return this.#ranges.length === 0
  }

  /** How many characters a string of the parsed value really has. */
  lengthOf(text: string): number {
    if (this.isEmpty) return text.length
    let length = text.length
    for (const { at, end, range } of this.#marksIn(text))
      length += range.end - range.start - (end - at)
    return length
  }

  /** What is left of a string before its mark: all of it, where nothing was cut. What was cut is base64 to its end. */
  headOf(text: string): string {
    const [first] = this.#marksIn(text)
    return first === undefined ? text : text.slice(0, first.at)
  }

  /** The value as the client sent it, for whoever needs a string whole. */
  uncut<T>(value: T): T
  uncut(value: unknown): unknown {
    if (this.isEmpty) return value
    if (typeof value === 'string') return this.#whole(value)
    if (Array.isArray(value)) return value.map((item: unknown) => this.uncut(item))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.uncut(item)]))
  }

  /** A text that holds marks, in UTF-8, with what they stand for in their place: pieces of the original, not copies. */
  splice(text: string): readonly Uint8Array[] {
    const utf8 = new TextEncoder()
    const pieces: Uint8Array[] = []
    let from = 0
    for (const { at, end, range } of this.#marksIn(text)) {
      pieces.push(utf8.encode(text.slice(from, at)), this.#json.subarray(range.start, range.end))
      from = end
    }
    pieces.push(utf8.encode(text.slice(from)))
    return pieces
  }

  #whole(text: string): string {
    const utf8 = new TextDecoder()
    let whole = ''
    let from = 0
    for (const { at, end, range } of this.#marksIn(text)) {
      whole += text.slice(from, at) + utf8.decode(this.#json.subarray(range.start, range.end))
      from = end
    }
    return from === 0 ? text : whole + text.slice(from)
  }

  #marksIn(text: string): readonly { at: number; end: number; range: Range }[] {
    const marks: { at: number; end: number; range: Range }[] = []
    if (this.isEmpty) return marks
    for (let at = text.indexOf(this.#mark); at !== -1;) {
      const tilde = text.indexOf('~', at + this.#mark.length)
      const range = this.#ranges[Number(text.slice(at + this.#mark.length, tilde))]
      // Only a mark that somebody took apart is no mark: it must never reach Google as if it were a picture.
      if (range === undefined) throw new Error('A mark of a cut string was changed.')
      marks.push({ at, end: tilde + 1, range })
      at = text.indexOf(this.#mark, tilde)
    }
    return marks
  }
}

/** Frees the bytes at once and not with some later collection: they are as much as all else that is held of a long request. */
function decodeAndFree(bytes: Uint8Array): string {
  const text = new TextDecoder().decode(bytes)
  if (bytes.buffer instanceof ArrayBuffer) bytes.buffer.transfer(0)
  return text
}
