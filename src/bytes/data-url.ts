/** Characters. A comma further on is not searched for: the part before the comma is short in every real data URL. */
const MAX_HEAD = 512

export interface DataUrl {
  /** In lower case, without parameters; empty if the URL names no type. */
  readonly mimeType: string
  readonly isBase64: boolean
  /** Unchanged: percent-encoded text, or base64. */
  readonly payload: string
}

/**
 * Reads a data URL (RFC 2397) as leniently as browsers do; null if the text is not one. Does not look at the payload.
 */
export function parseDataUrl(text: string): DataUrl | null {
  const head = /^\s*data:([^,]*),/i.exec(text.slice(0, MAX_HEAD))
  if (head === null) return null
  const [mimeType = '', ...parameters] = (head[1] ?? '').toLowerCase().split(';')
  return {
    mimeType: mimeType.trim(),
    isBase64: parameters.some((parameter) => parameter.trim() === 'base64'),
    payload: text.slice(head[0].length),
  }
}
