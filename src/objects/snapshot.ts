import type { UserState } from './state.ts'
import { SCHEMA_VERSION } from './storage.ts'

/** The KV key of a user's snapshot; the user's id is a hash and no secret. */
export function snapshotKey(userId: string): string {
  return `user:${userId}`
}

/**
 * A user's configuration as KV keeps it for disaster recovery: secrets stay sealed, nothing that changes with traffic is in it.
 * Nothing on a request's path reads it (design §4).
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
