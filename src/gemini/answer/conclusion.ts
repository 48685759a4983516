/** How an answer of Google's ended: one rule for streams and whole answers, and for all dialects. */
import { endingOf } from '../endings.ts'
import type { Failure } from '../../failure/failure.ts'

export type Conclusion =
  | {
      readonly ok: true
      /** `calls`: the model waits for what its calls come to. `filtered`: by one of Google's filters. */
      readonly end: 'stop' | 'length' | 'filtered' | 'calls'
      /** Why there is nothing to show; null where there is, or where nothing was filtered. */
      readonly refusal: string | null
    }
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
  /** Whether another call began before the rest of one had come. */
  readonly isCallBroken: boolean
  /** Whether there was a function call, although no function was offered. */
  readonly isStray: boolean
}

/**
 * docs/google.md, Finish reasons. What tells no more than that it ended is a `stop` if
 * there is content and an error if there is none.
 */
export function conclude(seen: Ending): Conclusion {
  const { finishReason, blockReason, answered, calls, isCallOpen, isCallBroken, isStray } = seen
  if (isStray) {
    return upstreamError('Google answered with a function call, but no function was offered.')
  }
  if (finishReason === undefined) {
    if (blockReason === undefined) return truncated()
    return filtered(answered, `The prompt was blocked by Google (${label(blockReason)}).`)
  }
  const ending = endingOf(finishReason)
  if (ending === 'filtered') {
    return filtered(answered, `The answer was blocked by Google (${label(finishReason)}).`)
  }
  // An agent that read a `stop` here would take half of what the model meant for all of it.
  if (ending === 'spoilt_call') {
    const where = calls > 0 ? 'within its calls' : answered ? 'within its text' : 'without content'
    return upstreamError(`Google ended the answer ${where} (${label(finishReason)}).`)
  }
  // What was called after it may rest on it.
  if (isCallBroken) return upstreamError('Google broke off a function call within its arguments.')
  if (isCallOpen) return ending === 'length' ? whole('length') : truncated()
  // Google says STOP for calls too (docs/clients.md: Streams).
  if (calls > 0) return whole('calls')
  if (ending === 'length') return whole('length')
  if (ending !== 'stop' && !answered) {
    return upstreamError(`Google ended the answer without content (${label(finishReason)}).`)
  }
  return whole('stop')
}

function whole(end: 'stop' | 'length' | 'calls'): Conclusion {
  return { ok: true, end, refusal: null }
}

/** A partial answer speaks for itself; where there is none, the refusal says why. */
function filtered(answered: boolean, refusal: string): Conclusion {
  return { ok: true, end: 'filtered', refusal: answered ? null : refusal }
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
