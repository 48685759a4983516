import type { Failure, FailureReason } from '../failure/failure.ts'
import type { LimitName } from '../objects/config/limits.ts'

interface Limit {
  /** Of a request that is refused because of what others used. */
  readonly reason: FailureReason
  /** What is limited, in words for the client. */
  readonly of: string
  /** It counts requests; others count tokens, or what they cost. */
  readonly isOfRequests?: true
}

const LIMITS: Readonly<Record<LimitName, Limit>> = {
  maxConcurrency: { reason: 'rate_limited', of: 'requests at the same time', isOfRequests: true },
  requestsPerMinute: { reason: 'rate_limited', of: 'requests per minute', isOfRequests: true },
  tokensPerMinute: { reason: 'tokens_limited', of: 'tokens per minute' },
  requestsPerDay: { reason: 'quota_exhausted', of: 'requests per day', isOfRequests: true },
  tokensPerDay: { reason: 'quota_exhausted', of: 'tokens per day' },
  totalTokens: { reason: 'quota_exhausted', of: 'tokens in all' },
  usdPerDay: { reason: 'quota_exhausted', of: 'budget for the day' },
  usdPerMonth: { reason: 'quota_exhausted', of: 'budget for the month' },
  usdTotal: { reason: 'quota_exhausted', of: 'budget in all' },
}

/** Refuses a request that no wait would make fit. */
export function tooLargeFor(limit: LimitName): Failure {
  const { of, isOfRequests = false } = LIMITS[limit]
  const message = `This request alone is larger than this API key's limit of ${of}`
  return isOfRequests
    ? {
        reason: 'more_than_limit',
        message: `${message}; ask for fewer answers, prompts or inputs at once.`,
      }
    : { reason: 'larger_than_limit', message } // each family names its own field
}

/** `retryAt`: epoch milliseconds; null if the limit does not end by itself. `now`: the same. */
export function limitReached(limit: LimitName, retryAt: number | null, now: number): Failure {
  const { reason, of } = LIMITS[limit]
  return {
    reason,
    message: `Rate limit reached: this API key has used up its ${of}.`,
    usedUp: { of: 'user', forTheDay: limit.endsWith('PerDay') },
    ...(retryAt !== null && { retryAfterMs: Math.max(0, retryAt - now) }),
  }
}
