import type { Failure } from '../../failure/failure.ts'
import { toJsonLine } from '../../json/line.ts'
import type { ClientStream } from '../dialect.ts'
import { toOpenAIError } from './family.ts'

export const EVENT_STREAM = 'text/event-stream; charset=utf-8'
export const DONE = 'data: [DONE]\n\n'

/** A comment, which clients skip. */
const KEEP_ALIVE = ': keep-alive\n\n'

/**
 * Tells a client of a failure after the status was sent. All SDKs raise an error from this frame. LangChain4j needs
 * the line `event: error`, or it would take half an answer for whole; the others read the data and accept the line.
 */
export function errorFrame(failure: Failure): string {
  return `event: error\ndata: ${toJsonLine(toOpenAIError(failure))}\n\n`
}

/** A stream whose frames are not numbered. `early`: whether it may begin before Google has answered. */
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

/** For dialects whose routes refuse to stream. */
export function neverStreamed(): never {
  throw new Error('This dialect has no streams.')
}
