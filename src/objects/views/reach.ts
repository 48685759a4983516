import { findModel } from '../../gemini/models/find-model.ts'
import type { Reachable } from '../../gemini/models/listing.ts'
import { admissionTo, type UserState } from '../state.ts'
import type { Admission } from '../config/user-settings.ts'

/** What a user's requests can reach, found out without a lease. */
export type Reach =
  | (Reachable & { readonly ok: true })
  | { readonly ok: false; readonly reason: Exclude<Admission, 'ok'> }

/** Pure, except that it reads `state`. */
export function reachOf(state: UserState, keyDigest: string, now: number): Reach {
  const { profile, credentials, faults } = state
  const { settings } = profile
  const admission = admissionTo(state, keyDigest, now)
  if (admission !== 'ok') return { ok: false, reason: admission }
  const missing = faults
    .all()
    .filter(({ until, cause }) => until > now && cause === 'model_not_found')
  const serving = credentials.all().filter(({ quarantine }) => quarantine === null)
  return {
    ok: true,
    credentials: serving.map(({ id, upstream, models }) => ({
      upstream,
      models,
      without: missing.filter(({ credentialId }) => credentialId === id).map(({ model }) => model),
    })),
    models: settings.models,
    aliases: Object.fromEntries(
      Object.entries(settings.aliases).map(([name, model]) => [
        name,
        findModel(model)?.id ?? model,
      ]),
    ),
  }
}
