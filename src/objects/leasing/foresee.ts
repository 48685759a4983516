import type { LeaseRequest, Refusal } from '../ledger/lease.ts'
import { type UserState } from '../state.ts'

import { limitReached } from './lend.ts'
import { chosenFor, wantedOf } from './credential-choice.ts'
/**
 * Why a request for this model would be refused now; null if it would not be. Changes nothing. To be asked before
 * costly work that precedes the lease, so that nobody gets that work for nothing.
 */
export function foresee(state: UserState, request: LeaseRequest): Refusal | null {
  const now = Date.now()
  const wanted = wantedOf(state, request, now)
  if (!wanted.ok) return wanted
  const { selection } = chosenFor(state, request, wanted.asked, [], now)
  if (!selection.ok) return selection
  const { choices = 1 } = request
  return limitReached(state, { tokens: 1, calls: choices, places: choices, costNano: 1 }, now)
}
