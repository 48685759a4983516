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
  { idleMs, signal, created = async () => {}, over = () => {} }: Watching,
): ReadableStream<Uint8Array> {
  const reader = (body ?? new Blob().stream()).getReader()
  const utf8 = new TextDecoder()
  const encoder = new TextEncoder()
  const held = new HeldEvents()
  const parser = new SseParser()
  let usage: unknown
  let verdict: Verdict | null = null
  let isOver = false

  const end = (how: Verdict): void => {
    if (!isOver) over(how, usage)
    isOver = true
  }
  const hear = async (payload: string): Promise<void> => {
    if (payload === '[DONE]') verdict ??= OK
    else if (payload.includes('"interaction') || payload.includes('"error"')) {
      const event = parsed(payload)
      if (!isRecord(event)) return
      verdict ??= verdictOf(event)
      const { interaction } = event
      if (!isRecord(interaction)) return
      usage = interaction['usage'] ?? usage
      await created(interaction)
    }
  }
  const hearAll = async (payloads: readonly string[]): Promise<void> => {
    for (const payload of payloads) await hear(payload)
  }
  /** What the client still gets when Google sends nothing more. */
  const lastWords = async (why: 'truncated' | 'timeout'): Promise<string> => {
    const rest = held.rest()
    const payloads = why === 'timeout' ? [] : [...parser.push(rest), ...parser.end()]
    const isWhole = payloads.every((payload) => payload === '[DONE]' || isRecord(parsed(payload)))
    if (isWhole) await hearAll(payloads)
    const told = isWhole && payloads.length > 0 ? `${rest}\n\n` : ''
    if (verdict !== null) return told
    verdict = { kind: 'upstream_fault', reason: why }
    return told + errorEvent(why)
  }

  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    for (;;) {
      const read = await within(reader.read(), idleMs)
      if (read === 'broken' && signal.aborted) {
        end(verdict ?? LEFT)
        return controller.close()
      }
      if (typeof read === 'string' || read.done) {
        const words = await lastWords(read === 'silent' ? 'timeout' : 'truncated')
        if (words !== '') controller.enqueue(encoder.encode(words))
        controller.close()
        end(verdict ?? OK)
        if (read === 'silent') await reader.cancel()
        return
      }
      const ended = held.add(utf8.decode(read.value, { stream: true }))
      if (ended === '') continue
      await hearAll(parser.push(ended))
      return controller.enqueue(encoder.encode(ended))
    }
  }

  return new ReadableStream({
    async pull(controller) {
      try {
        await pull(controller)
      } catch (error) {
        // The interaction's owner could not be stored: the lease must not stay open, nor Google go on.
        end(verdict ?? BROKEN)
        await reader.cancel(error)
        throw error
      }
    },
    async cancel(reason) {
      end(verdict ?? LEFT)
      await reader.cancel(reason)
    },
  })
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
