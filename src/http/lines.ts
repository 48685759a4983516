import { textOf } from '../bytes/text-of.ts'

/**
 * The lines of a body, with one in memory at a time. A line of more than `maxBytes` is skipped and yields null.
 * Rejects if the connection breaks. Leaving the loop cancels the body.
 */
export async function* linesOf(
  body: ReadableStream<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<string | null> {
  let pieces: Uint8Array[] = []
  let size = 0
  const line = (): string | null => {
    const text = size > maxBytes ? null : textOf(pieces)
    pieces = []
    size = 0
    return text
  }
  const add = (piece: Uint8Array): void => {
    size += piece.byteLength
    if (size > maxBytes) pieces = []
    else if (piece.byteLength > 0) pieces.push(piece)
  }
  for await (const chunk of body) {
    let start = 0
    for (let end = chunk.indexOf(BREAK); end >= 0; end = chunk.indexOf(BREAK, start)) {
      add(chunk.subarray(start, end))
      yield line()
      start = end + 1
    }
    add(chunk.subarray(start))
  }
  if (size > 0) yield line()
}

const BREAK = 10
