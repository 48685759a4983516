/** How Google's answer ended. The same rule holds for streams and whole answers, and for all dialects. */
import { endingOf } from '../endings.ts'
import type { Failure } from '../../failure/failure.ts'

export type Conclusion =
  | {
      readonly ok: true
      /** `calls`: the model waits for the results of its calls. `filtered`: one of Google's filters stopped it. */
      readonly end: 'stop' | 'length' | 'filtered' | 'calls'
      /** Set if a filter left nothing to show: why. Otherwise null. */
      readonly refusal: string | null
    }
  | { readonly ok: false; readonly failure: Failure }

/** What the reader saw of candidate 0 and of the prompt's feedback. */
export interface Ending {
  readonly finishReason: string | undefined
  readonly blockReason: string | undefined
  /** Whether there was anything to show besides thoughts and calls. */
  readonly answered: boolean
  /** How many calls the client received. */
  readonly calls: number
  /** Whether a call had begun whose rest never came. */
  readonly isCallOpen: boolean
  /** Whether a call began before the rest of another had come. */
  readonly isCallBroken: boolean
  /** Whether there was a function call although no function was offered. */
  readonly isStray: boolean
}

/**
 * See docs/google.md, Finish reasons. A finish reason that only says that the answer ended counts as `stop` if there
 * is content, and as an error if there is none.
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
  // An agent that was told `stop` here would take half of what the model meant for all of it.
  if (ending === 'spoilt_call') {
    const where = calls > 0 ? 'within its calls' : answered ? 'within its text' : 'without content'
    return upstreamError(`Google ended the answer ${where} (${label(finishReason)}).`)
  }
  // The calls made after the broken one may rely on it.
  if (isCallBroken) return upstreamError('Google broke off a function call within its arguments.')
  if (isCallOpen) return ending === 'length' ? whole('length') : truncated()
  // Google says STOP after calls too (docs/clients.md: Streams).
  if (calls > 0) return whole('calls')
  if (ending === 'length') return whole('length')
  if (ending !== 'stop' && !answered) {
    return upstreamError(`Google ended the answer without content (${label(finishReason)}).`)
  }
  return whole('stop')
}

/** Whether the model would have said more. */
export function isCut(conclusion: Conclusion): boolean {
  return conclusion.ok && (conclusion.end === 'length' || conclusion.end === 'filtered')
}

function whole(end: 'stop' | 'length' | 'calls'): Conclusion {
  return { ok: true, end, refusal: null }
}

/** A partial answer is shown as it is. Without one, the refusal says why. */
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

/** Repeats the reason only if it looks like an enum value, so that no other text of Google's reaches the client. */
function label(reason: string): string {
  return /^[A-Z_]{1,64}$/.test(reason) ? reason : 'UNKNOWN'
}
