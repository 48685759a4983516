/**
 * Large base64 strings are cut out of a JSON text before it is parsed. Their original bytes are put back when the
 * text is sent on, so a picture is never parsed, copied or encoded again.
 * In the parsed value, such a string keeps its beginning, and a mark stands for the rest. A mark has only characters
 * that JSON does not escape and base64 does not have. It is chosen at random after the text has arrived, so a client
 * cannot forge one.
 */
import { findBase64Runs, mayHoldRun, type Range } from './base64-runs.ts'

/**
 * Characters. Enough for all code that looks at the beginning of a string: file type, length of a name, hash of the
 * first characters.
 */
const KEPT = 1024

export class Cuttings {
  static readonly NONE = new Cuttings(new Uint8Array(), [])

  readonly #json: Uint8Array
  readonly #ranges: readonly Range[]
  /** The beginning of every mark. The cutting's number and a `~` follow. */
  readonly #mark: string

  private constructor(json: Uint8Array, ranges: readonly Range[]) {
    this.#json = json
    this.#ranges = ranges
    this.#mark = ranges.length === 0 ? '' : `~${crypto.randomUUID().replaceAll('-', '')}.`
  }

  /** The text of a JSON document, with marks in place of what was cut. The caller must not use the bytes afterwards. */
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

  /** The same for a document that was read as a text. Its bytes are made anew if it holds what is worth cutting. */
  static ofText(json: string): { readonly text: string; readonly cuttings: Cuttings } {
    if (!mayHoldRun(json)) return { text: json, cuttings: Cuttings.NONE }
    return Cuttings.of(new TextEncoder().encode(json))
  }

  get isEmpty(): boolean {
    return this.#ranges.length === 0
  }

  /** How many characters a string of the parsed value had before cutting. */
  lengthOf(text: string): number {
    if (this.isEmpty) return text.length
    let length = text.length
    for (const { at, end, range } of this.#marksIn(text))
      length += range.end - range.start - (end - at)
    return length
  }

  /**
   * The part of a string before its first mark; the whole string if nothing was cut. A mark stands for base64 up to
   * the string's end.
   */
  headOf(text: string): string {
    const [first] = this.#marksIn(text)
    return first === undefined ? text : text.slice(0, first.at)
  }

  /** The value as the client sent it, for code that needs whole strings. */
  uncut<T>(value: T): T
  uncut(value: unknown): unknown {
    if (this.isEmpty) return value
    if (typeof value === 'string') return this.#whole(value)
    if (Array.isArray(value)) return value.map((item: unknown) => this.uncut(item))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.uncut(item)]))
  }

  /** The text in UTF-8, with the original bytes in place of its marks. The pieces are views, not copies. */
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
      // Only code that changed a mark can cause this. The broken mark must never reach Google in place of a picture.
      if (range === undefined) throw new Error('A mark of a cut string was changed.')
      marks.push({ at, end: tilde + 1, range })
      at = text.indexOf(this.#mark, tilde)
    }
    return marks
  }
}

/**
 * Frees the bytes now instead of at some later garbage collection: they take as much memory as everything else that
 * is kept of a long request.
 */
function decodeAndFree(bytes: Uint8Array): string {
  const text = new TextDecoder().decode(bytes)
  if (bytes.buffer instanceof ArrayBuffer) bytes.buffer.transfer(0)
  return text
}
