/**
 * Streams framed as Google frames them. Most readers in Google's clients know only `data: ` lines with one JSON each.
 * A comment, an `event:` line or a `[DONE]` would end the stream for them or silently lose the rest, and the whole
 * stream must use one kind of line break (docs/clients.md). So the keep-alive is an event that says nothing.
 */
import type { Failure } from '../../failure/failure.ts'
import { isFinal } from '../../gemini/response.ts'
import type { CallSignature } from '../../gemini/signatures.ts'
import type { GenerateContentResponse } from '../../gemini/types.ts'
import { toJsonLine } from '../../json/line.ts'
import type { ClientStream, StreamEncoder, StreamEnd } from '../dialect.ts'
import { toGoogleError } from './family.ts'
import { signaturesIn } from './calls.ts'
import { WholeEvents } from './characters.ts'

interface Framing {
  readonly contentType: string
  /** The frame of one JSON. `isFirst`: it is the first of the stream. */
  frame(json: string, isFirst: boolean): string
  /** What follows the last frame. `isEmpty`: there was no frame. */
  close(isEmpty: boolean): string
  readonly keepAlive: string
}

const EVENTS: Framing = {
  contentType: 'text/event-stream',
  frame: (json) => `data: ${json}\r\n\r\n`,
  close: () => '',
  keepAlive: 'data: {}\r\n\r\n',
}

/** One JSON array, sent element by element. JSON allows the white space of the keep-alive between elements. */
const ARRAY: Framing = {
  contentType: 'application/json; charset=UTF-8',
  frame: (json, isFirst) => (isFirst ? `[${json}` : `,\r\n${json}`),
  close: (isEmpty) => (isEmpty ? '[]' : ']'),
  keepAlive: '\n',
}

/** `declared`: the client's functions whose own names begin with the module's. */
export function nativeStream(
  isSse: boolean,
  declared: ReadonlySet<string> = new Set(),
): ClientStream {
  const framing = isSse ? EVENTS : ARRAY
  return {
    contentType: framing.contentType,
    early: () => null,
    keepAlive: () => framing.keepAlive,
    fail: (failure) => framing.frame(errorOf(failure), true) + framing.close(false),
    choice: () => new NativeStream(framing, declared),
  }
}

class NativeStream implements StreamEncoder {
  readonly #framing: Framing
  readonly #signatures: CallSignature[] = []
  readonly #events: WholeEvents
  #isEmpty = true
  #hasEnded = false

  constructor(framing: Framing, declared: ReadonlySet<string>) {
    this.#framing = framing
    this.#events = new WholeEvents(declared)
  }

  get signatures(): readonly CallSignature[] {
    return this.#signatures
  }

  encode(response: GenerateContentResponse, text?: string): string {
    if (isFinal(response)) this.#hasEnded = true
    for (const signature of signaturesIn(response)) this.#signatures.push(signature)
    const json = this.#events.json(response, text ?? toJsonLine(response))
    return this.#frame(onOneLine(json))
  }

  end(): StreamEnd {
    return this.#hasEnded
      ? { ok: true, frames: this.#framing.close(this.#isEmpty) }
      : { ok: false, failure: TRUNCATED, frames: this.fail(TRUNCATED) }
  }

  fail(failure: Failure): string {
    return this.#frame(errorOf(failure)) + this.#framing.close(false)
  }

  #frame(json: string): string {
    const frame = this.#framing.frame(json, this.#isEmpty)
    this.#isEmpty = false
    return frame
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
