import type { CredentialFault, Verdict } from '../../upstreams/verdict.ts'
import { closed } from '../ring/quota-buckets.ts'
import type { LeaseRef, Settlement } from '../ledger/lease.ts'
import { modelFault } from '../ring/model-faults.ts'
import { nextCursor } from '../ring/select.ts'
import { principalOf, standingOf } from '../ring/standing.ts'
import { ringOf, type UserState } from '../state.ts'

/** What a consequence acts on: the attempt's lease and the principal of its credential. */
interface Scene {
  readonly state: UserState
  readonly lease: LeaseRef
  readonly principal: string
  readonly now: number
}

type Consequences = {
  readonly [Kind in Verdict['kind']]: (
    scene: Scene,
    verdict: Extract<Verdict, { kind: Kind }>,
  ) => void
}

/**
 * What each verdict does to the credential that got it. What the request does next is decided by the gateway
 * (gateway/journey.ts).
 */
const CONSEQUENCES: Consequences = {
  // The credential serves, so its quota for this model is open, whatever was believed.
  ok: ({ state, lease, principal }, { scope }) => {
    if (scope === 'call') return
    state.buckets.refute(principal, lease.model, lease.grantedAt)
    state.suspicions.clear(lease.credentialId, lease.model)
  },
  // Not the credential's fault. But what may be wrong with it is remembered until another request shows the same.
  client_fault: ({ state, lease, now }, { suspicion: cause }) => {
    const { credentialId, model, requestId } = lease
    if (cause === undefined) return
    state.suspicions.raise(credentialId, model, { cause, requestId, since: now })
  },
  upstream_fault: () => undefined,
  cancelled: () => undefined,
  // The next lease fetches a fresh token.
  token_rejected: ({ state, lease }) => state.tokens.discard(lease.credentialId, lease.tokenSerial),
  // The bucket closes, and the cursor moves on if it stood on this credential.
  quota: (scene, verdict) => {
    if (verdict.scope === 'call') return
    const { state, lease, principal, now } = scene
    const key = { principal, model: lease.model }
    const previous = state.buckets
      .of(principal, lease.model)
      .find(({ dimension }) => dimension === verdict.dimension)
    state.buckets.set(closed(key, verdict, previous, lease.grantedAt, now))
    rotateFrom(state, lease.credentialId, lease.model, `quota ${verdict.dimension}`, now)
  },
  // The credential no longer serves this model, or nothing at all.
  credential_fault: ({ state, lease, now }, verdict) => {
    if (verdict.scope === 'credential') {
      quarantine(state, lease.credentialId, lease.model, verdict, now)
    }
    const fault = modelFault(lease.credentialId, lease.model, verdict, now)
    if (fault !== undefined) state.faults.set(fault)
  },
}

/** Does what follows from a settled attempt. Synchronous, like every decision of this object. */
export function follow(state: UserState, settlement: Settlement, now: number): void {
  const { lease, verdict, status } = settlement
  state.buckets.endTest(lease.id)
  const credential = state.credentials.get(lease.credentialId)
  // If the credential was removed or replaced while the attempt ran, the verdict must not hit its successor.
  if (credential?.updatedAt !== lease.credentialVersion) return
  const scene = { state, lease, principal: principalOf(credential), now }
  const act = CONSEQUENCES[verdict.kind] as (scene: Scene, verdict: Verdict) => void
  act(scene, verdict)
  const error = describe(verdict, status)
  if (error !== null) state.credentials.recordError(lease.credentialId, error, now)
}

/** Takes a credential out until an admin posts it again or resets it. */
export function quarantine(
  state: UserState,
  id: string,
  model: string,
  fault: { readonly reason: CredentialFault; readonly link?: string | null },
  now: number,
): void {
  // Many attempts may meet the same dead credential, but one line in the audit is enough.
  if (state.credentials.get(id)?.quarantine !== fault.reason) {
    state.audit.record('ring', 'credential.quarantined', id, { reason: fault.reason, model })
  }
  state.credentials.quarantine(id, fault.reason, fault.link ?? null)
  rotateFrom(state, id, model, fault.reason, now)
}

/**
 * Moves the cursor only if it still stands on this credential: of many failures, the first moves it and the others
 * find it moved.
 */
function rotateFrom(state: UserState, id: string, model: string, why: string, now: number): void {
  const { profile, audit } = state
  if (profile.cursor !== id) return
  const next = nextCursor(ringOf(state, now), (other) => standingOf(other, model, state, now), id)
  if (next === id) return
  // Writes without an await in between are committed together, so every turn of the ring has its line in the audit.
  audit.record('ring', 'ring.turned', null, { from: id, to: next, why, model })
  profile.rotate(next)
  state.ledger.tally(why.startsWith('quota') ? 'turn quota' : 'turn fault')
}

/** The last error as the stats show it; null if neither the credential nor Google caused it. */
function describe(verdict: Verdict, status: number): string | null {
  const { kind } = verdict
  if (kind === 'ok' || kind === 'client_fault' || kind === 'cancelled') return null
  const reason = 'reason' in verdict ? verdict.reason : kind === 'quota' ? verdict.dimension : ''
  return [status === 0 ? '' : String(status), kind, reason].filter((word) => word !== '').join(' ')
}
