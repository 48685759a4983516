/**
 * Half a surrogate pair is no character: Google refuses a body with one, and a client that is told one sends it back. JavaScript
 * makes them wherever a text is cut, and JSON can spell them. Each becomes U+FFFD, which is what UTF-8 decoders put in its place.
 */
const ESCAPES =
  /\\(?:u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|(u[dD][89a-fA-F][\da-fA-F]{2})|[^])/g

const NO_CHARACTER = '\ufffd'

/** A JSON text without halves. JSON.stringify spells each as an escape, so a text without such an escape is left alone. */
export function wellFormedJson(json: string): string {
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

/** Puts characters together that were cut in two between one piece of a text and the next. */
export class WholeCharacters {
  /** The first half of a pair whose second may begin the next piece. */
  #half = ''

  /** The piece, in whole characters; what ends in a first half keeps it for the next. */
  next(piece: string): string {
    // Nearly every piece: looking is much cheaper than copying.
    if (this.#half === '' && piece.isWellFormed()) return piece
    const text = this.#half + piece
    const endsInHalf = isFirstHalf(text.charCodeAt(text.length - 1))
    this.#half = endsInHalf ? text.slice(-1) : ''
    return (endsInHalf ? text.slice(0, -1) : text).toWellFormed()
  }

  /** What is left where nothing follows. */
  end(): string {
    const rest = this.#half === '' ? '' : NO_CHARACTER
    this.#half = ''
    return rest
  }
}

function isFirstHalf(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff
}
