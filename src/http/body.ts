import type { Failure } from './errors.ts'

export type JsonBody =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly failure: Failure }

// A map, not an object: what is looked up comes from outside, and may be called `constructor`.
const ENCODINGS: ReadonlyMap<string, 'gzip' | 'deflate'> = new Map([
  ['gzip', 'gzip'],
  ['x-gzip', 'gzip'],
  ['deflate', 'deflate'],
])

/**
 * The JSON of a request. The content type is not asked for: browsers that avoid a preflight send text/plain
 * (client-protocols §0.7). `limit` is in bytes, after decompression too, so that a small body cannot unfold without end.
 */
export async function readJson(request: Request, limit: number): Promise<JsonBody> {
  const encoding = (request.headers.get('content-encoding') ?? 'identity').trim().toLowerCase()
  const format = ENCODINGS.get(encoding)
  if (encoding !== 'identity' && encoding !== '' && format === undefined) {
    return refuse({
      reason: 'unsupported_encoding',
      message: `The content-encoding '${encoding.slice(0, 40)}' is not supported; send identity, gzip or deflate.`,
    })
  }
  if (Number(request.headers.get('content-length')) > limit) return tooLarge(limit)
  if (request.body === null) return empty()

  const stream =
    format === undefined ? request.body : request.body.pipeThrough(new DecompressionStream(format))
  let text: string | null
  try {
    text = await readText(stream, limit)
  } catch {
    // The client broke off, or what it sent is not what its content-encoding says.
    return refuse({ reason: 'invalid_json', message: 'The request body could not be read.' })
  }
  if (text === null) return tooLarge(limit)
  if (text.trim() === '') return empty()
  try {
    return { ok: true, value: JSON.parse(text) }
  } catch {
    return refuse({ reason: 'invalid_json', message: 'The request body is not valid JSON.' })
  }
}

/** Null where the stream is longer than `limit` bytes. A byte order mark is dropped, as TextDecoder does. */
async function readText(stream: ReadableStream<Uint8Array>, limit: number): Promise<string | null> {
  const decoder = new TextDecoder()
  let text = ''
  let size = 0
  for await (const chunk of stream) {
    size += chunk.byteLength
    if (size > limit) return null
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

function empty(): JsonBody {
  return refuse({
    reason: 'invalid_json',
    message: 'The request body is empty; send a JSON object.',
  })
}

function tooLarge(limit: number): JsonBody {
  return refuse({
    reason: 'body_too_large',
    message: `The request body is larger than the ${limit} bytes that this gateway accepts.`,
  })
}

function refuse(failure: Failure): JsonBody {
  return { ok: false, failure }
}
