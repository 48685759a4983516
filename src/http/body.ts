import { Clock } from '../clock.ts'
import { MIN_RUN } from '../bytes/base64-runs.ts'
import { type NotRead, type Reading, readBytes } from './read-bytes.ts'
import { Cuttings } from '../bytes/cuttings.ts'
import type { Failure } from '../failure/failure.ts'
import { isNestedDeeper } from '../json/nesting.ts'
import { unzipped } from '../bytes/gunzip.ts'
import { readWholeText } from './whole-text.ts'
import { type Parsed, RecurringBodies } from '../json/recurring-bodies.ts'

type Refused = { readonly ok: false; readonly failure: Failure }
export type JsonBody = { readonly ok: true; readonly value: unknown } | Refused

export type CutJsonBody =
  /** `text` is the JSON that the value was parsed from, with marks for the cuttings. */
  | {
      readonly ok: true
      readonly value: unknown
      readonly text: string
      readonly cuttings: Cuttings
    }
  | Refused

/**
 * Deeper than any real conversation or schema. Later code may recurse over the body: the stack is large enough for
 * this many levels.
 */
const MAX_DEPTH = 500

// A map, not an object: the name comes from outside and may be `constructor`.
const ENCODINGS: ReadonlyMap<string, 'gzip' | 'deflate'> = new Map([
  ['gzip', 'gzip'],
  ['x-gzip', 'gzip'],
  ['deflate', 'deflate'],
])

export interface Sender {
  readonly id: string
  /**
   * Whether the sender is authenticated. Bodies of others are not remembered, so that they cannot displace those of
   * known users.
   */
  readonly isKnown: boolean
}

const NOBODY: Sender = { id: '', isKnown: false }

/**
 * The JSON of a request. The content type is not checked: browsers that avoid a preflight send text/plain
 * (docs/clients.md: Bodies). `limit` is in bytes and also holds after decompression, so that a small body cannot
 * unfold without end.
 */
export async function readJson(request: Request, limit: number): Promise<JsonBody> {
  const body = await readCutJson(request, limit, NOBODY, new Clock())
  return body.ok ? { ok: true, value: body.cuttings.uncut(body.value) } : body
}

/** As `readJson`, but large base64 strings are cut out of the value, for callers that send them on. */
export async function readCutJson(
  request: Request,
  limit: number,
  sender: Sender,
  clock: Clock,
): Promise<CutJsonBody> {
  const { headers } = request
  const encoding = (headers.get('content-encoding') ?? 'identity').trim().toLowerCase()
  const format = ENCODINGS.get(encoding)
  const isPlain = encoding === 'identity' || encoding === ''
  if (!isPlain && format === undefined) {
    return refuse({
      reason: 'unsupported_encoding',
      message: `The content-encoding '${encoding.slice(0, 40)}' is not supported; send identity, gzip or deflate.`,
    })
  }
  const length = Number(headers.get('content-length'))
  if (length > limit) return tooLarge(limit)
  let read: Cut | NotRead
  try {
    const whole =
      isPlain && length > 0 ? await readWhole(request, length, { limit, clock, ...sender }) : null
    const reading = { expected: isPlain ? length : 0, limit, owner: sender.id }
    read = whole ?? (await readPieces(request, format, reading))
  } catch {
    // The connection broke, or the body is not what its content-encoding says.
    return unreadable()
  }
  if (typeof read === 'string') return notRead(read, limit)
  const { text, cuttings } = read
  if (text.trim() === '') return empty()
  let parsed: Parsed
  try {
    parsed = parse(read, sender)
  } catch {
    return refuse({ reason: 'invalid_json', message: 'The request body is not valid JSON.' })
  }
  return parsed.isTooDeep ? tooDeep() : { ok: true, value: parsed.value, text, cuttings }
}

const recurring = new RecurringBodies()
/** Shorter bodies are parsed faster than they are compared. */
const MIN_RECURRING = 32_768

function parse({ text, cuttings }: Cut, { id: owner, isKnown }: Sender): Parsed {
  if (isKnown && text.length >= MIN_RECURRING) {
    // A body with cuttings is not kept: the marks in its text would mean nothing in another body.
    const sender = { owner, now: Date.now(), keeps: cuttings.isEmpty }
    return recurring.parse(text, MAX_DEPTH, sender)
  }
  const value: unknown = JSON.parse(text)
  return { value, isTooDeep: isNestedDeeper(value, MAX_DEPTH) }
}

interface Cut {
  readonly text: string
  readonly cuttings: Cuttings
}

/** Null if the body is to be read in pieces. A stranger's long body is, since its length may be a lie. */
async function readWhole(
  request: Request,
  length: number,
  { id, isKnown, limit, clock }: Sender & { readonly limit: number; readonly clock: Clock },
): Promise<Cut | NotRead | null> {
  // Most requests are too short to hold anything worth cutting.
  if (length >= MIN_RUN && !isKnown) return null
  const read = await readWholeText(request, { length, owner: id, limit, clock })
  return read === null || typeof read === 'string' ? read : Cuttings.ofText(read.text)
}

async function readPieces(
  { body }: Request,
  format: 'gzip' | 'deflate' | undefined,
  reading: Reading,
): Promise<Cut | NotRead> {
  if (body === null) return { text: '', cuttings: Cuttings.NONE }
  const isGzip = format === 'gzip'
  const stream =
    format === undefined || isGzip ? body : body.pipeThrough(new DecompressionStream(format))
  const read = await readBytes(stream, reading)
  if (typeof read === 'string') return read
  const bytes = isGzip ? await unzipped(read, reading.limit) : read
  return bytes === null ? 'too_large' : Cuttings.of(bytes)
}

export type Bytes = { readonly ok: true; readonly bytes: Uint8Array } | Refused

/** The bytes of the body as sent, without decompression. `limit` is in bytes. */
export async function readRaw(request: Request, limit: number): Promise<Bytes> {
  const expected = Number(request.headers.get('content-length'))
  if (expected > limit) return tooLarge(limit)
  if (request.body === null) return { ok: true, bytes: new Uint8Array() }
  try {
    const bytes = await readBytes(request.body, { expected, limit })
    return typeof bytes === 'string' ? notRead(bytes, limit) : { ok: true, bytes }
  } catch {
    return unreadable() // the connection broke
  }
}

/** The failure for a body that was not read. */
export function notReadFailure(why: NotRead, limit: number): Failure {
  switch (why) {
    case 'too_large':
      return tooLarge(limit).failure
    case 'too_slow':
      return { reason: 'invalid_json', message: 'The request body did not arrive in time.' }
    case 'too_many':
      return {
        reason: 'overloaded',
        message: 'Too many bodies of yours are under way and not complete; finish them first.',
        retryAfterMs: 1000,
      }
  }
}

function notRead(why: NotRead, limit: number): Refused {
  return refuse(notReadFailure(why, limit))
}

function unreadable(): Refused {
  return refuse({ reason: 'invalid_json', message: 'The request body could not be read.' })
}

function empty(): Refused {
  return refuse({
    reason: 'invalid_json',
    message: 'The request body is empty; send a JSON object.',
  })
}

function tooDeep(): Refused {
  const message = `The request body must not be nested deeper than ${MAX_DEPTH} levels.`
  return refuse({ reason: 'invalid_value', message })
}

function tooLarge(limit: number): Refused {
  return refuse({
    reason: 'body_too_large',
    message: `The request body is larger than the ${limit} bytes that this gateway accepts.`,
  })
}

function refuse(failure: Failure): Refused {
  return { ok: false, failure }
}
