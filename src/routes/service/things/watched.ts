/**
 * An interaction's stream on its way to the client, event for event as Google wrote it. Google's SDK takes a stream that
 * just ends for one that is over (docs/clients.md: Interactions), so one that breaks off or falls silent ends in an `error` event.
 */
import { OUTAGES } from '../../../gateway/failure-of.ts'
import { SseParser } from '../../../http/sse.ts'
import { isRecord } from '../../../json/record.ts'
import { parsed } from '../../../json/parsed.ts'
import type { Verdict } from '../../../upstreams/verdict.ts'

export interface Watching {
  /** How long Google may be silent, in milliseconds. */
  readonly idleMs: number
  /** Aborted when the client leaves, which breaks the connection to Google as well. */
  readonly signal: AbortSignal
  /** Called with the interaction before the client sees it. */
  readonly created?: (interaction: unknown) => Promise<void>
  /** Called once, with how the stream ended and the usage that it told. */
  readonly over?: (verdict: Verdict, usage: unknown) => void
}

const BREAK = /\r\n\r\n|\n\n|\r\r/g
/** The longest such break begins this many characters before its last one. */
const BEFORE = 3
/** In these states an interaction goes on, and more events follow. */
const GOING_ON: readonly unknown[] = ['in_progress', 'queued', 'pending']

/**
 * Passes whole events on: if Google breaks off within one, its first half must not run into the error. An answer without a
 * body is a stream that breaks off at once.
 */
export function watched(
  body: ReadableStream<Uint8Array> | null,
  watching: Watching,
): ReadableStream<Uint8Array> {
  const watch = new Watch(body ?? new Blob().stream(), watching)
  return new ReadableStream({
    pull: (controller) => watch.pull(controller),
    cancel: (reason) => watch.cancel(reason),
  })
}

class Watch {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>
  readonly #watching: Watching
  readonly #utf8 = new TextDecoder()
  readonly #encoder = new TextEncoder()
  readonly #held = new HeldEvents()
  readonly #parser = new SseParser()
  #usage: unknown
  /** How the stream ends, once an event has told. */
  #verdict: Verdict | null = null
  #isOver = false

  constructor(body: ReadableStream<Uint8Array>, watching: Watching) {
    this.#reader = body.getReader()
    this.#watching = watching
  }

  async pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    try {
      await this.#passOn(controller)
    } catch (error) {
      // The interaction's owner could not be stored: the lease must not stay open, nor Google go on.
      this.#end(BROKEN)
      await this.#reader.cancel(error)
      throw error
    }
  }

  async cancel(reason: unknown): Promise<void> {
    this.#end(LEFT)
    await this.#reader.cancel(reason)
  }

  /** Passes on the next events that are whole, or ends the stream. */
  async #passOn(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    const { idleMs, signal } = this.#watching
    for (;;) {
      const read = await within(this.#reader.read(), idleMs)
      if (read === 'broken' && signal.aborted) {
        this.#end(LEFT)
        return controller.close()
      }
      if (typeof read === 'string' || read.done) {
        const words = await this.#lastWords(read === 'silent' ? 'timeout' : 'truncated')
        if (words !== '') controller.enqueue(this.#encoder.encode(words))
        controller.close()
        this.#end(OK)
        if (read === 'silent') await this.#reader.cancel()
        return
      }
      const ended = this.#held.add(this.#utf8.decode(read.value, { stream: true }))
      if (ended === '') continue
      await this.#hear(this.#parser.push(ended))
      return controller.enqueue(this.#encoder.encode(ended))
    }
  }

  /** What the client still gets when Google sends nothing more. */
  async #lastWords(why: 'truncated' | 'timeout'): Promise<string> {
    const rest = this.#held.rest()
    const payloads = why === 'timeout' ? [] : [...this.#parser.push(rest), ...this.#parser.end()]
    const isWhole = payloads.every((payload) => payload === '[DONE]' || isRecord(parsed(payload)))
    if (isWhole) await this.#hear(payloads)
    const told = isWhole && payloads.length > 0 ? `${rest}\n\n` : ''
    if (this.#verdict !== null) return told
    this.#verdict = { kind: 'upstream_fault', reason: why }
    return told + errorEvent(why)
  }

  async #hear(payloads: readonly string[]): Promise<void> {
    for (const payload of payloads) {
      if (payload === '[DONE]') this.#verdict ??= OK
      else if (payload.includes('"interaction') || payload.includes('"error"')) {
        await this.#hearEvent(parsed(payload))
      }
    }
  }

  async #hearEvent(event: unknown): Promise<void> {
    if (!isRecord(event)) return
    this.#verdict ??= verdictOf(event)
    const { interaction } = event
    if (!isRecord(interaction)) return
    this.#usage = interaction['usage'] ?? this.#usage
    await this.#watching.created?.(interaction)
  }

  /** `otherwise`: how the stream ended, if no event has told. */
  #end(otherwise: Verdict): void {
    if (!this.#isOver) this.#watching.over?.(this.#verdict ?? otherwise, this.#usage)
    this.#isOver = true
  }
}

/** The text of events that have begun and not ended. */
class HeldEvents {
  #pieces: string[] = []
  /** The end of what is held: a break may be split over several reads. */
  #last = ''

  /** The events that end with this text, with what was held of them. */
  add(text: string): string {
    const last = this.#last
    this.#last = (last + text).slice(-BEFORE)
    const ends = [...(last + text).matchAll(BREAK)].at(-1)
    const end = ends === undefined ? 0 : ends.index + ends[0].length - last.length
    if (end <= 0) {
      if (text !== '') this.#pieces.push(text)
      return ''
    }
    const ended = this.#pieces.join('') + text.slice(0, end)
    this.#pieces = end < text.length ? [text.slice(end)] : []
    this.#last = text.slice(end).slice(-BEFORE)
    return ended
  }

  rest(): string {
    const rest = this.#pieces.join('')
    this.#pieces = []
    return rest
  }
}

const OK: Verdict = { kind: 'ok' }
const LEFT: Verdict = { kind: 'cancelled' }
const BROKEN: Verdict = { kind: 'upstream_fault', reason: 'internal' }

/** How the stream ends by this event; null if more follows. */
function verdictOf({ event_type: type, status, error }: Record<string, unknown>): Verdict | null {
  switch (type) {
    case 'interaction.completed':
      return OK
    case 'interaction.status_update':
      return GOING_ON.includes(status) ? null : OK
    case 'error':
      return { kind: 'upstream_fault', reason: 'internal' }
    default:
      return type === undefined && isRecord(error)
        ? { kind: 'upstream_fault', reason: 'internal' }
        : null
  }
}

/** Google's names of these failures; the code of such an event is a text. */
const CODES = { truncated: 'UNAVAILABLE', timeout: 'DEADLINE_EXCEEDED' } as const

function errorEvent(why: 'truncated' | 'timeout'): string {
  const message = `${OUTAGES[why].message} Ask for the rest with last_event_id.`
  const event = { event_type: 'error', error: { code: CODES[why], message } }
  return `event: error\ndata: ${JSON.stringify(event)}\n\n`
}

/** What was read, or that nothing came in time or the connection broke. */
async function within<T>(read: Promise<T>, ms: number): Promise<T | 'silent' | 'broken'> {
  const { promise: silence, resolve } = Promise.withResolvers<'silent'>()
  const timer = setTimeout(() => resolve('silent'), ms)
  try {
    return await Promise.race([read.catch(() => 'broken' as const), silence])
  } finally {
    clearTimeout(timer)
  }
}
