import { joined } from './joined.ts'
import type { Cuttings } from './cuttings.ts'

/** RFC 4648, section 4, with or without padding. */
const STANDARD = /^[A-Za-z0-9+/]*={0,2}$/
/** Enough characters for every file signature that `sniff` knows, and a multiple of four. */
const HEAD_CHARS = 64

/**
 * Clients send base64 in the URL alphabet, with white space, with percent-encoded characters or without padding.
 * Returns it in the form that Google accepts; null if it is not base64. A cut text is known to be base64, but its
 * padding may be missing.
 */
export function normalBase64(text: string, cuttings: Cuttings): string | null {
  const isCut = cuttings.headOf(text) !== text
  const plain = isCut || STANDARD.test(text) ? text : tidied(text)
  if (plain === null) return null
  const odd = cuttings.lengthOf(plain) % 4
  if (odd === 0) return plain
  return odd === 1 || (!isCut && plain.endsWith('=')) ? null : plain + '='.repeat(4 - odd)
}

/** The first bytes of base64 in the standard form. */
export function headBytes(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64.slice(0, HEAD_CHARS)), (char) => char.charCodeAt(0))
}

/** All bytes of base64 in the standard form. The text must not hold a cutting. */
export function allBytes(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))
}

/**
 * How many bytes standard base64 stands for. Up to two too many if its end was cut, since the padding is not seen
 * then.
 */
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

/**
 * The decoded pieces, joined in order. A piece that is not base64 is left out, so that the rest of the answer still
 * arrives.
 */
export function joinedBytes(pieces: readonly string[]): Uint8Array<ArrayBuffer> {
  return joined(pieces.map(decoded))
}

function decoded(base64: string): Uint8Array {
  try {
    return Uint8Array.fromBase64(base64)
  } catch {
    return new Uint8Array()
  }
}
