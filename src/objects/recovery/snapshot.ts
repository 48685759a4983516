import { parsed } from '../../json/parsed.ts'
import * as v from 'valibot'
import { REASONING_FORMATS } from '../../gemini/reasoning.ts'
import { isPrefix } from '../../gemini/media/owned-uris.ts'
import { safetySettings } from '../../gemini/safety.ts'
import { UPSTREAMS } from '../../gemini/upstreams.ts'
import { LOCATION, PROJECT } from '../../upstreams/credential.ts'
import { SCHEMA_VERSION } from '../storage.ts'
import type { UserState } from '../state.ts'
import { MAX_KEYS } from '../config/user-keys.ts'
import { MAX_MEDIA_URIS, MODES } from '../config/user-settings.ts'
import { lazy } from '../../lazy.ts'

/** The KV key of a user's snapshot. The user's id is a hash, not a secret. */
export const SNAPSHOT_PREFIX = 'user:'

export function snapshotKey(userId: string): string {
  return `${SNAPSHOT_PREFIX}${userId}`
}

/**
 * A user's configuration, as KV stores it for disaster recovery and as it is exported. Secrets stay sealed, and
 * nothing that changes with traffic is in it. No request of a client reads it.
 */
export function snapshotOf(
  userId: string,
  { profile, keys, credentials, audit }: UserState,
): string {
  return JSON.stringify({
    schema: SCHEMA_VERSION,
    version: profile.configVersion,
    user_id: userId,
    created_at: profile.createdAt,
    deleted: profile.isDeleted,
    keys: keys.kept,
    // Evidence of the state of the audit, should somebody doubt it later.
    audit_head: audit.ends().head,
    cursor: profile.isDeleted ? null : profile.cursor,
    settings: profile.ownSettings,
    credentials: (profile.isDeleted ? [] : credentials.all()).map((credential) => ({
      id: credential.id,
      position: credential.position,
      type: credential.type,
      upstream: credential.upstream,
      label: credential.label,
      project: credential.project,
      location: credential.location,
      quota_project: credential.quotaProject,
      priority: credential.priority,
      models: credential.models,
      paused_until: credential.pausedUntil,
      sealed_secret: credentials.sealedSecret(credential.id),
      created_at: credential.createdAt,
      updated_at: credential.updatedAt,
    })),
  })
}

/** The longest credential that is accepted, in UTF-8 within JSON within base64 (routes/admin/credential-schema.ts). */
const text = lazy(() => v.pipe(v.string(), v.maxLength(500_000)))
const name = lazy(() => v.pipe(v.string(), v.maxLength(256)))
const count = lazy(() => v.pipe(v.number(), v.safeInteger(), v.minValue(0)))
/** What a Date can hold, in epoch milliseconds. Also before 1970, since some languages write "no time" as year 1. */
const instant = lazy(() =>
  v.pipe(v.number(), v.safeInteger(), v.minValue(-8.64e15), v.maxValue(8.64e15)),
)
/** Grows by one with each change. A larger value was invented, and could not grow any more. */
const version = lazy(() => v.pipe(count(), v.maxValue(2 ** 40)))
const credentialId = lazy(() => v.pipe(name(), v.regex(/^cred_[0-9a-f]{16}$/)))
const project = lazy(() => v.nullable(v.pipe(name(), v.regex(PROJECT))))
const limit = lazy(() => v.optional(v.nullable(count())))
const dollars = lazy(() => v.optional(v.nullable(v.pipe(v.number(), v.finite(), v.minValue(0)))))

/** The newest key first, and only it has no end. Without any key, nobody could be this user. */
const keys = lazy(() =>
  v.pipe(
    v.array(
      v.object({
        digest: v.pipe(name(), v.regex(/^[0-9a-f]{64}$/)),
        hint: v.nullable(v.pipe(name(), v.regex(/^[\w-]{4}$/))),
        createdAt: v.nullable(instant()),
        endsAt: v.nullable(instant()),
      }),
    ),
    v.minLength(1),
    v.maxLength(MAX_KEYS),
    v.check((all) => all.every(({ endsAt }, index) => (endsAt === null) === (index === 0))),
  ),
)

const mediaUris = lazy(() =>
  v.pipe(v.array(v.pipe(v.string(), v.check(isPrefix))), v.maxLength(MAX_MEDIA_URIS)),
)

/** Checked as strictly as a request: a bundle comes from outside, and its values become addresses and limits. */
const settings = lazy(() =>
  v.strictObject({
    label: v.optional(v.nullable(name())),
    mode: v.optional(v.picklist(MODES)),
    affinity: v.optional(v.boolean()),
    disabled: v.optional(v.boolean()),
    expiresAt: v.optional(v.nullable(instant())),
    models: v.optional(v.nullable(v.array(name()))),
    aliases: v.optional(v.record(name(), name())),
    fallbacks: v.optional(v.record(name(), v.array(name()))),
    limits: v.optional(
      v.strictObject({
        maxConcurrency: limit(),
        requestsPerMinute: limit(),
        tokensPerMinute: limit(),
        requestsPerDay: limit(),
        tokensPerDay: limit(),
        totalTokens: limit(),
        usdPerDay: dollars(),
        usdPerMonth: dollars(),
        usdTotal: dollars(),
      }),
    ),
    reasoningFormat: v.optional(v.nullable(v.picklist(REASONING_FORMATS))),
    safetySettings: v.optional(safetySettings()),
    storeResponses: v.optional(v.boolean()),
    mediaUris: v.optional(mediaUris()),
    plan: v.optional(v.nullable(name())),
    pin: v.optional(v.nullable(v.strictObject({ credentialId: credentialId(), until: instant() }))),
  }),
)

/** Snapshots of earlier versions lack later fields, which get their default. */
const snapshot = lazy(() =>
  v.pipe(
    v.object({
      schema: v.pipe(count(), v.maxValue(SCHEMA_VERSION)),
      version: version(),
      user_id: v.pipe(name(), v.regex(/^[0-9a-f]{64}$/)),
      created_at: instant(),
      deleted: v.optional(v.boolean(), false),
      keys: v.optional(v.nullable(keys()), null),
      audit_head: v.optional(
        v.object({ seq: count(), hash: v.nullable(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))) }),
        { seq: 0, hash: null },
      ),
      cursor: v.optional(v.nullable(credentialId()), null),
      settings: v.optional(settings(), {}),
      credentials: v.pipe(
        v.array(
          v.object({
            id: credentialId(),
            position: v.optional(count(), 0),
            type: v.picklist(['authorized_user', 'service_account', 'api_key']),
            upstream: v.picklist(UPSTREAMS),
            label: v.nullable(name()),
            project: project(),
            location: v.nullable(v.pipe(name(), v.regex(LOCATION))),
            quota_project: project(),
            priority: v.optional(
              v.pipe(v.number(), v.integer(), v.minValue(-1000), v.maxValue(1000)),
              0,
            ),
            models: v.optional(v.nullable(v.array(name())), null),
            paused_until: v.optional(v.nullable(instant()), null),
            sealed_secret: text(),
            created_at: instant(),
            updated_at: instant(),
          }),
        ),
        v.maxLength(100),
        v.check(
          (credentials) => new Set(credentials.map(({ id }) => id)).size === credentials.length,
        ),
      ),
    }),
    v.check(({ settings: { pin }, credentials }) => {
      return !pin || credentials.some(({ id }) => id === pin.credentialId)
    }),
  ),
)

export type Snapshot = v.InferOutput<ReturnType<typeof snapshot>>

/** Null if the text is not a snapshot of this or an earlier version. */
export function parseSnapshot(source: string): Snapshot | null {
  const read = v.safeParse(snapshot(), parsed(source))
  return read.success ? read.output : null
}
