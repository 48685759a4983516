import type { Clock } from '../clock.ts'
import { IDLE_MS } from './body-patience.ts'
import { type NotRead, READ_BYTES } from './read-bytes.ts'
import { Upload } from './unfinished-bodies.ts'

/** Bytes. Longer bodies are read in pieces, between which a sender who stops can be told from a slow one. */
const MAX_BYTES = 524_288

/**
 * The text of a body in one call into the runtime, which takes two thirds of the time of reading in pieces. The runtime
 * holds only what has arrived. Because nobody sees how much that is, all of the announced length is counted as held,
 * and the body may take as long as its pieces could take together. Null if the body is better read in pieces: if it is
 * long, or if its owner has so many under way that none may stand still. Rejects if the connection breaks.
 */
export async function readWholeText(
  request: Request,
  {
    length,
    owner,
    limit,
    clock,
  }: {
    readonly length: number
    readonly owner: string
    readonly limit: number
    readonly clock: Clock
  },
): Promise<{ readonly text: string } | NotRead | null> {
  if (length > MAX_BYTES) return null
  const upload = new Upload(owner, limit)
  let cancel = (): void => undefined
  try {
    if (upload.isCrowded || !upload.grow(length)) return null
    const pieces = Math.ceil(length / READ_BYTES)
    const { promise, resolve, reject } = Promise.withResolvers<string | null>()
    cancel = clock.after(pieces * IDLE_MS, () => resolve(null))
    void request.text().then(resolve, reject)
    const text = await promise
    return text === null ? 'too_slow' : { text }
  } finally {
    cancel()
    upload.end()
  }
}
