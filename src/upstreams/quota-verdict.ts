import { DAY_MS } from '../json/time.ts'
import type { Upstream } from '../gemini/upstreams.ts'
import { parseDuration, parseInstant, parseRetryAfter } from './durations.ts'
import type { GoogleError } from './google-error.ts'
import type { QuotaDimension, QuotaEvidence, Verdict } from './verdict.ts'

/** A reset that is further away is a mistake, of Google's or of ours, so the next piece of evidence is used. */
const MAX_HINT_MS = 31 * DAY_MS

/**
 * Reasons that name a limit: a 403 of Google's older APIs with one of them is a limit too, and a 429 with one is
 * about the project rather than about capacity.
 */
const LIMIT_REASONS = new Set([
  'QUOTA_EXHAUSTED',
  'RATE_LIMIT_EXCEEDED',
  'RESOURCE_QUOTA_EXCEEDED',
  'dailyLimitExceeded',
  'quotaExceeded',
  'rateLimitExceeded',
  'userRateLimitExceeded',
])
const LIMIT_WORDS = /\bquota exceeded\b|\bprovisioned throughput\b|\bspend(?:ing)?\b/i

/** Statuses that may come with `limit: 0` (docs/google.md: Limits). */
const PLAN_STATUSES = new Set([429, 499, 503])

export function isQuota({ httpStatus, reasons }: GoogleError): boolean {
  return httpStatus === 429 || (httpStatus === 403 && reasons.some((it) => LIMIT_REASONS.has(it)))
}

/** The limit is zero: this model is not in the credential's plan, and waiting does not help. */
export function isOutsidePlan({ httpStatus, message, quotas }: GoogleError): boolean {
  const isZero = quotas.some(({ limit }) => limit === '0') || /\blimit: 0(?![.\d])/.test(message)
  return isZero && PLAN_STATUSES.has(httpStatus)
}

/** Which limit was met, and what is known about its end (docs/google.md: Limits). Pure. */
export function quotaVerdict(upstream: Upstream, error: GoogleError, now: number): Verdict {
  const { dimension, isNamed } = dimensionOf(error)
  const hint = hintOf(error, now)
  const isBare = dimension === 'unknown' && hint.retryAfterMs === null && !namesLimit(error)
  // Vertex has no quota of requests for Gemini: a 429 without any detail means that shared capacity ran out
  // (docs/google.md: Limits).
  if (isBare && upstream === 'vertex') return { kind: 'upstream_fault', reason: 'capacity' }
  // Google's front end slows down this network address; the credential was not even read.
  if (isBare && error.isPage) return { kind: 'upstream_fault', reason: 'overloaded' }
  const isDay = dimension.endsWith('_per_day')
  return isDay
    ? { kind: 'quota', dimension, ...hint, evidence: isNamed ? 'quota_id' : 'text' }
    : { kind: 'quota', dimension, ...hint }
}

function namesLimit({ message, quotas, reasons }: GoogleError): boolean {
  return (
    quotas.length > 0 ||
    reasons.some((reason) => LIMIT_REASONS.has(reason)) ||
    LIMIT_WORDS.test(message)
  )
}

/**
 * Found by word, since Google's ids are many and grow (docs/google.md: Limits): first in the ids, then in metric and
 * unit, then in the message.
 */
function dimensionOf(error: GoogleError): { dimension: QuotaDimension; isNamed: boolean } {
  const named =
    dimensionIn(error.quotas.map(({ id }) => id)) ??
    dimensionIn(error.quotas.map(({ words }) => words))
  if (named !== undefined) return { dimension: named, isNamed: true }
  // Each sentence alone: "tokens" in one and "day" in another do not mean tokens per day.
  const said = dimensionIn([...error.reasons, ...error.message.split(/\n|[.;] /)])
  return { dimension: said ?? 'unknown', isNamed: false }
}

function dimensionIn(texts: readonly string[]): QuotaDimension | undefined {
  // The day is looked for first: it lasts longer than the minute, even if its RetryInfo says seconds (docs/google.md:
  // Limits).
  const day = texts.find((text) => /per[\s_-]?day|daily|\b1\/d\b/i.test(text))
  if (day !== undefined) return /token/i.test(day) ? 'tokens_per_day' : 'requests_per_day'
  const minute = texts.find((text) => /per[\s_-]?min|\b1\/min\b/i.test(text))
  if (minute === undefined) return undefined
  return /token/i.test(minute) ? 'tokens_per_minute' : 'requests_per_minute'
}

interface Hint {
  readonly retryAfterMs: number | null
  readonly evidence: QuotaEvidence
}

/**
 * The best evidence for when the limit ends. A delay of zero or a time in the past is ignored: asking again at once
 * is what just failed.
 */
function hintOf(error: GoogleError, now: number): Hint {
  const { metadata, message, retryDelay, retryAfter } = error
  const stamp = metadata['quotaResetTimeStamp'] ?? metadata['quotaResetTimestamp'] ?? ''
  const [, spoken = ''] =
    /(?:retry in|reset after) ((?:\d+(?:\.\d+)?(?:h|ms|m|s))+)/i.exec(message) ?? []
  const hints: readonly (readonly [QuotaEvidence, number | null])[] = [
    ['reset_time', parseInstant(stamp, now)],
    ['reset_time', parseDuration(metadata['quotaResetDelay'] ?? '')],
    ['retry_info', parseDuration(retryDelay ?? '')],
    ['retry_after', parseRetryAfter(retryAfter ?? '', now)],
    ['text', parseDuration(spoken)],
  ]
  for (const [evidence, ms] of hints) {
    if (ms !== null && ms > 0 && ms <= MAX_HINT_MS) return { retryAfterMs: ms, evidence }
  }
  return { retryAfterMs: null, evidence: 'none' }
}
