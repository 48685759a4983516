import { wholeOf } from '../objects/ledger/request-id.ts'
import type { Verdict } from '../upstreams/verdict.ts'

/** What an answer that nobody could tell says of the upstream. */
const UNTOLD: Verdict = { kind: 'upstream_fault', reason: 'unreadable' }

type Settle = (verdict: Verdict, usage: undefined) => void

/** Answers that have begun and are not settled yet, by their request. Of an isolate; an answer leaves it when it is settled. */
const open = new Map<string, Set<Settle>>()

/** Takes note of an answer that somebody has to settle. */
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
 * Settles what a request that crashed leaves behind: else its leases would keep their places until they lapse. True where
 * there was an answer of Google's, which then is what could not be told.
 */
export function settleAbandoned(requestId: string): boolean {
  const owned = open.get(wholeOf(requestId))
  if (owned === undefined) return false
  // Each takes itself out, which a set bears.
  for (const settle of owned) settle(UNTOLD, undefined)
  return true
}
