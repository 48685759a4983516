/** Behind this many characters no comma is looked for: what a data URL says of itself is short. */
const MAX_HEAD = 512

export interface DataUrl {
  /** In lower case, without parameters; empty where the URL names none. */
  readonly mimeType: string
  readonly isBase64: boolean
  /** As it came: percent-encoded text, or base64. */
  readonly payload: string
}

/** Reads a data URL (RFC 2397), leniently as browsers do; null where it is none. Never looks at the payload. */
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
