import { textOf } from '../bytes/text-of.ts'

/**
 * The text of a body; all of its bytes in pieces if they are more than `limit`, so that no more than that is held. If
 * the connection breaks, this or the pieces reject.
 */
export async function textOrPieces(
  body: AsyncIterable<Uint8Array>,
  limit: number,
): Promise<string | AsyncGenerator<Uint8Array, void>> {
  const held: Uint8Array[] = []
  let size = 0
  const chunks = body[Symbol.asyncIterator]()
  for (;;) {
    const { done = false, value } = await chunks.next()
    if (done) return textOf(held)
    held.push(value)
    size += value.byteLength
    if (size > limit) return pieces(held, chunks)
  }
}

/** A body of these pieces, each of which is asked for when the one before is taken. */
export function streamOf(pieces: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async pull(controller) {
      const { done = false, value } = await pieces.next()
      if (done) controller.close()
      else controller.enqueue(value)
    },
    async cancel() {
      await pieces.return(undefined)
    },
  })
}

async function* pieces(
  held: Uint8Array[],
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array, void> {
  try {
    for (let piece = held.shift(); piece !== undefined; piece = held.shift()) yield piece
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) {
      yield next.value
    }
  } finally {
    await rest.return?.()
  }
}
