import type { Cuttings } from '../bytes/cuttings.ts'

/** Bytes a write, since each write copies its piece. */
const WRITE_BYTES = 524_288

/**
 * The body of a call: `json` with the cuttings put back. They are written piece by piece from their original bytes,
 * so that every attempt can send them and none copies them whole. The length is announced to Google, as it would be
 * for a text.
 */
export function uploadOf(json: string, cuttings: Cuttings): string | ReadableStream<Uint8Array> {
  if (cuttings.isEmpty) return json
  const pieces = cuttings.splice(json)
  const length = pieces.reduce((sum, piece) => sum + piece.byteLength, 0)
  const { readable, writable } = new FixedLengthStream(length)
  // If Google stops reading, `fetch` rejects with the reason.
  void write(writable, pieces).catch(() => undefined)
  return readable
}

async function write(
  writable: WritableStream<Uint8Array>,
  pieces: readonly Uint8Array[],
): Promise<void> {
  const writer = writable.getWriter()
  for (const piece of pieces) {
    for (let at = 0; at < piece.byteLength; at += WRITE_BYTES) {
      await writer.write(piece.subarray(at, at + WRITE_BYTES))
    }
  }
  await writer.close()
}
