import { iso, isoOrNull } from '../../json/time.ts'
import type { LimitsWire } from '../../wire/plans.ts'
import type { CredentialDescription, KeyDescription, UserDescription } from '../../wire/user.ts'
import type { Credential } from '../ring/credential.ts'
import type { Limits } from '../config/limits.ts'
import type { UserState } from '../state.ts'
import type { UserKey } from '../config/user-keys.ts'

export function describeLimits(limits: Limits): LimitsWire {
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
