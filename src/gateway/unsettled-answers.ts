import { wholeOf } from '../objects/ledger/request-id.ts'
import type { Verdict } from '../upstreams/verdict.ts'

/** The verdict on an answer that crashed on its way to the client. */
const UNTOLD: Verdict = { kind: 'upstream_fault', reason: 'unreadable' }

type Settle = (verdict: Verdict, usage: undefined) => void

/** Answers of this isolate that have begun and are not settled yet, by request. */
const open = new Map<string, Set<Settle>>()

/** Records an answer that must still be settled. */
export function own(requestId: string, settle: Settle): void {
  const whole = wholeOf(requestId)
  const owned = open.get(whole)
  if (owned === undefined) open.set(whole, new Set([settle]))
  else owned.add(settle)
}

export function disown(requestId: string, settle: Settle): void {
  const whole = wholeOf(requestId)
  const owned = open.get(whole)
  owned?.delete(settle)
  if (owned?.size === 0) open.delete(whole)
}

/**
 * A request that crashes leaves leases behind, which would keep their places until they lapse. This settles them.
 * True if Google had answered, so that the crash lost an answer.
 */
export function settleAbandoned(requestId: string): boolean {
  const owned = open.get(wholeOf(requestId))
  if (owned === undefined) return false
  // Each `settle` removes itself from this set, which is safe during the loop.
  for (const settle of owned) settle(UNTOLD, undefined)
  return true
}
