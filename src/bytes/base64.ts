import type { Cuttings } from './cuttings.ts'

/** RFC 4648, section 4, with all of its padding or none. */
const STANDARD = /^[A-Za-z0-9+/]*={0,2}$/
/** Enough for every signature that `sniff` knows, and a multiple of four. */
const HEAD_CHARS = 64

/**
 * Base64 as Google takes it, out of what clients send: the URL alphabet, white space, percent-encoded signs, padding left out.
 * Null where it is none. A text that was cut is base64 already, but for its padding.
 */
export function normalBase64(text: string, cuttings: Cuttings): string | null {
  const isCut = cuttings.headOf(text) !== text
  const plain = isCut || STANDARD.test(text) ? text : tidied(text)
  if (plain === null) return null
  const odd = cuttings.lengthOf(plain) % 4
  if (odd === 0) return plain
  return odd === 1 || (!isCut && plain.endsWith('=')) ? null : plain + '='.repeat(4 - odd)
}

/** The first bytes of normal base64. */
export function headBytes(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64.slice(0, HEAD_CHARS)), (char) => char.charCodeAt(0))
}

/** All bytes of normal base64 that was not cut. */
export function allBytes(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))
}

/** How many bytes normal base64 stands for; two more at most, where its end was cut. */
export function byteLength(base64: string, cuttings: Cuttings): number {
  const padding = /={0,2}$/.exec(base64)?.[0].length ?? 0
  return (cuttings.lengthOf(base64) / 4) * 3 - padding
}

const UNESCAPED: Readonly<Record<string, string>> = { '-': '+', _: '/' }

function tidied(text: string): string | null {
  const plain = text
    .replace(/%(2[bBfF]|3[dD])/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)))
    .replace(/[-_]/g, (sign) => UNESCAPED[sign] ?? sign)
    .replace(/\s+/g, '')
  return STANDARD.test(plain) ? plain : null
}

/** The bytes of pieces that came one after the other. A piece that is no base64 is left out; the rest of the answer stands. */
export function joinedBytes(pieces: readonly string[]): Uint8Array<ArrayBuffer> {
  const parts = pieces.map(decoded)
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

function decoded(base64: string): Uint8Array {
  try {
    return Uint8Array.fromBase64(base64)
  } catch {
    return new Uint8Array()
  }
}
