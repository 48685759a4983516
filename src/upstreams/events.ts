import { keepTyped } from '../gemini/typed.ts'
import type { GenerateContentResponse } from '../gemini/types.ts'
import { GatheredReads } from '../http/gathered-reads.ts'
import { SseParser } from '../http/sse.ts'
import { RecurringEvents } from './recurring-events.ts'
import { parseReply } from './reply.ts'
import type { Front } from './front.ts'

/** The most bytes of one answer: room for eight pictures, or for a million tokens of text. Some dialects hold it whole. */
export const MAX_ANSWER_BYTES = 50_331_648
/** The most bytes of one event. Enough for a few pictures. */
const MAX_EVENT_BYTES = 33_554_432
const STREAMING = { stream: true } as const
/**
 * Events that come closer together than FAST_GAP_MS are held and read together once in HELD_MS. That is about what a
 * screen shows one picture, so nobody sees the difference. Where a hold brings fewer than three events, it costs as
 * much as it saves.
 */
const FAST_GAP_MS = 5
const HELD_MS = 16
/** The assumed time between events until some have come: a stream begins without being held. */
const UNKNOWN_GAP_MS = 16
/** How many events the average is about. Few would take a backlog, after the machine stood still, for a fast stream. */
const AVERAGED = 16

/** What one read of an upstream's stream brought. */
export interface Batch {
  readonly responses: readonly GenerateContentResponse[]
  /** The JSON of each response, if the caller asked for it. */
  readonly texts?: readonly string[] | undefined
  /** An error event inside the 200, or text that is not an event. Whatever follows is ignored. */
  readonly fault:
    | { readonly kind: 'error'; readonly body: object }
    | { readonly kind: 'unreadable' }
    /** One event is larger than MAX_EVENT_BYTES, or the whole answer than MAX_ANSWER_BYTES. */
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
  readonly #reads: GatheredReads
  readonly #decoder = new TextDecoder()
  readonly #parser = new SseParser()
  readonly #unwrap: Front['unwrap']
  /** Bytes since the last complete event. */
  #waiting = 0
  /** Bytes in all. */
  #received = 0
  /** When the last events came. Epoch milliseconds. */
  #cameAt = Date.now()
  /** A moving average of the time between two events. */
  #gapMs = UNKNOWN_GAP_MS

  readonly #unwrapText: Front['unwrapText'] | null
  readonly #recurring = new RecurringEvents()

  /** Pass `unwrapText` to also get the JSON of each response. */
  constructor(
    body: ReadableStream<Uint8Array>,
    unwrap: Front['unwrap'],
    unwrapText: Front['unwrapText'] | null = null,
  ) {
    this.#reads = new GatheredReads(body)
    this.#unwrap = unwrap
    this.#unwrapText = unwrapText
  }

  /** The next batch with at least one event, or the end. Rejects if the connection breaks or is aborted. */
  next(): Promise<Batch> {
    if (this.#gapMs > FAST_GAP_MS || this.#reads.isFull) return this.#read()
    this.#reads.gather()
    return scheduler.wait(HELD_MS).then(() => this.#read())
  }

  #read(): Promise<Batch> {
    // Creates only one promise per read, since this runs for every chunk of every stream.
    return this.#reads.read().then(this.#taken)
  }

  readonly #taken = ({
    done,
    value,
  }: ReadableStreamReadResult<Uint8Array<ArrayBuffer>>): Batch | Promise<Batch> => {
    if (done) {
      const payloads = this.#parser.push(this.#decoder.decode())
      return this.#batch([...payloads, ...this.#parser.end()], true)
    }
    const { byteLength } = value
    this.#received += byteLength
    if (this.#received > MAX_ANSWER_BYTES) return OVERSIZED
    const payloads = this.#parser.push(this.#decoder.decode(value, STREAMING))
    this.#reads.giveBack(value)
    if (payloads.length > 0) {
      this.#waiting = 0
      this.#came(payloads.length)
      return this.#batch(payloads, false)
    }
    this.#waiting += byteLength
    return this.#waiting > MAX_EVENT_BYTES ? OVERSIZED : this.#read()
  }

  #came(events: number): void {
    const now = Date.now()
    this.#gapMs += ((now - this.#cameAt) / events - this.#gapMs) / AVERAGED
    this.#cameAt = now
  }

  #batch(payloads: readonly string[], done: boolean): Batch {
    const responses: GenerateContentResponse[] = []
    const texts: string[] | undefined = this.#unwrapText === null ? undefined : []
    for (const payload of payloads) {
      let response = this.#recurring.read(payload)
      if (response === null) {
        const event = parseEvent(payload)
        if (event === null) return { responses, texts, fault: { kind: 'unreadable' }, done }
        if (Object.hasOwn(event, 'error')) {
          return { responses, texts, fault: { kind: 'error', body: event }, done }
        }
        const unwrapped = this.#unwrap(event)
        if (unwrapped === undefined) continue
        response = keepTyped(unwrapped)
        this.#recurring.learn(payload, event, response)
      }
      responses.push(response)
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
