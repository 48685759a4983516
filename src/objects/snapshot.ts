import * as v from 'valibot'
import { UPSTREAMS } from '../gemini/upstreams.ts'
import { SCHEMA_VERSION } from './storage.ts'
import type { UserState } from './state.ts'
import type { UserSettings } from './user-settings.ts'

/** The KV key of a user's snapshot; the user's id is a hash and no secret. */
export const SNAPSHOT_PREFIX = 'user:'

export function snapshotKey(userId: string): string {
  return `${SNAPSHOT_PREFIX}${userId}`
}

/**
 * A user's configuration as KV keeps it for disaster recovery, and as it is exported: secrets stay sealed, nothing that changes
 * with traffic is in it. Nothing on a request's path reads it (design §4).
 */
export function snapshotOf(userId: string, { profile, credentials }: UserState): string {
  return JSON.stringify({
    schema: SCHEMA_VERSION,
    version: profile.configVersion,
    user_id: userId,
    created_at: profile.createdAt,
    deleted: profile.isDeleted,
    settings: profile.settings,
    credentials: credentials.all().map((credential) => ({
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

const text = v.string()
const whole = v.pipe(v.number(), v.integer())

/** Earlier versions of a snapshot lack what came later; that has its default. */
const snapshot = v.object({
  schema: v.pipe(whole, v.maxValue(SCHEMA_VERSION)),
  version: whole,
  user_id: v.pipe(text, v.regex(/^[0-9a-f]{64}$/)),
  created_at: whole,
  deleted: v.optional(v.boolean(), false),
  settings: v.optional(v.record(text, v.unknown()), {}),
  credentials: v.array(
    v.object({
      id: v.pipe(text, v.regex(/^cred_[0-9a-f]{16}$/)),
      position: v.optional(whole, 0),
      type: v.picklist(['authorized_user', 'service_account', 'api_key']),
      upstream: v.picklist(UPSTREAMS),
      label: v.nullable(text),
      project: v.nullable(text),
      location: v.nullable(text),
      quota_project: v.nullable(text),
      priority: v.optional(whole, 0),
      models: v.optional(v.nullable(v.array(text)), null),
      paused_until: v.optional(v.nullable(whole), null),
      sealed_secret: text,
      created_at: whole,
      updated_at: whole,
    }),
  ),
})

export type Snapshot = Omit<v.InferOutput<typeof snapshot>, 'settings'> & {
  readonly settings: Partial<UserSettings>
}

/** Null where the text is no snapshot of this or an earlier version. */
export function parseSnapshot(source: string): Snapshot | null {
  let value: unknown
  try {
    value = JSON.parse(source)
  } catch {
    return null // the caller reports it
  }
  const parsed = v.safeParse(snapshot, value)
  // The settings were checked when they were made; they come from nowhere but an object's own writing.
  return parsed.success ? { ...parsed.output, settings: parsed.output.settings } : null
}
