/** How long a WAV file plays, in seconds, by its own header (RIFF WAVE); null where the bytes are no whole header of one. */
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
      // What is recorded as it comes has no size in its header, or one that is larger than the file.
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
