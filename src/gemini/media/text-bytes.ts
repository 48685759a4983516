/** Control characters that no text contains: all but those of layout and of terminals. */
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const CONTROL = /[\0-\x07\x0e-\x1a\x1c-\x1f]/

/**
 * The text in a file's bytes: UTF-8, or UTF-16 with a byte order mark. Null if they are not text. Clients send source
 * code under any type (`video/mp2t` for TypeScript, `application/octet-stream`), so the bytes decide what is text.
 */
export function textIn(bytes: Uint8Array): string | null {
  try {
    const text = new TextDecoder(encodingOf(bytes), { fatal: true, ignoreBOM: false }).decode(bytes)
    return text === '' || CONTROL.test(text) ? null : text
  } catch {
    return null // the bytes are not text
  }
}

/** Whether the first bytes may belong to a text, so that a whole film need not be decoded to find out. */
export function mayBeText(head: Uint8Array): boolean {
  return encodingOf(head) !== 'utf-8' || !CONTROL.test(String.fromCharCode(...head))
}

/** The same for a file of which these are the first bytes: the last character may be cut. */
export function beginsAsText(head: Uint8Array): boolean {
  try {
    const decoder = new TextDecoder(encodingOf(head), { fatal: true, ignoreBOM: false })
    const text = decoder.decode(head, { stream: true })
    return text !== '' && !CONTROL.test(text)
  } catch {
    return false // bytes of something else
  }
}

function encodingOf([first, second]: Uint8Array): string {
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  return first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8'
}
