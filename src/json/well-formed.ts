/**
 * JavaScript makes half a surrogate pair wherever it cuts a text, and JSON can spell one. Google refuses a body with
 * such a half, and a client that receives one would send it back. So each becomes U+FFFD, which UTF-8 decoders put in
 * its place too.
 */
const ESCAPES =
  /\\(?:u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|(u[dD][89a-fA-F][\da-fA-F]{2})|[^])/g

const NO_CHARACTER = '\ufffd'

/**
 * A JSON text without halves. JSON.stringify writes each half as an escape, so a text without such an escape is
 * returned as it is.
 */
export function wellFormedJson(json: string): string {
  // Long texts mostly hold no such escape at all, and then one look through them is enough.
  if (!json.includes('\\u')) return json
  if (!json.includes('\\ud') && !json.includes('\\uD')) return json
  return json.replace(ESCAPES, (escape, half: string | undefined) =>
    half === undefined ? escape : NO_CHARACTER,
  )
}

/** A value as JSON without halves. */
export function toWellFormedJson(value: unknown): string {
  const json = JSON.stringify(value)
  return json.includes('\\ud') ? wellFormedJson(json) : json
}

/** Joins characters that were split between two pieces of a text. */
export class WholeCharacters {
  /** The first half of a pair, if the last piece ended with one. */
  #half = ''

  /** Whether the last piece ended with one. */
  get isCut(): boolean {
    return this.#half !== ''
  }

  /** The piece in whole characters. If it ends in a first half, that half is kept for the next piece. */
  next(piece: string): string {
    // True of nearly every piece. Checking is much cheaper than copying.
    if (this.#half === '' && piece.isWellFormed()) return piece
    const text = this.#half + piece
    const endsInHalf = isFirstHalf(text.charCodeAt(text.length - 1))
    this.#half = endsInHalf ? text.slice(-1) : ''
    return (endsInHalf ? text.slice(0, -1) : text).toWellFormed()
  }

  /** What is left when no piece follows. */
  end(): string {
    const rest = this.#half === '' ? '' : NO_CHARACTER
    this.#half = ''
    return rest
  }
}

function isFirstHalf(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff
}
