import { iso, isoOrNull } from '../../json/time.ts'
import type { ReasoningFormat } from '../../gemini/reasoning.ts'
import type { SafetySetting } from '../../gemini/types.ts'
import type { Credential } from '../ring/credential.ts'
import type { Limits } from '../config/limits.ts'
import type { UserState } from '../state.ts'
import type { UserKey } from '../config/user-keys.ts'
import type { Mode } from '../config/user-settings.ts'

/** A user as the admin API shows it, in the wire's own names. Times are ISO 8601. No secret is part of it. */
export interface UserDescription {
  readonly id: string
  readonly created_at: string
  readonly config_version: number
  readonly label: string | null
  readonly mode: Mode
  readonly affinity: boolean
  readonly disabled: boolean
  readonly expires_at: string | null
  /** The plan whose settings and limits override the user's own. The other fields show what applies. */
  readonly plan: string | null
  readonly models: readonly string[] | null
  readonly aliases: Readonly<Record<string, string>>
  readonly fallbacks: Readonly<Record<string, readonly string[]>>
  readonly limits: LimitsDescription
  readonly reasoning_format: ReasoningFormat | null
  readonly safety_settings: readonly SafetySetting[]
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

/** Limits under the wire's names; null: unlimited. */
export interface LimitsDescription {
  readonly max_concurrency: number | null
  readonly requests_per_minute: number | null
  readonly tokens_per_minute: number | null
  readonly requests_per_day: number | null
  readonly tokens_per_day: number | null
  readonly total_tokens: number | null
  /** Dollars. */
  readonly usd_per_day: number | null
  readonly usd_per_month: number | null
  readonly usd_total: number | null
}

export function describeLimits(limits: Limits): LimitsDescription {
  return {
    max_concurrency: limits.maxConcurrency,
    requests_per_minute: limits.requestsPerMinute,
    tokens_per_minute: limits.tokensPerMinute,
    requests_per_day: limits.requestsPerDay,
    tokens_per_day: limits.tokensPerDay,
    total_tokens: limits.totalTokens,
    usd_per_day: limits.usdPerDay,
    usd_per_month: limits.usdPerMonth,
    usd_total: limits.usdTotal,
  }
}

export interface CredentialDescription {
  readonly id: string
  readonly position: number
  readonly type: Credential['type']
  readonly upstream: Credential['upstream']
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

/** Pure, except that it reads `state`. */
export function describeUser(
  userId: string,
  { profile, keys, credentials }: UserState,
): UserDescription {
  const { expiresAt, pin, label, mode, affinity, disabled, models, aliases, fallbacks, limits } =
    profile.settings
  const { reasoningFormat, safetySettings, storeResponses, mediaUris } = profile.settings
  return {
    id: userId,
    created_at: iso(profile.createdAt),
    config_version: profile.configVersion,
    label,
    mode,
    affinity,
    disabled,
    expires_at: isoOrNull(expiresAt),
    plan: profile.settings.plan,
    models,
    aliases,
    fallbacks,
    limits: describeLimits(limits),
    reasoning_format: reasoningFormat,
    safety_settings: safetySettings,
    store_responses: storeResponses,
    media_uris: mediaUris,
    cursor: profile.cursor,
    pin: pin === null ? null : { credential: pin.credentialId, until: iso(pin.until) },
    keys: keys.valid(Date.now()).map((key) => describeKey(key, profile.createdAt)),
    credentials: credentials.all().map(describeCredential),
  }
}

/** `userSince` (epoch milliseconds): the age of a key that came with the user. */
export function describeKey(key: UserKey, userSince: number): KeyDescription {
  const { hint, createdAt, endsAt } = key
  return { hint, created_at: iso(createdAt ?? userSince), ends_at: isoOrNull(endsAt) }
}

export function describeCredential(credential: Credential): CredentialDescription {
  const { id, position, type, upstream, label, project, location, priority, models } = credential
  return {
    id,
    position,
    type,
    upstream,
    label,
    project,
    location,
    priority,
    models,
    paused_until: isoOrNull(credential.pausedUntil),
    quarantine_reason: credential.quarantine,
    quarantine_link: credential.quarantineLink,
    created_at: iso(credential.createdAt),
    updated_at: iso(credential.updatedAt),
  }
}
