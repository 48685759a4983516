/**
 * Streams as Google frames them. Most of its clients' readers know nothing but `data: ` lines with one JSON each: a comment, an
 * `event:` line or a `[DONE]` ends the stream in them or loses the rest without a word, and one kind of line break must do for a
 * whole stream (docs/clients.md). So somebody's being there is told by an event that says nothing.
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
  /** Around one JSON; `isFirst` of the stream. */
  frame(json: string, isFirst: boolean): string
  /** What follows the last; `isEmpty`: there was none. */
  close(isEmpty: boolean): string
  readonly keepAlive: string
}

const EVENTS: Framing = {
  contentType: 'text/event-stream',
  frame: (json) => `data: ${json}\r\n\r\n`,
  close: () => '',
  keepAlive: 'data: {}\r\n\r\n',
}

/** One array, element by element; space between them is JSON's own. */
const ARRAY: Framing = {
  contentType: 'application/json; charset=UTF-8',
  frame: (json, isFirst) => (isFirst ? `[${json}` : `,\r\n${json}`),
  close: (isEmpty) => (isEmpty ? '[]' : ']'),
  keepAlive: '\n',
}

export function nativeStream(isSse: boolean): ClientStream {
  const framing = isSse ? EVENTS : ARRAY
  return {
    contentType: framing.contentType,
    early: () => null,
    keepAlive: () => framing.keepAlive,
    fail: (failure) => framing.frame(errorOf(failure), true) + framing.close(false),
    choice: () => new NativeStream(framing),
  }
}

class NativeStream implements StreamEncoder {
  readonly #framing: Framing
  readonly #signatures: CallSignature[] = []
  readonly #events = new WholeEvents()
  #isEmpty = true
  #hasEnded = false

  constructor(framing: Framing) {
    this.#framing = framing
  }

  get signatures(): readonly CallSignature[] {
    return this.#signatures
  }

  encode(response: GenerateContentResponse, text?: string): string {
    if (isFinal(response)) this.#hasEnded = true
    for (const signature of signaturesIn(response)) this.#signatures.push(signature)
    const json = text === undefined ? toJsonLine(response) : this.#events.json(response, text)
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

/** Line breaks can only be between values there. */
function onOneLine(json: string): string {
  return /[\r\n]/.test(json) ? json.replaceAll(/[\r\n]+/g, ' ') : json
}
