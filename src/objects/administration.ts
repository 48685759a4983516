import type { CredentialPatch } from './credentials.ts'
import { describeCredential, type CredentialDescription } from './description.ts'
import { principalOf } from './standing.ts'
import type { UserState } from './state.ts'

/** Admin acts on one credential. Synchronous; each answers what is then, or null where there is no such credential. */
export function patchCredential(
  state: UserState,
  id: string,
  patch: CredentialPatch,
): CredentialDescription | null {
  if (state.credentials.get(id) === undefined) return null
  state.credentials.patch(id, patch)
  state.profile.configChanged()
  return described(state, id)
}

/** Takes a credential out of the ring for good. Its counters stay, and attempts that it serves go on. */
export function removeCredential(state: UserState, id: string): boolean {
  const { credentials, tokens, buckets, faults, profile } = state
  if (credentials.get(id) === undefined) return false
  const order = credentials.all()
  const next = order[order.findIndex((credential) => credential.id === id) + 1] ?? order[0]
  credentials.remove(id)
  tokens.secretChanged(id)
  buckets.clear(id)
  faults.clear(id)
  if (profile.cursor === id) profile.moveCursor(next?.id === id ? null : (next?.id ?? null))
  if (profile.settings.pin?.credentialId === id) profile.changeSettings({ pin: null })
  profile.configChanged()
  return true
}

/** Forgets what is held against a credential: quarantine, closed quota buckets, models that it was refused. */
export function resetCredential(state: UserState, id: string): CredentialDescription | null {
  const { credentials, buckets, faults, tokens } = state
  const credential = credentials.get(id)
  if (credential === undefined) return null
  credentials.release(id)
  buckets.clear(principalOf(credential))
  faults.clear(id)
  tokens.secretChanged(id)
  return described(state, id)
}

/** Puts the ring in this order; false where it does not name each credential once. */
export function reorder(state: UserState, ids: readonly string[]): boolean {
  const { credentials, profile } = state
  const known = credentials.all().map(({ id }) => id)
  const isWhole = ids.length === known.length && known.every((id) => ids.includes(id))
  if (!isWhole) return false
  for (const [index, id] of ids.entries()) credentials.patch(id, { position: index + 1 })
  profile.configChanged()
  return true
}

/** Leaves a tombstone: nothing of the user but that there was one, and what was counted. */
export function bury(state: UserState, now: number): void {
  for (const { id } of state.credentials.all()) removeCredential(state, id)
  state.buckets.clearAll()
  state.tokens.forgetStored()
  state.keys.keep(null)
  state.signatures.clear()
  state.profile.bury(now)
  state.profile.configChanged()
}

function described({ credentials }: UserState, id: string): CredentialDescription | null {
  const credential = credentials.get(id)
  return credential === undefined ? null : describeCredential(credential)
}
