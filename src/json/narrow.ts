/**
 * V8 keeps a text with two bytes for every character as soon as one of them is beyond Latin-1, and so it goes from one
 * object to another. A picture in base64 would take twice its size because of its caption in Cyrillic.
 */

/** Characters. Shorter texts matter too little. */
const LONG = 65_536
/** How many characters an escape has more than what it stands for. */
const GROWTH = 5
const DIGITS = new TextEncoder().encode('0123456789abcdef')

/** A JSON text that means the same, in escapes where that makes it smaller in memory. */
export function narrowJson(json: string): string {
  const count = json.length < LONG ? 0 : escapesFor(json)
  return count === 0 ? json : new TextDecoder().decode(escaped(json, count))
}

/** How many characters to escape; 0 if that is not worth it. */
function escapesFor(json: string): number {
  const most = json.length / GROWTH
  let isWide = false
  let count = 0
  for (let at = 0; at < json.length && count < most; at++) {
    const code = json.charCodeAt(at)
    if (code > 0x7f) count++
    if (code > 0xff) isWide = true
  }
  return isWide && count < most ? count : 0
}

/** Byte by byte: the text may be many megabytes long, and another copy of it would be too much. */
function escaped(json: string, count: number): Uint8Array {
  const bytes = new Uint8Array(json.length + count * GROWTH)
  let end = 0
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at)
    if (code > 0x7f) {
      bytes[end++] = 0x5c // \
      bytes[end++] = 0x75 // u
      for (let shift = 12; shift >= 0; shift -= 4) bytes[end++] = DIGITS[(code >> shift) & 15] ?? 0
    } else bytes[end++] = code
  }
  return bytes
}
