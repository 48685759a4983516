import { IDLE_MS, Patience } from './body-patience.ts'
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
  }: { readonly length: number; readonly owner: string; readonly limit: number },
): Promise<{ readonly text: string } | NotRead | null> {
  if (length > MAX_BYTES) return null
  const upload = new Upload(owner, limit)
  const patience = new Patience()
  try {
    if (upload.isCrowded || !upload.grow(length)) return null
    const pieces = Math.ceil(length / READ_BYTES)
    const text = await patience.for(request.text(), pieces * IDLE_MS)
    return text === null ? 'too_slow' : { text }
  } finally {
    patience.end()
    upload.end()
  }
}
