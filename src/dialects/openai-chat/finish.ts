/** How an answer of Google's ended, in OpenAI's terms: one rule for streams and whole answers. */
import type { Failure } from '../../http/errors.ts'

export type FinishReason = 'stop' | 'length' | 'content_filter'

export type Conclusion =
  | { readonly ok: true; readonly finish: FinishReason; readonly refusal: string | null }
  | { readonly ok: false; readonly failure: Failure }

/** What was seen of candidate 0 and of the prompt's feedback. */
export interface Ending {
  readonly finishReason: string | undefined
  readonly blockReason: string | undefined
  /** Whether there was any text besides thoughts. */
  readonly answered: boolean
  /** Whether there was a function call, although no function was offered. */
  readonly called: boolean
}

/**
 * google-upstreams §5.2, client-protocols §1.3. What is not in this table (OTHER, NO_IMAGE,
 * MALFORMED_*, UNEXPECTED_TOOL_CALL, MISSING_THOUGHT_SIGNATURE and whatever Google adds) is a
 * `stop` if there is content and an error if there is none.
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

export function conclude({ finishReason, blockReason, answered, called }: Ending): Conclusion {
  if (called) {
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
  if (finish === undefined && !answered) {
    return upstreamError(`Google ended the answer without content (${label(finishReason)}).`)
  }
  return { ok: true, finish: finish ?? 'stop', refusal: null }
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
