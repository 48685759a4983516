/** The API's answers, as far as the page reads them and `src/wire` lacks them. Times are ISO 8601. */
import type { LimitsWire } from '../../src/wire/plans.ts'

export type {
  CooldownStats as Cooldown,
  CredentialStats as Credential,
  Stats,
} from '../../src/wire/stats.ts'

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
  readonly limits: LimitsWire
  readonly reasoning_format: string | null
  readonly safety_settings: readonly unknown[]
  readonly store_responses: boolean
  readonly plan: string | null
  readonly media_uris: readonly string[]
  readonly keys: readonly Key[]
}

export interface KeyInfo {
  readonly user: string
  readonly label: string | null
  readonly key: Key
  readonly limits: LimitsWire
  readonly use: {
    readonly open_requests: number
    readonly minute: { readonly requests: number; readonly tokens: number }
    readonly day: { readonly requests: number; readonly tokens: number }
    readonly total_tokens: number
    readonly cost_usd: number
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

export interface HeldToken {
  readonly credential: string
  readonly type: string
  readonly held: boolean
  readonly usable_until: string | null
  readonly retry_at: string | null
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

/** Dollars for a million tokens, from the first day up to but not including the second. */
export interface Price {
  readonly model: string
  readonly from?: string
  readonly until?: string
  readonly in: number
  readonly cached: number
  readonly out: number
  readonly long?: { readonly in: number; readonly cached: number; readonly out: number }
  readonly audioIn?: number
  readonly audioCached?: number
  readonly imageIn?: number
  readonly videoIn?: number
  readonly imageOut?: number
  readonly audioOut?: number
}

export interface PriceList {
  readonly overrides: readonly Price[]
  readonly list: readonly Price[]
}
