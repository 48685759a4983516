import { toNano } from '../../json/money.ts'
import { DAY_MS, MINUTE_MS } from '../../json/time.ts'
import type { RateLimit, RateLimits } from '../../failure/rate-limits.ts'

/** What a user may use; null: unlimited. Tokens are input and output together, as Google counts them. */
export interface Limits {
  /** Requests under way at the same time. */
  readonly maxConcurrency: number | null
  readonly requestsPerMinute: number | null
  readonly tokensPerMinute: number | null
  readonly requestsPerDay: number | null
  readonly tokensPerDay: number | null
  /** Over the user's whole life: a budget. */
  readonly totalTokens: number | null
  /** Budgets in dollars: of the day and the month (UTC), and of the whole life. */
  readonly usdPerDay: number | null
  readonly usdPerMonth: number | null
  readonly usdTotal: number | null
}

export type LimitName = keyof Limits

export const NO_LIMITS: Limits = {
  maxConcurrency: null,
  requestsPerMinute: null,
  tokensPerMinute: null,
  requestsPerDay: null,
  tokensPerDay: null,
  totalTokens: null,
  usdPerDay: null,
  usdPerMonth: null,
  usdTotal: null,
}

/** Whether no limit is set. Pure. */
export function isUnlimited(limits: Limits): boolean {
  return Object.values(limits).every((limit) => limit === null)
}

/** What was used in the current minute and day (UTC), and what requests under way have reserved. */
export interface Use {
  readonly openRequests: number
  readonly reservedTokens: number
  readonly minuteRequests: number
  readonly minuteTokens: number
  readonly dayRequests: number
  readonly dayTokens: number
  readonly totalTokens: number
  /** In 1e-9 dollars. Tokens without a known price are charged as if the model were expensive. */
  readonly reservedCostNano: number
  readonly dayCostNano: number
  readonly monthCostNano: number
  readonly totalCostNano: number
}

/** The limit that forbids one more request, and when it opens again (epoch milliseconds; null: not by itself). */
export interface Reached {
  readonly limit: LimitName
  readonly retryAt: number | null
  /** The request alone exceeds the limit, so it would never pass. */
  readonly isTooLarge: boolean
}

/** When to try again if all places are taken: a place is free as soon as any request ends. */
const SOON_MS = 1000

/** What one request of a client's would use. */
export interface Need {
  /** About how many tokens, input and output. */
  readonly tokens: number
  /** About how much it will cost, in 1e-9 dollars. */
  readonly costNano: number
  /** Calls to Google, without retries. Each counts as a request. */
  readonly calls: number
  /** How many of these calls are under way at the same time. */
  readonly places: number
}

/** The first limit that one more request would exceed; null if there is none. Pure. */
export function reachedBy(limits: Limits, use: Use, need: Need, now: number): Reached | null {
  const nextMinute = (Math.floor(now / MINUTE_MS) + 1) * MINUTE_MS
  const nextDay = (Math.floor(now / DAY_MS) + 1) * DAY_MS
  const { tokens, calls, places, costNano } = need
  const date = new Date(now)
  const nextMonth = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1)
  const reservedCost = use.reservedCostNano
  const checks: readonly [LimitName, used: number, more: number, retryAt: number | null][] = [
    // Limits that do not open again by themselves come first, so that the client hears of those.
    ['usdTotal', use.totalCostNano + reservedCost, costNano, null],
    ['usdPerMonth', use.monthCostNano + reservedCost, costNano, nextMonth],
    ['usdPerDay', use.dayCostNano + reservedCost, costNano, nextDay],
    ['totalTokens', use.totalTokens + use.reservedTokens, tokens, null],
    ['requestsPerDay', use.dayRequests, calls, nextDay],
    ['tokensPerDay', use.dayTokens + use.reservedTokens, tokens, nextDay],
    ['requestsPerMinute', use.minuteRequests, calls, nextMinute],
    ['tokensPerMinute', use.minuteTokens + use.reservedTokens, tokens, nextMinute],
    ['maxConcurrency', use.openRequests, places, now + SOON_MS],
  ]
  for (const [limit, used, more, retryAt] of checks) {
    const set = limits[limit]
    const allowed = set === null ? Infinity : isMoney(limit) ? toNano(set) : set
    if (used + more <= allowed) continue
    // With a limit of 0 not even one call fits. Such a request is refused as over the limit, not as too large.
    const isTooLarge = more > allowed && used < allowed
    return { limit, retryAt: isTooLarge ? null : retryAt, isTooLarge }
  }
  return null
}

export function isMoney(limit: LimitName): boolean {
  return limit === 'usdPerDay' || limit === 'usdPerMonth' || limit === 'usdTotal'
}

/** What is left of the limits; null if neither requests nor tokens are limited. Pure. */
export function rateLimits(limits: Limits, use: Use, now: number): RateLimits | null {
  const minute = MINUTE_MS - (now % MINUTE_MS)
  const day = DAY_MS - (now % DAY_MS)
  const reserved = use.reservedTokens
  const requests = tightest([
    [limits.requestsPerMinute, use.minuteRequests, minute],
    [limits.requestsPerDay, use.dayRequests, day],
  ])
  const tokens = tightest([
    [limits.tokensPerMinute, use.minuteTokens + reserved, minute],
    [limits.tokensPerDay, use.dayTokens + reserved, day],
    [limits.totalTokens, use.totalTokens + reserved, null],
  ])
  return requests === null && tokens === null ? null : { requests, tokens }
}

/** The limit with the least left. */
function tightest(
  all: readonly (readonly [limit: number | null, used: number, resetMs: number | null])[],
): RateLimit | null {
  let least: RateLimit | null = null
  for (const [limit, used, resetMs] of all) {
    if (limit === null) continue
    const remaining = Math.max(0, limit - used)
    if (least === null || remaining < least.remaining) least = { limit, remaining, resetMs }
  }
  return least
}
