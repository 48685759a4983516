/** A user as `GET /v1/config/users/{id}` tells, and the credentials of the ring. */
import type { LimitsWire } from './plans.ts'
import type { CredentialType, UpstreamName } from './stats.ts'

/** A user as the admin API shows it, in the wire's own names. Times are ISO 8601. No secret is part of it. */
export interface UserDescription {
  readonly id: string
  readonly created_at: string
  readonly config_version: number
  readonly label: string | null
  readonly mode: 'sticky' | 'round_robin' | 'least_used'
  readonly affinity: boolean
  readonly disabled: boolean
  readonly expires_at: string | null
  /** The plan whose settings and limits override the user's own. The other fields show what applies. */
  readonly plan: string | null
  readonly models: readonly string[] | null
  readonly aliases: Readonly<Record<string, string>>
  readonly fallbacks: Readonly<Record<string, readonly string[]>>
  readonly limits: LimitsWire
  readonly reasoning_format: 'reasoning_content' | 'reasoning' | 'think_tags' | 'none' | null
  readonly safety_settings: readonly { readonly category: string; readonly threshold: string }[]
  readonly store_responses: boolean
  readonly media_uris: readonly string[]
  readonly cursor: string | null
  readonly pin: { readonly credential: string; readonly until: string } | null
  readonly keys: readonly KeyDescription[]
  readonly credentials: readonly CredentialDescription[]
}

/** A valid key. The newest comes first, and only it has no end. */
export interface KeyDescription {
  /** The last four characters of a minted key; null if an admin chose it. */
  readonly hint: string | null
  readonly created_at: string
  readonly ends_at: string | null
}

export interface CredentialDescription {
  readonly id: string
  readonly position: number
  readonly type: CredentialType
  readonly upstream: UpstreamName
  readonly label: string | null
  readonly project: string | null
  readonly location: string | null
  readonly priority: number
  readonly models: readonly string[] | null
  readonly paused_until: string | null
  readonly quarantine_reason: string | null
  /** A page of Google's where the account's owner can end the quarantine. */
  readonly quarantine_link: string | null
  readonly created_at: string
  readonly updated_at: string
}
