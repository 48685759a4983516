import { quarantine } from './consequences.ts'
import type { LeaseRequest, LeaseResult } from './lease.ts'
import { select } from './ring.ts'
import { principalOf, standingOf } from './standing.ts'
import { ringOf, type UserState } from './state.ts'

/** Selections within one lease: each pass either grants or takes one credential out, so only a storm of edits gets this far. */
const MAX_SELECTIONS = 200

/**
 * Picks a credential and lends it. The decision itself is one synchronous step; only where a token must be fetched first does
 * it wait, and then it looks at everything anew. `background` keeps the object awake for a refresh that nobody waits for.
 */
export async function grant(
  state: UserState,
  request: LeaseRequest,
  background: (work: Promise<unknown>) => void,
): Promise<LeaseResult> {
  const { tokens, ledger, buckets, credentials } = state
  const { model } = request
  const unavailable = new Set<string>()
  let retryAt = Infinity
  for (let pass = 0; pass < MAX_SELECTIONS; pass++) {
    const now = Date.now()
    const tried = [...request.tried, ...unavailable]
    const selection = select(
      ringOf(state),
      (candidate) => standingOf(candidate, model, state, now),
      { ...request, tried },
    )
    if (!selection.ok) {
      const waiting = selection.reason === 'all_tried' && unavailable.size > 0
      return waiting ? { ok: false, reason: 'token_unavailable', retryAt } : selection
    }
    const { credential } = selection
    const held = tokens.current(credential, now)
    if (held !== undefined) {
      if (tokens.endsSoon(credential, now)) background(tokens.prepare(credential.id))
      const lease = ledger.grant(credential.id, model, held.serial, now)
      if (selection.test) buckets.beginTest(principalOf(credential), lease)
      const { upstream, project, location, quotaProject } = credential
      const access = { upstream, project, location, quotaProject, auth: held.auth }
      return { ok: true, lease: { ...lease, access } }
    }
    const ready = await tokens.prepare(credential.id)
    if (ready.ok) continue
    if (ready.reason === 'vault') return { ok: false, reason: 'vault_not_configured' }
    if (ready.reason === 'dead') {
      quarantine(state, credential.id, model, ready.fault, Date.now())
    } else {
      credentials.recordError(credential.id, `token_endpoint ${ready.error}`, Date.now())
      unavailable.add(credential.id)
      retryAt = Math.min(retryAt, ready.retryAt)
    }
  }
  throw new Error('No selection held: the ring changed with every look at it.')
}
