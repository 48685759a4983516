/** What the page reads of the API's answers. Times are ISO 8601. What a gateway of an earlier version leaves out is optional. */

export interface UserLine {
  readonly user: string
  readonly created_at: string
  readonly label?: string | null
  readonly state?: string
  readonly key_hint?: string | null
  readonly as_of?: string | null
  readonly credentials?: {
    readonly total: number
    readonly serving: number
    readonly cooling: number
    readonly quarantined: number
  } | null
  readonly out?: boolean
  readonly next_recovery?: string | null
  readonly last_used_at?: string | null
  readonly today?: {
    readonly requests: number
    readonly tokens: number
    readonly cost_usd: number
    readonly unpriced: number
  }
}

export interface UserPage {
  readonly users: readonly UserLine[]
  readonly next: string | null
  readonly total?: number
  readonly now?: string
}

export interface Limits {
  readonly [name: string]: number | null
}

export interface Key {
  readonly hint: string | null
  readonly created_at: string
  readonly ends_at: string | null
}

export interface User {
  readonly id: string
  readonly created_at: string
  readonly label: string | null
  readonly mode: string
  readonly affinity: boolean
  readonly disabled: boolean
  readonly expires_at: string | null
  readonly models: readonly string[] | null
  readonly aliases: Readonly<Record<string, string>>
  readonly fallbacks: Readonly<Record<string, readonly string[]>>
  readonly limits: Limits
  readonly reasoning_format: string | null
  readonly safety_settings: readonly unknown[]
  readonly store_responses: boolean
  readonly keys: readonly Key[]
}

export interface Cooldown {
  readonly model: string
  readonly cause: string
  readonly until: string
  readonly shared_with: readonly string[]
  readonly dimension: string | null
  readonly evidence: string | null
  readonly retest_at: string | null
}

export interface Credential {
  readonly id: string
  readonly position: number
  readonly type: string
  readonly upstream: string
  readonly label: string | null
  readonly state: 'active' | 'quarantined' | 'paused'
  readonly paused_until: string | null
  readonly priority: number
  readonly allowed_models: readonly string[] | null
  readonly quarantine_reason: string | null
  readonly quarantine_link: string | null
  readonly last_error: string | null
  readonly last_error_at: string | null
  readonly last_used_at: string | null
  readonly attempts: { readonly granted: number; readonly open: number; readonly ok: number }
  readonly tokens: Readonly<
    Record<'prompt' | 'cached' | 'output' | 'reasoning' | 'tool_use', number>
  >
  readonly cooldowns: readonly Cooldown[]
}

export interface Span {
  readonly start: string
  readonly attempts: number
  readonly ok: number
  readonly input_tokens: number
  readonly output_tokens: number
}

export interface Stats {
  readonly user: string
  readonly now?: string
  readonly requests: Readonly<Record<string, number>> & { readonly total: number }
  readonly ring: {
    readonly mode: string
    readonly pin: { readonly credential: string; readonly until: string } | null
    readonly cursor: string | null
    readonly rotations: number
    readonly credentials: readonly Credential[]
  }
  readonly ledger: {
    readonly granted: number
    readonly settled: number
    readonly open: number
    readonly holds: boolean
  }
  readonly usage: Readonly<Record<'minutes' | 'hours' | 'days', readonly Span[]>>
  readonly open_leases: readonly {
    readonly credential: string
    readonly model: string
    readonly granted_at: string
    readonly deadline: string
  }[]
}

export interface KeyInfo {
  readonly user: string
  readonly label: string | null
  readonly key: Key
  readonly limits: Limits
  readonly use: {
    readonly open_requests: number
    readonly minute: { readonly requests: number; readonly tokens: number }
    readonly day: { readonly requests: number; readonly tokens: number }
    readonly total_tokens: number
  }
}

export interface Explanation {
  readonly model: string
  readonly resolved_model: string | null
  readonly serving_model: string | null
  readonly fallbacks: readonly string[]
  readonly chosen: string | null
  readonly reason: string | null
  readonly credentials: readonly {
    readonly id: string
    readonly would_serve: boolean
    readonly standing: string
    readonly until: string | null
  }[]
}

export type AuditLine = Readonly<Record<string, unknown>> & {
  readonly seq: number
  readonly hash: string
}

export interface AuditPage {
  readonly lines: readonly AuditLine[]
  readonly next: number | null
  readonly chain: {
    readonly holds: boolean
    readonly broken_at: number | null
    readonly first: number
    readonly head: { readonly seq: number; readonly hash: string | null }
  }
}
