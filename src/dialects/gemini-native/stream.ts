/**
 * Streams framed as Google frames them. Most readers in Google's clients know only `data: ` lines with one JSON each.
 * A comment, an `event:` line, a blank line or a `[DONE]` would end the stream for them or silently lose the rest, and
 * the whole stream must use one kind of line break. So the keep-alive is an event that says nothing.
 *
 * Danger: after such an event the chats of Google's own SDKs forget the whole turn (docs/clients.md: Gemini's streams).
 * For clients that call themselves such an SDK, the keep-alive is the beginning of the next event.
 */
import type { Failure } from '../../failure/failure.ts'
import { blockReasonOf, isFinal, listOf } from '../../gemini/response.ts'
import type { CallSignature } from '../../gemini/signatures.ts'
import type { GenerateContentResponse } from '../../gemini/types.ts'
import { toJsonLine } from '../../json/line.ts'
import type { ClientStream, StreamEncoder, StreamEnd } from '../dialect.ts'
import { toGoogleError } from './family.ts'
import { signaturesIn } from './calls.ts'
import { WholeEvents } from './characters.ts'

interface Framing {
  readonly contentType: string
  frame(json: string): string
  /** A frame, the last, that says why the answer is not whole. */
  error(json: string): string
  /** What follows the last frame. */
  close(): string
  /** Adds nothing to the answer, but a frame has to come after it. */
  keepAlive(): string
}

const DATA = 'data: '

/** Google's SDKs name themselves so, in every language, whatever a program adds to it. */
const SDK = /\bgoogle-genai-sdk\//

/** They pass over an event with `error`, so that a cut answer is whole to them (docs/clients.md: Gemini's streams). */
const DEAF_TO_EVENTS = /\bgoogle-genai-sdk\/1\.\S* gl-node\b|\bgenkit-node\/1\.(?:4[2-9]|[5-9]\d)\./

class Events implements Framing {
  readonly contentType = 'text/event-stream'
  readonly #client: Headers
  #isBegun = false

  constructor(client: Headers) {
    this.#client = client
  }

  frame(json: string): string {
    const start = this.#isBegun ? '' : DATA
    this.#isBegun = false
    return `${start}${json}\r\n\r\n`
  }

  error(json: string): string {
    return isNamed(this.#client, DEAF_TO_EVENTS) ? `${json}\r\n` : this.frame(json)
  }

  close(): string {
    return ''
  }

  keepAlive(): string {
    if (this.#isBegun) return ' ' // JSON may begin with spaces
    if (!isNamed(this.#client, SDK)) return this.frame('{}')
    this.#isBegun = true
    return DATA
  }
}

function isNamed(client: Headers, as: RegExp): boolean {
  const names = ['x-goog-api-client', 'user-agent'].map((name) => client.get(name) ?? '')
  return names.some((name) => as.test(name))
}

/** One JSON array, sent element by element. JSON allows the white space of the keep-alive between elements. */
class Elements implements Framing {
  readonly contentType = 'application/json; charset=UTF-8'
  #isEmpty = true

  frame(json: string): string {
    const start = this.#isEmpty ? '[' : ',\r\n'
    this.#isEmpty = false
    return start + json
  }

  error(json: string): string {
    return this.frame(json)
  }

  close(): string {
    return this.#isEmpty ? '[]' : ']'
  }

  keepAlive(): string {
    return '\n'
  }
}

/** `client`: the request's headers. `declared`: the client's functions whose own names begin with the module's. */
export function nativeStream(
  isSse: boolean,
  client: Headers,
  declared: ReadonlySet<string> = new Set(),
): ClientStream {
  const framing = isSse ? new Events(client) : new Elements()
  let choice: NativeStream | null = null
  return {
    contentType: framing.contentType,
    early: () => null,
    keepAlive: () => (choice?.hasEnded === true ? '' : framing.keepAlive()),
    fail: (failure) => framing.error(errorOf(failure)) + framing.close(),
    choice: () => (choice = new NativeStream(framing, declared)),
  }
}

class NativeStream implements StreamEncoder {
  readonly #framing: Framing
  readonly #signatures: CallSignature[] = []
  readonly #events: WholeEvents
  /** Candidates that have begun and not ended. One may end long before another. */
  readonly #open = new Set<unknown>()
  readonly #ended = new Set<unknown>()
  #hasEnded = false

  constructor(framing: Framing, declared: ReadonlySet<string>) {
    this.#framing = framing
    this.#events = new WholeEvents(declared)
  }

  /** Whether the last frame may have been sent already. */
  get hasEnded(): boolean {
    return this.#hasEnded
  }

  get signatures(): readonly CallSignature[] {
    return this.#signatures
  }

  encode(response: GenerateContentResponse, text?: string): string {
    if (isFinal(response)) this.#hasEnded = true
    this.#follow(response)
    for (const signature of signaturesIn(response)) this.#signatures.push(signature)
    const json = this.#events.json(response, text ?? toJsonLine(response))
    return this.#framing.frame(onOneLine(json))
  }

  #follow(response: GenerateContentResponse): void {
    if (blockReasonOf(response) !== undefined) this.#open.clear()
    for (const { index = 0, finishReason } of listOf(response.candidates)) {
      if (typeof finishReason === 'string') {
        this.#ended.add(index)
        this.#open.delete(index)
      } else if (!this.#ended.has(index)) this.#open.add(index)
    }
  }

  end(): StreamEnd {
    return this.#hasEnded && this.#open.size === 0
      ? { ok: true, frames: this.#framing.close() }
      : { ok: false, failure: TRUNCATED, frames: this.fail(TRUNCATED) }
  }

  fail(failure: Failure): string {
    return this.#framing.error(errorOf(failure)) + this.#framing.close()
  }
}

const TRUNCATED: Failure = {
  reason: 'upstream_truncated',
  message: 'The answer broke off before it was complete.',
}

function errorOf(failure: Failure): string {
  return toJsonLine(toGoogleError(failure))
}

/** Valid JSON has line breaks only between values. */
function onOneLine(json: string): string {
  return /[\r\n]/.test(json) ? json.replaceAll(/[\r\n]+/g, ' ') : json
}
