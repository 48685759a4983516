import { keepTyped } from '../gemini/typed.ts'
import type { GenerateContentResponse } from '../gemini/types.ts'
import { SseParser } from '../http/sse.ts'
import { parseReply } from './reply.ts'
import type { Front } from './front.ts'

/** Bytes. Larger than all of Google's events except pictures, which take several reads. */
const BUFFER_BYTES = 16_384
/** The most bytes of one event. Enough for a few pictures. */
const MAX_EVENT_BYTES = 33_554_432
const STREAMING = { stream: true } as const

/** What one read of an upstream's stream brought. */
export interface Batch {
  readonly responses: readonly GenerateContentResponse[]
  /** The JSON of each response, if the caller asked for it. */
  readonly texts?: readonly string[] | undefined
  /** An error event inside the 200, or text that is not an event. Whatever follows is ignored. */
  readonly fault:
    | { readonly kind: 'error'; readonly body: object }
    | { readonly kind: 'unreadable' }
    /** One event is larger than MAX_EVENT_BYTES. */
    | { readonly kind: 'oversized' }
    | null
  /** The stream has ended. The same batch may still bring responses. */
  readonly done: boolean
}

/**
 * Reads a stream of `streamGenerateContent?alt=sse` as batches of pivot responses. A batch holds all events of one
 * read, so that they can also be written together.
 */
export class UpstreamEvents {
  readonly #reader: ReadableStreamBYOBReader
  /** One buffer serves all reads: each read takes it away and returns it with the bytes. */
  #buffer = new ArrayBuffer(BUFFER_BYTES)
  readonly #decoder = new TextDecoder()
  readonly #parser = new SseParser()
  readonly #unwrap: Front['unwrap']
  /** Bytes since the last complete event. */
  #waiting = 0

  readonly #unwrapText: Front['unwrapText'] | null

  /** Pass `unwrapText` to also get the JSON of each response. */
  constructor(
    body: ReadableStream<Uint8Array>,
    unwrap: Front['unwrap'],
    unwrapText: Front['unwrapText'] | null = null,
  ) {
    this.#reader = body.getReader({ mode: 'byob' })
    this.#unwrap = unwrap
    this.#unwrapText = unwrapText
  }

  /** The next batch with at least one event, or the end. Rejects if the connection breaks or is aborted. */
  next(): Promise<Batch> {
    // Creates only one promise per read, since this runs for every chunk of every stream.
    return this.#reader.read(new Uint8Array(this.#buffer)).then(this.#taken)
  }

  readonly #taken = ({
    done,
    value,
  }: ReadableStreamReadResult<Uint8Array<ArrayBuffer>>): Batch | Promise<Batch> => {
    if (done) {
      const payloads = this.#parser.push(this.#decoder.decode())
      return this.#batch([...payloads, ...this.#parser.end()], true)
    }
    const payloads = this.#parser.push(this.#decoder.decode(value, STREAMING))
    this.#buffer = value.buffer
    if (payloads.length > 0) {
      this.#waiting = 0
      return this.#batch(payloads, false)
    }
    this.#waiting += value.byteLength
    return this.#waiting > MAX_EVENT_BYTES ? OVERSIZED : this.next()
  }

  #batch(payloads: readonly string[], done: boolean): Batch {
    const responses: GenerateContentResponse[] = []
    const texts: string[] | undefined = this.#unwrapText === null ? undefined : []
    for (const payload of payloads) {
      const event = parseEvent(payload)
      if (event === null) return { responses, texts, fault: { kind: 'unreadable' }, done }
      if (Object.hasOwn(event, 'error')) {
        return { responses, texts, fault: { kind: 'error', body: event }, done }
      }
      const response = this.#unwrap(event)
      if (response === undefined) continue
      responses.push(keepTyped(response))
      if (this.#unwrapText !== null) texts?.push(this.#unwrapText(payload))
    }
    return { responses, texts, fault: null, done }
  }
}

const OVERSIZED: Batch = { responses: [], fault: { kind: 'oversized' }, done: true }

function parseEvent(payload: string): object | null {
  try {
    const event = parseReply(payload)
    const single: unknown = Array.isArray(event) ? event[0] : event
    return typeof single === 'object' && single !== null ? single : null
  } catch {
    return null // the caller reports `unreadable`
  }
}
