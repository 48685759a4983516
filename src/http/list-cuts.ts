import {
  ARRAY,
  BACKSLASH,
  COLON,
  COMMA,
  END_ARRAY,
  END_OBJECT,
  OBJECT,
  QUOTE,
} from '../json/characters.ts'

/** Bytes. No name that is looked for is longer. */
const MAX_NAME = 100

export interface Cut {
  readonly bytes: Uint8Array
  /** Whether this is of an element of the list, or of what stands around the elements. */
  readonly isElement: boolean
  /** Whether the element ends here. */
  readonly ends: boolean
}

/**
 * Cuts a JSON text that is too long to be held where the elements of a list begin and end: the objects in the first list
 * that has this name, at any depth. The text comes in pieces, cut anywhere, and must be valid JSON.
 */
export class ListCuts {
  readonly #name: string
  #depth = 0
  #inString = false
  #isEscaped = false
  /** The bytes of the last string, while it may be a name. */
  #string: number[] = []
  #isNamed = false
  /** The depth within the list; null before it begins. */
  #listDepth: number | null = null
  #isOver = false
  #inElement = false

  constructor(name: string) {
    this.#name = name
  }

  /** All bytes of the piece, in order. */
  in(piece: Uint8Array): readonly Cut[] {
    const cuts: Cut[] = []
    let from = 0
    const cut = (to: number, ends: boolean): void => {
      if (to > from) {
        cuts.push({ bytes: piece.subarray(from, to), isElement: this.#inElement, ends })
      }
      from = to
    }
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
            cut(at, false)
            this.#inElement = true
          }
          this.#depth++
          if (byte === ARRAY && this.#isNamed) this.#listDepth = this.#depth
          this.#isNamed = false
          break
        case END_ARRAY:
        case END_OBJECT:
          if (this.#depth === this.#listDepth) this.#isOver = true
          this.#depth--
          if (this.#inElement && this.#depth === this.#listDepth) {
            cut(at + 1, true)
            this.#inElement = false
          }
      }
    }
    cut(piece.length, false)
    return cuts
  }

  /** Reads on in a string, and returns where it ends or the piece does. Strings may hold megabytes of pictures. */
  #readString(piece: Uint8Array, start: number): number {
    let end = -1
    for (let at = start; at < piece.length; at++) {
      if (!this.#isEscaped && this.#string.length > MAX_NAME) {
        // No name: only its end matters, and searching is much faster than looking at each byte.
        if (end < at) end = indexOf(piece, QUOTE, at)
        at += indexOf(piece.subarray(at, end), BACKSLASH, 0)
        if (at === piece.length) break
      }
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
}

/** The length if it is not there. */
function indexOf(bytes: Uint8Array, byte: number, from: number): number {
  const at = bytes.indexOf(byte, from)
  return at === -1 ? bytes.length : at
}
