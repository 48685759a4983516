import type { Failure } from '../../failure/failure.ts'
import { toJsonLine } from '../../json/line.ts'
import type { ClientStream } from '../dialect.ts'
import { toOpenAIError } from './family.ts'

export const EVENT_STREAM = 'text/event-stream; charset=utf-8'
export const DONE = 'data: [DONE]\n\n'

/** A comment, which clients skip. */
const KEEP_ALIVE = ': keep-alive\n\n'

/**
 * What tells a client of a failure where the status is sent already: a frame that all SDKs raise from. LangChain4j takes half an
 * answer for whole without the line `event: error`; all others raise from the data, and bear it.
 */
export function errorFrame(failure: Failure): string {
  return `event: error\ndata: ${toJsonLine(toOpenAIError(failure))}\n\n`
}

/** A stream of frames that need no count. `early`: whether it may begin before Google has answered. */
export function eventStream(
  choice: ClientStream['choice'],
  { early = false }: { readonly early?: boolean } = {},
): ClientStream {
  return {
    contentType: EVENT_STREAM,
    early: () => (early ? KEEP_ALIVE : null),
    keepAlive: () => KEEP_ALIVE,
    fail: (failure) => errorFrame(failure) + DONE,
    choice,
  }
}

/** Of routes that refuse to stream. */
export function neverStreamed(): never {
  throw new Error('This dialect has no streams.')
}
