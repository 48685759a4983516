/** What `GET /v1/usage` and `GET /v1/config/users/{id}/usage` answer. Times are ISO 8601, money is dollars. Imports nothing that the page could not. */

export const USAGE_SPANS = ['minute', 'hour', 'day'] as const
export type UsageSpan = (typeof USAGE_SPANS)[number]

/** What lines can be told apart by, beside the time. */
export const USAGE_KEYS = ['model', 'credential', 'upstream', 'outcome', 'user'] as const
export type UsageKeyName = (typeof USAGE_KEYS)[number]

export interface UsageLine {
  /** When the minute, hour or day (UTC) began. */
  readonly start: string
  /** Each of the next five only where `by` names it. */
  readonly model?: string
  readonly credential?: string
  readonly upstream?: string
  readonly outcome?: string
  readonly user?: string
  /** Calls of Google that ended. */
  readonly attempts: number
  readonly ok: number
  /** From here on null by outcome: it is kept for all outcomes together. */
  readonly prompt_tokens: number | null
  /** Part of the prompt's. */
  readonly cached_tokens: number | null
  readonly output_tokens: number | null
  readonly reasoning_tokens: number | null
  readonly tool_use_tokens: number | null
  /** Web searches that Google bills. */
  readonly searches: number | null
  /** What is known of it. */
  readonly cost_usd: number | null
  /** Attempts whose cost is not known, and not in `cost_usd`. */
  readonly unpriced: number | null
  readonly first_byte: LatencyLine | null
  readonly whole: LatencyLine | null
}

/** A histogram. */
export interface LatencyLine {
  readonly count: number
  readonly sum_ms: number
  /** How many were not longer than each of `buckets_ms`, and longer than the one before; the last is of all that were longer. */
  readonly counts: readonly number[]
}

/** What clients asked and how that ended; by hours and days. */
export interface RequestLine {
  readonly start: string
  /** Only where `by` names it. */
  readonly user?: string
  readonly ok: number
  readonly failed: number
  readonly refused: number
  readonly cancelled: number
  readonly lost: number
}

export interface UsageAnswer {
  readonly status: 'ok'
  readonly now: string
  readonly version: string
  /** Whose it is; null: of all users. */
  readonly user: string | null
  readonly from: string
  /** Not part of it. */
  readonly to: string
  readonly span: UsageSpan
  readonly by: readonly UsageKeyName[]
  /** When a user's object told anything last, where the answer is of all users: their use counts at the time at which it was told. Null: it is as of now. */
  readonly as_of: string | null
  /** The upper ends of the histograms' buckets, but for the last, which has none. */
  readonly buckets_ms: readonly number[]
  /** Oldest first. Spans in which nothing ended are left out. */
  readonly usage: readonly UsageLine[]
  readonly requests: readonly RequestLine[]
  /** There was more than an answer holds; ask for less. */
  readonly truncated: boolean
}
