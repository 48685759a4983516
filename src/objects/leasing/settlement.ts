import { follow } from './consequences.ts'
import type { Settlement } from '../ledger/lease.ts'
import type { UserState } from '../state.ts'

/**
 * Takes the report of an attempt: counts it, and does what follows from it. False if it was counted before; then
 * nothing changes.
 */
export function settle(state: UserState, settlement: Settlement): boolean {
  const now = Date.now()
  const counted = state.ledger.settle(settlement, now)
  if (!counted) return false
  follow(state, settlement, now)
  keepSignatures(state, settlement, now)
  if (settlement.pins !== undefined && state.credentials.get(settlement.lease.credentialId)) {
    state.pins.keep(settlement.pins, settlement.lease.credentialId)
  }
  return true
}

function keepSignatures(state: UserState, { lease, signatures }: Settlement, now: number): void {
  const upstream = state.credentials.get(lease.credentialId)?.upstream
  if (signatures === undefined || upstream === undefined || state.profile.isDeleted) return
  state.signatures.keep(signatures, { model: lease.model, upstream }, now)
}
