/** WAV files (RIFF WAVE), which players open, and the bare samples in which Gemini answers. */

const BYTES_PER_SAMPLE = 2
const DEFAULT_RATE = 24_000
const HEADER_BYTES = 44

/**
 * Samples per second, read from a type of bare samples such as `audio/L16;codec=pcm;rate=24000`; null if the type is
 * that of a file.
 */
export function pcmRate(mimeType: string): number | null {
  const [type = '', ...parameters] = mimeType.toLowerCase().split(';')
  if (!/^audio\/(l16|pcm|x-pcm|raw)$/.test(type.trim())) return null
  const rate = parameters.map((text) => /^\s*rate=(\d{4,6})\s*$/.exec(text)?.[1]).find(Boolean)
  return rate === undefined ? DEFAULT_RATE : Number(rate)
}

/**
 * Puts a WAV header before the samples, which must be 16 bits, little-endian, one channel. `rate` is in samples per
 * second.
 */
export function wavOf(samples: Uint8Array, rate: number): Uint8Array<ArrayBuffer> {
  const file = new Uint8Array(HEADER_BYTES + samples.length)
  const view = new DataView(file.buffer)
  const ascii = (at: number, text: string): void => {
    for (let index = 0; index < text.length; index++) file[at + index] = text.charCodeAt(index)
  }
  ascii(0, 'RIFF')
  view.setUint32(4, HEADER_BYTES - 8 + samples.length, true)
  ascii(8, 'WAVEfmt ')
  view.setUint32(16, 16, true)
  view.setUint16(20, 1, true)
  view.setUint16(22, 1, true)
  view.setUint32(24, rate, true)
  view.setUint32(28, rate * BYTES_PER_SAMPLE, true)
  view.setUint16(32, BYTES_PER_SAMPLE, true)
  view.setUint16(34, 8 * BYTES_PER_SAMPLE, true)
  ascii(36, 'data')
  view.setUint32(40, samples.length, true)
  file.set(samples, HEADER_BYTES)
  return file
}

/**
 * How long a WAV file plays, in seconds, by its own header; null if the header is incomplete or the bytes are not
 * WAV.
 */
export function wavDuration(bytes: Uint8Array): number | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.byteLength < 12 || name(view, 0) !== 'RIFF' || name(view, 8) !== 'WAVE') return null
  let bytesPerSecond = 0
  for (let at = 12; at + 8 <= bytes.byteLength;) {
    const size = view.getUint32(at + 4, true)
    const kind = name(view, at)
    if (kind === 'fmt ' && at + 20 <= bytes.byteLength)
      bytesPerSecond = view.getUint32(at + 16, true)
    if (kind === 'data') {
      // A live recording has no size in its header, or one that is larger than the file.
      const present = Math.min(size, bytes.byteLength - at - 8)
      return bytesPerSecond > 0 && present === size ? size / bytesPerSecond : null
    }
    at += 8 + size + (size % 2)
  }
  return null
}

function name(view: DataView, at: number): string {
  return String.fromCharCode(
    view.getUint8(at),
    view.getUint8(at + 1),
    view.getUint8(at + 2),
    view.getUint8(at + 3),
  )
}
