/**
 * A file's type by its first bytes (WHATWG MIME Sniffing, section 6, and the registries it cites). Null if they match
 * no known type.
 */
export function sniff(bytes: Uint8Array): string | null {
  const text = String.fromCharCode(...bytes.subarray(0, 32))
  const known = SIGNATURES.find(([signature]) => text.startsWith(signature))
  if (known !== undefined) return known[1]
  if (text.startsWith('RIFF')) return RIFF.get(text.slice(8, 12)) ?? null
  if (text.startsWith('FORM') && text.startsWith('AIF', 8)) return 'audio/aiff'
  if (text.startsWith('ftyp', 4)) return BRANDS.get(text.slice(8, 12)) ?? 'video/mp4'
  return isAudioFrame(bytes) ? frameType(bytes) : null
}

const SIGNATURES: readonly (readonly [string, string])[] = [
  ['\x89PNG\r\n\x1a\n', 'image/png'],
  ['\xff\xd8\xff', 'image/jpeg'],
  ['GIF87a', 'image/gif'],
  ['GIF89a', 'image/gif'],
  ['%PDF-', 'application/pdf'],
  ['{\\rtf', 'application/rtf'],
  ['fLaC', 'audio/flac'],
  ['OggS', 'audio/ogg'],
  ['ID3', 'audio/mpeg'],
  ['\x1aE\xdf\xa3', 'video/webm'],
  ['PK\x03\x04', 'application/zip'],
  ['II*\0', 'image/tiff'],
  ['MM\0*', 'image/tiff'],
]

const RIFF: ReadonlyMap<string, string> = new Map([
  ['WEBP', 'image/webp'],
  ['WAVE', 'audio/wav'],
  ['AVI ', 'video/x-msvideo'],
])

/** Major brands of ISO base media files that are not films. */
const BRANDS: ReadonlyMap<string, string> = new Map([
  ['heic', 'image/heic'],
  ['heix', 'image/heic'],
  ['mif1', 'image/heif'],
  ['msf1', 'image/heif'],
  ['avif', 'image/avif'],
  ['avis', 'image/avif'],
  ['M4A ', 'audio/mp4'],
  ['M4B ', 'audio/mp4'],
  ['qt  ', 'video/quicktime'],
  ['3gp4', 'video/3gpp'],
  ['3gp5', 'video/3gpp'],
])

/**
 * Eleven set bits begin a frame of MPEG audio. The byte order mark of UTF-16 has them too, but its second byte, 0xfe,
 * is not a valid layer and version.
 */
function isAudioFrame([first = 0, second = 0]: Uint8Array): boolean {
  return first === 0xff && (second & 0xe0) === 0xe0 && second !== 0xfe
}

/** The layer bits are 0 in ADTS (AAC), and 1 in MP3. */
function frameType([, second = 0]: Uint8Array): string {
  return (second & 0x06) === 0 ? 'audio/aac' : 'audio/mpeg'
}

/**
 * Chooses between the declared type and the type that the bytes show. The bytes are right about pictures and
 * documents. Sound and film look alike, and a text may look like either, so for those the declared type counts.
 */
export function settledType(declared: string | null, seen: string | null): string | null {
  if (declared === null || seen === null) return declared ?? seen
  const isUnsure = /^(?:audio|video)\//.test(seen) && !/^image\/|pdf$/.test(declared)
  return isUnsure ? declared : seen
}
