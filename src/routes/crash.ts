import type { Failure } from '../failure/failure.ts'
import { OUTAGES } from '../gateway/failure-of.ts'
import { settleAbandoned } from '../gateway/unsettled-answers.ts'

/**
 * The failure for a request that crashed. Settles the leases that it still holds, which would otherwise count as
 * lost. If Google had answered one of them, the failure says that its answer could not be read.
 */
export function crashedRequest(error: unknown, requestId: string): Failure {
  const failure = crashed(error, requestId)
  return settleAbandoned(requestId) ? OUTAGES.unreadable : failure
}

/** A bug, or a failure of the platform. The log says what happened; the client learns only that something did. */
export function crashed(error: unknown, requestId: string): Failure {
  const { overloaded } = error as { overloaded?: boolean }
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error))
  // Logged as an object, not as text like other lines: wrangler maps a stack to the sources only if the stack keeps
  // its line breaks.
  console.error({ event: 'crash', request_id: requestId, error: `${name}: ${message}`, stack })
  return overloaded === true
    ? {
        reason: 'overloaded',
        message: 'This API key has more requests under way than it can take.',
        retryAfterMs: 1000,
      }
    : { reason: 'internal_error', message: 'The gateway failed to handle this request.' }
}
