import { findModel } from '../gemini/catalogue.ts'
import type { Reachable } from '../gemini/listing.ts'
import type { UserState } from './state.ts'
import { type Admission, admissionOf } from './user-settings.ts'

/** What a user's requests can reach, told without a lease. */
export type Reach =
  | (Reachable & { readonly ok: true })
  | { readonly ok: false; readonly reason: Exclude<Admission, 'ok'> }

/** Pure, but for reading `state`. */
export function reachOf({ profile, credentials, faults }: UserState, now: number): Reach {
  const { settings } = profile
  const admission = admissionOf(settings, now)
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
