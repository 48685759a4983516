import type { CredentialFault, Verdict } from '../upstreams/verdict.ts'
import { cooldownAfter } from './cooldowns.ts'
import type { Settlement } from './lease.ts'
import { nextCursor } from './ring.ts'
import { ringOf, type UserState } from './state.ts'

/** What follows from a verdict for the credential that got it. Synchronous, like every decision of the object. */
export function follow(state: UserState, settlement: Settlement, now: number): void {
  const { lease, verdict, status } = settlement
  const { cooldowns, credentials, tokens } = state
  const { credentialId: id, model } = lease
  if (credentials.get(id) === undefined) return // removed while the attempt ran

  if (verdict.kind === 'ok') cooldowns.refute(id, model, lease.grantedAt)
  if (verdict.kind === 'token_rejected') tokens.discard(id, lease.tokenSerial)
  if (verdict.kind === 'credential_fault' && verdict.scope === 'credential') {
    quarantine(state, id, model, verdict.reason, now)
  }
  const previous = cooldowns.of(id, model)
  const cooldown = cooldownAfter({ credentialId: id, model }, verdict, previous, now)
  if (cooldown !== undefined) cooldowns.set(cooldown)
  if (verdict.kind === 'quota') rotateFrom(state, id, model, now)
  const error = describe(verdict, status)
  if (error !== null) credentials.recordError(id, error, now)
}

/** Takes a credential out until an admin posts it again. */
export function quarantine(
  state: UserState,
  id: string,
  model: string,
  reason: CredentialFault,
  now: number,
): void {
  state.credentials.quarantine(id, reason)
  rotateFrom(state, id, model, now)
}

/** Compare-and-rotate: of many failures on one credential, the first moves the cursor and the rest find it moved. */
function rotateFrom(state: UserState, id: string, model: string, now: number): void {
  const { profile, cooldowns } = state
  if (profile.cursor !== id) return
  const next = nextCursor(ringOf(state), cooldowns.of, id, model, now)
  if (next !== id) profile.rotate(next)
}

/** The last error as the stats show it; null for what is not the credential's or Google's doing. */
function describe(verdict: Verdict, status: number): string | null {
  const { kind } = verdict
  if (kind === 'ok' || kind === 'client_fault' || kind === 'cancelled') return null
  const reason = 'reason' in verdict ? verdict.reason : kind === 'quota' ? verdict.dimension : ''
  return [status === 0 ? '' : String(status), kind, reason].filter((word) => word !== '').join(' ')
}
