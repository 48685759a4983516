import type { Failure } from '../failure/failure.ts'
import { OUTAGES } from '../gateway/failure.ts'
import { settleAbandoned } from '../gateway/owned.ts'

/**
 * A request that crashed, with what it leaves behind: whoever owns a lease settles it, whatever throws in between. Where Google
 * had answered, it is the answer that could not be told.
 */
export function crashedRequest(error: unknown, requestId: string): Failure {
  const failure = crashed(error, requestId)
  return settleAbandoned(requestId) ? OUTAGES.unreadable : failure
}

/** A bug, or a failure of the platform. The log gets what happened, the client only that it did. */
export function crashed(error: unknown, requestId: string): Failure {
  const { overloaded } = error as { overloaded?: boolean }
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error))
  // An object and no text, as other lines are: only where a stack has lines of its own does wrangler find the source for them.
  console.error({ event: 'crash', request_id: requestId, error: `${name}: ${message}`, stack })
  return overloaded === true
    ? {
        reason: 'overloaded',
        message: 'This API key has more requests under way than it can take.',
        retryAfterMs: 1000,
      }
    : { reason: 'internal_error', message: 'The gateway failed to handle this request.' }
}
