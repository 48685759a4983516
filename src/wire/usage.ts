/** What `GET /v1/usage` and `GET /v1/config/users/{id}/usage` answer. Times are ISO 8601, money is dollars. */

export const USAGE_SPANS = ['minute', 'hour', 'day'] as const
export type UsageSpan = (typeof USAGE_SPANS)[number]

/** What lines can be grouped by, besides the time. */
export const USAGE_KEYS = ['model', 'credential', 'upstream', 'outcome', 'user'] as const
export type UsageKeyName = (typeof USAGE_KEYS)[number]

export interface UsageLine {
  /** When the minute, hour or day (UTC) began. */
  readonly start: string
  /** Each of these five is set only if `by` names it. */
  readonly model?: string
  readonly credential?: string
  readonly upstream?: string
  readonly outcome?: string
  readonly user?: string
  /** Calls to Google that ended. */
  readonly attempts: number
  readonly ok: number
  /** This and all fields below are null if `by` names the outcome: they are counted for all outcomes together. */
  readonly prompt_tokens: number | null
  /** Part of `prompt_tokens`. */
  readonly cached_tokens: number | null
  readonly output_tokens: number | null
  readonly reasoning_tokens: number | null
  readonly tool_use_tokens: number | null
  /** Web searches that Google bills. */
  readonly searches: number | null
  /** The sum of all costs that are known. */
  readonly cost_usd: number | null
  /** Attempts whose cost is not known; they are not in `cost_usd`. */
  readonly unpriced: number | null
  readonly first_byte: LatencyLine | null
  readonly whole: LatencyLine | null
}

/** A histogram of durations. */
export interface LatencyLine {
  readonly count: number
  readonly sum_ms: number
  /**
   * For each of `buckets_ms`: how many were at most this long and longer than the bucket before. The last number
   * counts all that were longer.
   */
  readonly counts: readonly number[]
}

/** How clients' requests ended, by hour or day. */
export interface RequestLine {
  readonly start: string
  /** Set only if `by` names it. */
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
  /** The user's id; null: the sum of all users. */
  readonly user: string | null
  readonly from: string
  /** The end is not included. */
  readonly to: string
  readonly span: UsageSpan
  readonly by: readonly UsageKeyName[]
  /**
   * If the answer is for all users: when a user's object last reported anything. Use counts at the time of its
   * report. Null: the figures are of now.
   */
  readonly as_of: string | null
  /** Upper bounds of the histograms' buckets. The last bucket has no bound. */
  readonly buckets_ms: readonly number[]
  /** Oldest first. Spans in which nothing ended are left out. */
  readonly usage: readonly UsageLine[]
  readonly requests: readonly RequestLine[]
  /** There were more lines than an answer holds; ask for a shorter time. */
  readonly truncated: boolean
}
