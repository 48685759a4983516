import { MINUTE_MS, HOUR_MS } from '../../json/time.ts'
import type { QuotaDimension, QuotaEvidence, Verdict } from '../../upstreams/verdict.ts'
import { nextPacificMidnight } from './pacific-midnight.ts'

/**
 * What Google limits together: one principal, one model, one dimension (docs/vocabulary.md). A bucket is closed from
 * its first 429 until `until`. A bucket that has opened is kept for a while, because its strikes still tell
 * something.
 */
export interface Bucket {
  /**
   * Google counts by project (docs/google.md: Limits), so credentials of one project share a bucket. Without a known
   * project this is the credential's id.
   */
  readonly principal: string
  readonly model: string
  readonly dimension: QuotaDimension
  readonly closedAt: number
  readonly until: number
  /** From this time on, one real request at a time may test whether a long hint still holds; null for short hints. */
  readonly retestAt: number | null
  readonly evidence: QuotaEvidence
  /** 429s in a row, each after the bucket had opened again. */
  readonly strikes: number
}

type QuotaVerdict = Extract<Verdict, { kind: 'quota' }>

/**
 * Used if Google gives no hint: a second, doubled with each strike, up to a quarter of an hour. Most such limits pass
 * within moments.
 */
const BACKOFF_MS = 1000
export const MAX_BACKOFF_MS = 15 * MINUTE_MS
/** Google's `retryDelay` may be `0s`. Without a minimum, the next request would meet the same limit at once. */
const MIN_CLOSED_MS = 1000
/** The longest closure by dimension. The quota of a minute is back after a minute, whatever a hint says. */
const MAX_CLOSED_MS: Readonly<Record<QuotaDimension, number>> = {
  requests_per_minute: 5 * MINUTE_MS,
  tokens_per_minute: 5 * MINUTE_MS,
  requests_per_day: 25 * HOUR_MS,
  tokens_per_day: 25 * HOUR_MS,
  unknown: 25 * HOUR_MS,
}
/** The quota of a day is taken to be back a little after midnight, since Google's clock and ours may differ. */
const AFTER_MIDNIGHT_MS = 30_000
/**
 * A longer hint may be wrong. It is tested with real requests, so that a mistake cannot keep a credential out for a
 * day.
 */
const BELIEF_MS = HOUR_MS

/**
 * The bucket after a 429. `leasedAt`: when the attempt began. An attempt that began before the bucket closed brings
 * no news, and a failed test sets the same deadline again, so neither counts as a strike. Pure.
 */
export function closed(
  key: Pick<Bucket, 'principal' | 'model'>,
  verdict: QuotaVerdict,
  previous: Bucket | undefined,
  leasedAt: number,
  now: number,
): Bucket {
  const { dimension, evidence } = verdict
  const again = previous !== undefined && (leasedAt <= previous.closedAt || previous.until > now)
  const strikes = again ? previous.strikes : (previous?.strikes ?? 0) + 1
  const hinted = now + closedMs(verdict, strikes, now)
  const until = again ? Math.max(previous.until, hinted) : hinted
  return {
    ...key,
    dimension,
    closedAt: again ? previous.closedAt : now,
    until,
    retestAt:
      until - now > BELIEF_MS ? now + Math.min(BELIEF_MS, Math.ceil((until - now) / 10)) : null,
    evidence,
    strikes,
  }
}

function closedMs(verdict: QuotaVerdict, strikes: number, now: number): number {
  const daily = verdict.dimension === 'requests_per_day' || verdict.dimension === 'tokens_per_day'
  // Ignores every hint: the RetryInfo of a used-up day may say seconds (docs/google.md: Limits).
  if (daily) return nextPacificMidnight(now) + AFTER_MIDNIGHT_MS - now
  const hint = verdict.retryAfterMs ?? Math.min(BACKOFF_MS * 2 ** (strikes - 1), MAX_BACKOFF_MS)
  return Math.min(Math.max(hint, MIN_CLOSED_MS), MAX_CLOSED_MS[verdict.dimension])
}

/** What a bucket lets through now. Pure. */
export function gateOf(bucket: Bucket, isTested: boolean, now: number): 'open' | 'test' | 'closed' {
  if (bucket.until <= now) return 'open'
  return bucket.retestAt !== null && bucket.retestAt <= now && !isTested ? 'test' : 'closed'
}

/** The earliest time at which the bucket may let the next request through. Pure. */
export function nextChance(bucket: Bucket, now: number): number {
  const { until, retestAt } = bucket
  if (retestAt === null) return until
  // A test is under way, and its result will be known soon.
  return retestAt > now ? retestAt : Math.min(until, now + TEST_MS)
}

const TEST_MS = 5000
