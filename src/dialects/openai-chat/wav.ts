/**
 * Bare samples as a file that players open: Gemini's speech comes as `audio/L16;codec=pcm;rate=24000`,
 * 16 bits little-endian, one channel.
 */
const BYTES_PER_SAMPLE = 2
const DEFAULT_RATE = 24_000
const HEADER_BYTES = 44

/** Samples per second; null where the type is of a file. */
export function pcmRate(mimeType: string): number | null {
  const [type = '', ...parameters] = mimeType.toLowerCase().split(';')
  if (!/^audio\/(l16|pcm|x-pcm|raw)$/.test(type.trim())) return null
  const rate = parameters.map((text) => /^\s*rate=(\d{4,6})\s*$/.exec(text)?.[1]).find(Boolean)
  return rate === undefined ? DEFAULT_RATE : Number(rate)
}

/** Pieces of base64 samples as one WAV, base64. */
export function withWavHeader(pieces: readonly string[], rate: number): string {
  const samples = pieces.map(decode)
  const size = samples.reduce((sum, { length }) => sum + length, 0)
  const file = new Uint8Array(HEADER_BYTES + size)
  const view = new DataView(file.buffer)
  const ascii = (at: number, text: string): void => {
    for (let index = 0; index < text.length; index++) file[at + index] = text.charCodeAt(index)
  }
  ascii(0, 'RIFF')
  view.setUint32(4, HEADER_BYTES - 8 + size, true)
  ascii(8, 'WAVEfmt ')
  view.setUint32(16, 16, true)
  view.setUint16(20, 1, true)
  view.setUint16(22, 1, true)
  view.setUint32(24, rate, true)
  view.setUint32(28, rate * BYTES_PER_SAMPLE, true)
  view.setUint16(32, BYTES_PER_SAMPLE, true)
  view.setUint16(34, 8 * BYTES_PER_SAMPLE, true)
  ascii(36, 'data')
  view.setUint32(40, size, true)
  let at = HEADER_BYTES
  for (const piece of samples) {
    file.set(piece, at)
    at += piece.length
  }
  return file.toBase64()
}

/** What is no base64 is no sound; the rest of the answer stands. */
function decode(piece: string): Uint8Array {
  try {
    return Uint8Array.fromBase64(piece)
  } catch {
    return new Uint8Array()
  }
}
