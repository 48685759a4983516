/** Beginnings of files, enough to recognise their types. */
export const BYTES = {
  png: bytes('\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89'),
  jpeg: bytes('\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01'),
  webp: bytes('RIFF\x24\0\0\0WEBPVP8 \xfb\xff\xbf?'),
  pdf: bytes('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n'),
  mp3: bytes('ID3\x04\0\0\0\0\0\x23TSSE'),
  mp4: bytes('\0\0\0\x20ftypisom\0\0\x02\0isomiso2'),
  /** One second of silence would be 32,000 bytes at this rate. This header announces half as many. */
  wav: bytes(
    'RIFF\xa4\x3e\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x80\x3e\0\0\0\x7d\0\0\x02\0\x10\0data\x80\x3e\0\0',
  ),
} as const

export function base64(of: Uint8Array): string {
  let text = ''
  for (const byte of of) text += String.fromCharCode(byte)
  return btoa(text)
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (char) => char.charCodeAt(0))
}
