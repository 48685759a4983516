/** What `/debug/stats` answers for one user, in full. Times are ISO 8601, money is dollars. */

export type CredentialType = 'authorized_user' | 'service_account' | 'api_key'
export type UpstreamName = 'code-assist' | 'vertex' | 'gemini-api'

/** `/debug/stats` of one user. No secret, key or prompt is ever part of it. */
export interface Stats {
  readonly status: 'ok'
  /** The gateway's clock. Countdowns must be counted by it. */
  readonly now: string
  readonly version: string
  readonly user: string
  readonly created_at: string
  /** Requests in all, and attempts by credential id. */
  readonly total_requests: number
  readonly requests_per_credential: Readonly<Record<string, number>>
  readonly requests: RequestStats
  readonly ring: {
    readonly mode: 'sticky' | 'round_robin' | 'least_used'
    readonly pin: { readonly credential: string; readonly until: string } | null
    readonly cursor: string | null
    readonly rotations: number
    readonly credentials: readonly CredentialStats[]
  }
  readonly ledger: Invariant
  /** Of all attempts so far, including those of credentials that have left the ring. */
  readonly cost: CostStats
  readonly usage: RollupStats
  readonly open_leases: readonly OpenLeaseStats[]
}

export interface RequestStats extends RequestCountsWire {
  readonly total: number
  readonly open: number
}

/** granted = Σ terminal states + open. Both sides are counted independently. */
export interface Invariant {
  readonly granted: number
  readonly settled: number
  readonly open: number
  readonly holds: boolean
}

export interface CredentialStats {
  readonly id: string
  readonly position: number
  readonly type: CredentialType
  readonly upstream: UpstreamName
  readonly label: string | null
  readonly state: 'active' | 'quarantined' | 'paused'
  readonly paused_until: string | null
  readonly priority: number
  /** The only models that it may serve; null for all. */
  readonly allowed_models: readonly string[] | null
  readonly quarantine_reason: string | null
  /** A page of Google's where the owner can end the quarantine. Shown to nobody else. */
  readonly quarantine_link: string | null
  readonly last_error: string | null
  readonly last_error_at: string | null
  readonly last_used_at: string | null
  readonly attempts: AttemptStats
  readonly tokens: TokenStats
  readonly cost: CostStats
  readonly models: Readonly<
    Record<string, AttemptStats & { readonly tokens: TokenStats; readonly cost: CostStats }>
  >
  readonly cooldowns: readonly CooldownStats[]
}

export interface AttemptStats extends Record<OutcomeName, number> {
  readonly granted: number
  readonly open: number
}

/** By Google's price list or an admin's, as it was on the day of each attempt. */
export interface CostStats {
  readonly usd: number
  /** Attempts whose cost is not known; they are not in `usd`. */
  readonly unpriced: number
}

export interface TokenStats {
  readonly prompt: number
  readonly cached: number
  readonly output: number
  readonly reasoning: number
  readonly tool_use: number
}

/** A closed quota bucket, or a model that the credential may not use, with its deadline and the evidence for it. */
export interface CooldownStats {
  readonly model: string
  readonly cause: string
  readonly until: string
  /** Other credentials of the ring that Google counts against the same quota. */
  readonly shared_with: readonly string[]
  readonly dimension: string | null
  readonly evidence: string | null
  /** When a real request may test whether it still holds. */
  readonly retest_at: string | null
}

export interface OpenLeaseStats {
  readonly credential: string
  readonly model: string
  readonly granted_at: string
  readonly deadline: string
}

/** How clients' requests ended. */
export interface RequestCountsWire {
  readonly ok: number
  readonly failed: number
  readonly refused: number
  readonly cancelled: number
  readonly lost: number
}

/** How attempts end. */
export type OutcomeName =
  | 'ok'
  | 'client_fault'
  | 'credential_fault'
  | 'quota'
  | 'upstream_fault'
  | 'cancelled'
  | 'lost'

/**
 * What the user used lately, over all credentials and models. Spans in which nothing ended are left out. All spans
 * are UTC.
 */
export interface RollupStats {
  /** The last 60. */
  readonly minutes: readonly SpanStats[]
  /** The last 48. */
  readonly hours: readonly SpanStats[]
  /** The last 30. */
  readonly days: readonly SpanStats[]
}

export interface SpanStats {
  readonly start: string
  /** Attempts that ended in this span, in whatever state. */
  readonly attempts: number
  readonly ok: number
  /** Tokens of prompt and tool use. */
  readonly input_tokens: number
  /** Tokens of visible output and reasoning. */
  readonly output_tokens: number
  readonly cost_usd: number
}
