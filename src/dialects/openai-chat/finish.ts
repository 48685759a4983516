/** How an answer of Google's ended, in OpenAI's terms: one rule for streams and whole answers. */
import type { Failure } from '../../http/errors.ts'

export type FinishReason = 'stop' | 'length' | 'content_filter' | 'tool_calls' | 'function_call'

export type Conclusion =
  | { readonly ok: true; readonly finish: FinishReason; readonly refusal: string | null }
  | { readonly ok: false; readonly failure: Failure }

/** What was seen of candidate 0 and of the prompt's feedback. */
export interface Ending {
  readonly finishReason: string | undefined
  readonly blockReason: string | undefined
  /** Whether there was anything to show besides thoughts and calls. */
  readonly answered: boolean
  /** How many calls the client was told. */
  readonly calls: number
  /** Whether a call had begun whose rest never came. */
  readonly isCallOpen: boolean
  /** Whether there was a function call, although no function was offered. */
  readonly isStray: boolean
  /** How an answer with calls ends, by the form in which the client declared its functions. */
  readonly callsFinish: 'tool_calls' | 'function_call'
}

/**
 * google-upstreams §5.2, client-protocols §1.3. What is not in this table (OTHER, NO_IMAGE, those
 * below and whatever Google adds) is a `stop` if there is content and an error if there is none.
 */
const FINISH_REASONS: ReadonlyMap<string, FinishReason> = new Map([
  ['STOP', 'stop'],
  ['MAX_TOKENS', 'length'],
  // Gemini 4: the rest would have to be fetched with another request (google-upstreams §12).
  ['CONTINUATION', 'length'],
  ['SAFETY', 'content_filter'],
  ['RECITATION', 'content_filter'],
  ['BLOCKLIST', 'content_filter'],
  ['PROHIBITED_CONTENT', 'content_filter'],
  ['SPII', 'content_filter'],
  ['LANGUAGE', 'content_filter'],
  ['IMAGE_SAFETY', 'content_filter'],
  ['IMAGE_PROHIBITED_CONTENT', 'content_filter'],
  ['IMAGE_RECITATION', 'content_filter'],
])

/** The model wanted to call and could not: what it called before may be half of what it meant. */
const SPOILT_CALLS: ReadonlySet<string> = new Set([
  'MALFORMED_FUNCTION_CALL',
  'UNEXPECTED_TOOL_CALL',
  'TOO_MANY_TOOL_CALLS',
  'MALFORMED_RESPONSE',
  'MISSING_THOUGHT_SIGNATURE',
])

export function conclude(ending: Ending): Conclusion {
  const { finishReason, blockReason, answered, calls, isCallOpen, isStray, callsFinish } = ending
  if (isStray) {
    return upstreamError('Google answered with a function call, but no function was offered.')
  }
  if (finishReason === undefined) {
    if (blockReason === undefined) return truncated()
    return filtered(answered, `The prompt was blocked by Google (${label(blockReason)}).`)
  }
  const finish = FINISH_REASONS.get(finishReason)
  if (finish === 'content_filter') {
    return filtered(answered, `The answer was blocked by Google (${label(finishReason)}).`)
  }
  if (calls > 0 && SPOILT_CALLS.has(finishReason)) {
    return upstreamError(`Google ended the answer within its calls (${label(finishReason)}).`)
  }
  if (isCallOpen) return finish === 'length' ? whole('length') : truncated()
  // Google says STOP for calls too (E4).
  if (calls > 0) return whole(callsFinish)
  if (finish === undefined && !answered) {
    return upstreamError(`Google ended the answer without content (${label(finishReason)}).`)
  }
  return whole(finish ?? 'stop')
}

function whole(finish: FinishReason): Conclusion {
  return { ok: true, finish, refusal: null }
}

/** A partial answer speaks for itself; where there is none, the refusal says why. */
function filtered(answered: boolean, refusal: string): Conclusion {
  return { ok: true, finish: 'content_filter', refusal: answered ? null : refusal }
}

function truncated(): Conclusion {
  const message = 'The answer from Google broke off before it was complete.'
  return { ok: false, failure: { reason: 'upstream_truncated', message } }
}

function upstreamError(message: string): Conclusion {
  return { ok: false, failure: { reason: 'upstream_error', message } }
}

/** Only what looks like an enum is repeated: nothing else of Google's reaches the client. */
function label(reason: string): string {
  return /^[A-Z_]{1,64}$/.test(reason) ? reason : 'UNKNOWN'
}
