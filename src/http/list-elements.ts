import { textOf } from '../bytes/text-of.ts'

const QUOTE = 34
const COMMA = 44
const COLON = 58
const ARRAY = 91
const BACKSLASH = 92
const END_ARRAY = 93
const OBJECT = 123
const END_OBJECT = 125
/** Bytes. No name that is looked for is longer. */
const MAX_NAME = 100

/**
 * Finds the elements of a list in a JSON text that is too long to be held: the objects in the first list that has this
 * name, at any depth. The text comes in pieces, cut anywhere, and one element is in memory at a time. The text must be
 * valid JSON.
 */
export class ListElements {
  readonly #name: string
  readonly #maxBytes: number
  #depth = 0
  #inString = false
  #isEscaped = false
  /** The bytes of the last string, while it may be a name. */
  #string: number[] = []
  #isNamed = false
  /** The depth within the list; null before it begins. */
  #listDepth: number | null = null
  #isOver = false
  /** What came of the element that has begun; null between elements. */
  #element: { pieces: Uint8Array[]; size: number } | null = null

  constructor(name: string, maxBytes: number) {
    this.#name = name
    this.#maxBytes = maxBytes
  }

  /** The elements that end in this piece; null for one of more than `maxBytes`. */
  in(piece: Uint8Array): (string | null)[] {
    const ended: (string | null)[] = []
    let from = 0
    for (let at = 0; at < piece.length && !this.#isOver; at++) {
      if (this.#inString) {
        at = this.#readString(piece, at)
        continue
      }
      const byte = piece[at]
      switch (byte) {
        case QUOTE:
          this.#inString = true
          this.#string = []
          break
        case COLON:
          this.#isNamed = this.#listDepth === null && this.#lastString() === this.#name
          break
        case COMMA:
          this.#isNamed = false
          break
        case ARRAY:
        case OBJECT:
          if (this.#depth === this.#listDepth) {
            this.#element = { pieces: [], size: 0 }
            from = at
          }
          this.#depth++
          if (byte === ARRAY && this.#isNamed) this.#listDepth = this.#depth
          this.#isNamed = false
          break
        case END_ARRAY:
        case END_OBJECT:
          if (this.#depth === this.#listDepth) this.#isOver = true
          this.#depth--
          if (this.#element !== null && this.#depth === this.#listDepth) {
            this.#add(piece.subarray(from, at + 1))
            ended.push(this.#whole())
          }
      }
    }
    if (this.#element !== null) this.#add(piece.subarray(from))
    return ended
  }

  /** Reads on in a string, and returns where it ends or the piece does. Strings may hold megabytes of pictures. */
  #readString(piece: Uint8Array, start: number): number {
    for (let at = start; at < piece.length; at++) {
      const byte = piece[at] ?? 0
      if (this.#isEscaped) this.#isEscaped = false
      else if (byte === BACKSLASH) this.#isEscaped = true
      else if (byte === QUOTE) {
        this.#inString = false
        return at
      }
      if (this.#string.length <= MAX_NAME) this.#string.push(byte)
    }
    return piece.length
  }

  #lastString(): string {
    return String.fromCharCode(...this.#string)
  }

  #add(bytes: Uint8Array): void {
    const element = this.#element
    if (element === null) return
    element.size += bytes.byteLength
    if (element.size > this.#maxBytes) element.pieces = []
    else element.pieces.push(bytes)
  }

  #whole(): string | null {
    const { pieces = [], size = 0 } = this.#element ?? {}
    this.#element = null
    return size > this.#maxBytes ? null : textOf(pieces)
  }
}
