import { iso } from '../../json/time.ts'
import { toSnakeCase } from '../../json/snake-case.ts'
import type { Admin } from '../audit/audit.ts'
import type { CredentialPatch } from '../ring/credentials.ts'
import { describeCredential, describeUser } from '../views/description.ts'
import type { CredentialDescription, UserDescription } from '../../wire/user.ts'
import type { RotateResult } from '../rpc-results.ts'
import { nextActive } from '../ring/select.ts'
import { principalOf } from '../ring/standing.ts'
import { ringOf, type UserState } from '../state.ts'
import type { NewKey } from '../config/user-keys.ts'
import type { SettingsChange } from '../config/user-settings.ts'

/**
 * Admin acts, each with its line in the audit. Synchronous. Each returns the state afterwards, or null if there is no
 * such credential.
 */
export function configure(
  state: UserState,
  userId: string,
  change: SettingsChange,
  by: Admin,
): UserDescription {
  const { pin, ...rest } = change
  const fields = namesOf(rest)
  if (pin === null) state.audit.record(by, 'ring.unpinned', null)
  if (pin === undefined || fields.length > 0) {
    state.audit.record(by, 'user.configured', null, { fields })
  }
  return changeSettings(state, userId, change)
}

/** What another gateway knew of a user. */
export interface MovedIn {
  /** Where its cursor stood; null if that credential is not in this ring. */
  readonly cursor: string | null
  readonly totalRequests: number
  /** Requests by credential, as `cred_…: n`. */
  readonly counts: readonly string[]
}

/** The other gateway's counts are recorded only as a note: they are not part of this ledger. */
export function movedIn(state: UserState, from: MovedIn, by: Admin): boolean {
  const { cursor, totalRequests, counts } = from
  if (cursor !== null && state.credentials.get(cursor) !== undefined) {
    state.profile.moveCursor(cursor)
    state.profile.configChanged()
  }
  state.audit.record(by, 'user.moved_in', cursor, {
    total_requests: totalRequests,
    requests: [...counts],
  })
  return true
}

export function pin(
  state: UserState,
  userId: string,
  target: { readonly credentialId: string; readonly until: number },
  by: Admin,
): UserDescription | null {
  if (state.credentials.get(target.credentialId) === undefined) return null
  state.audit.record(by, 'ring.pinned', target.credentialId, {
    until: iso(target.until),
  })
  return changeSettings(state, userId, { pin: target })
}

/**
 * Makes a minted key the user's current one; earlier ones end with the grace. False if too many keys would be valid
 * then.
 */
export function giveKey(
  state: UserState,
  key: NewKey,
  graceMs: number,
  by: Admin,
  now: number,
): boolean {
  const { keys, profile, audit } = state
  if (keys.isCurrent(key.digest)) return true // asked for again
  if (!keys.replace(key, graceMs, now)) return false
  audit.record(by, 'key.minted', null, { hint: key.hint, grace_seconds: graceMs / 1000 })
  profile.configChanged()
  return true
}

export function patchCredential(
  state: UserState,
  id: string,
  patch: CredentialPatch,
  by: Admin,
): CredentialDescription | null {
  if (state.credentials.get(id) === undefined) return null
  state.audit.record(by, 'credential.patched', id, { fields: Object.keys(patch).map(toSnakeCase) })
  state.credentials.patch(id, patch)
  state.profile.configChanged()
  return described(state, id)
}

/** Removes a credential from the ring for good. Its counters stay, and attempts under way go on. */
export function removeCredential(state: UserState, id: string, by: Admin): boolean {
  const { credentials, audit } = state
  if (credentials.get(id) === undefined) {
    return audit.doneBefore(by, 'credential.removed', id) !== null
  }
  const from = state.profile.cursor
  takeOut(state, id)
  const to = state.profile.cursor
  audit.record(
    by,
    'credential.removed',
    id,
    from === to ? {} : { cursor_from: from, cursor_to: to },
  )
  return true
}

function takeOut(state: UserState, id: string): void {
  const { credentials, tokens, buckets, faults, profile } = state
  const order = credentials.all()
  const next = order[order.findIndex((credential) => credential.id === id) + 1] ?? order[0]
  credentials.remove(id)
  tokens.secretChanged(id)
  buckets.clear(id)
  faults.clear(id)
  state.pins.forget(id)
  if (profile.cursor === id) profile.moveCursor(next?.id === id ? null : (next?.id ?? null))
  if (profile.settings.pin?.credentialId === id) profile.changeSettings({ pin: null })
  profile.configChanged()
}

/** Forgets everything held against a credential: quarantine, closed quota buckets, models that it was refused. */
export function resetCredential(
  state: UserState,
  id: string,
  by: Admin,
): CredentialDescription | null {
  const { credentials, buckets, faults, tokens, audit } = state
  const credential = credentials.get(id)
  if (credential === undefined) return null
  audit.record(by, 'credential.reset', id, { quarantine: credential.quarantine })
  credentials.release(id)
  buckets.clear(principalOf(credential))
  faults.clear(id)
  tokens.secretChanged(id)
  return described(state, id)
}

/** Puts the ring into this order; false if it does not name each credential exactly once. */
export function reorder(state: UserState, ids: readonly string[], by: Admin): boolean {
  const { credentials, profile, audit } = state
  const known = credentials.all().map(({ id }) => id)
  const isWhole = ids.length === known.length && known.every((id) => ids.includes(id))
  if (!isWhole) return false
  audit.record(by, 'ring.reordered', null, { order: ids })
  for (const [index, id] of ids.entries()) credentials.patch(id, { position: index + 1 })
  profile.configChanged()
  return true
}

/**
 * Moves the cursor to the next credential that is not in quarantine. Done only once for an operation, however often
 * it is repeated.
 */
export function rotate(state: UserState, by: Admin, now: number): RotateResult {
  const { profile, audit } = state
  const before = audit.doneBefore(by, 'ring.rotated', null)
  if (before !== null) {
    return { ok: true, from: String(before.detail['from']), to: String(before.detail['to']) }
  }
  const from = profile.cursor
  if (from === null) return { ok: false, reason: 'no_credentials' }
  const to = nextActive(ringOf(state, now), from)
  audit.record(by, 'ring.rotated', null, { from, to })
  if (to !== from) {
    profile.rotate(to)
    state.ledger.tally('turn manual')
  }
  return { ok: true, from, to }
}

/** Leaves a tombstone: that there was a user, what was counted, and the audit, but nothing else. */
export function bury(state: UserState, by: Admin, now: number): void {
  const ids = state.credentials.all().map(({ id }) => id)
  for (const id of ids) takeOut(state, id)
  state.buckets.clearAll()
  state.tokens.forgetStored()
  state.keys.keep(null)
  state.signatures.clear()
  state.pins.clear()
  state.profile.bury(now)
  state.profile.configChanged()
  state.audit.record(by, 'user.deleted', null, { credentials: ids })
}

export function changeSettings(
  state: UserState,
  userId: string,
  change: SettingsChange,
): UserDescription {
  state.profile.changeSettings(change)
  state.profile.configChanged()
  return describeUser(userId, state)
}

function described({ credentials }: UserState, id: string): CredentialDescription | null {
  const credential = credentials.get(id)
  return credential === undefined ? null : describeCredential(credential)
}

/** Which settings a change names, in the wire's words. The audit does not hold their values. */
export function namesOf({ limits, ...rest }: SettingsChange): readonly string[] {
  const named = Object.keys(rest).map(toSnakeCase)
  return [...named, ...Object.keys(limits ?? {}).map((limit) => `limits.${toSnakeCase(limit)}`)]
}
