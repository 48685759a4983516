import type { Failure } from '../../failure/failure.ts'
import type { KeyHolder } from '../../gateway/authenticate.ts'
import type { Answers } from '../../gateway/choices.ts'
import { contextRefused, waitAfterRefusals } from '../../gateway/full-contexts.ts'

/** Why a request must wait: requests as long as this one were refused. Null if it may be made. */
export function slowedAfter({ userId }: KeyHolder, tokens: number): Failure | null {
  const retryAfterMs = waitAfterRefusals(userId, tokens, Date.now())
  if (retryAfterMs === null) return null
  const message =
    'Requests as long as this one were refused several times for their length. Shorten the conversation, or begin a new one.'
  return { reason: 'rate_limited', message, retryAfterMs }
}

/** Passes answers on, and records a conversation that was refused as too long. */
export function noting({ userId }: KeyHolder, tokens: number): (answers: Answers) => Answers {
  return (answers) => {
    const isFull = !answers.ok && answers.failure.reason === 'context_length_exceeded'
    if (isFull) contextRefused(userId, tokens, Date.now())
    return answers
  }
}
