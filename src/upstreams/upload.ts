import type { Cuttings } from '../bytes/cuttings.ts'

/** A write copies what it is given. */
const WRITE_BYTES = 131_072

/**
 * The body of a call: `json` with what was cut out of it in its place. What was cut is written from the bytes it came in, piece
 * by piece, so that each attempt can send it and none needs a copy of it. Google is told the length, as it would be of a text.
 */
export function uploadOf(json: string, cuttings: Cuttings): string | ReadableStream<Uint8Array> {
  if (cuttings.isEmpty) return json
  const pieces = cuttings.splice(json)
  const length = pieces.reduce((sum, piece) => sum + piece.byteLength, 0)
  const { readable, writable } = new FixedLengthStream(length)
  // Where Google does not take all of it, `fetch` tells why.
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
