import { within } from '../../within.ts'
import type { Readiness } from '../secrets/access-tokens.ts'
import { quarantine } from './consequences.ts'
import type { Credential } from '../ring/credential.ts'
import type { LeaseRef, LeaseRequest, LeaseResult } from '../ledger/lease.ts'
import { ownerOf, pinnedAway } from '../pins/owner.ts'
import { type UserState } from '../state.ts'

import { attemptOf, handOver, lend } from './lend.ts'
import { chosenFor, wantedOf } from './credential-choice.ts'
type Background = (work: Promise<unknown>) => void

/**
 * Each pass grants a lease or rules out one credential. More passes than credentials are needed only if the ring is
 * edited meanwhile: at most this many more.
 */
const SPARE_PASSES = 5
const SOON_MS = 1000

/** What a request has learnt about credentials whose tokens cannot be had. */
interface Waited {
  readonly deadline: number
  readonly unavailable: string[]
  retryAt: number
  isSealed: boolean
}

/** The decision: the object's answer, or the credential whose token must be fetched first. */
type Decision =
  | { readonly made: true; readonly result: LeaseResult }
  | {
      readonly made: false
      readonly id: string
      readonly model: string
      readonly isRepeat: boolean
    }

/**
 * Picks a credential and lends it in one synchronous step. If a token must be fetched first, it waits for that, no
 * longer than the request can, and then decides anew. Not an async function: over RPC a promise costs more than the
 * decision itself. `background` keeps the object awake for a refresh that nobody waits for.
 */
export function grant(
  state: UserState,
  request: LeaseRequest,
  background: Background,
): LeaseResult | Promise<LeaseResult> {
  const waited = beginningOf(request)
  const first = decide(state, request, waited, background)
  return first.made ? first.result : waitAndDecide(state, request, waited, background, first)
}

/** The same if no token must be fetched, and else null. */
export function grantAtOnce(
  state: UserState,
  request: LeaseRequest,
  background: Background,
): LeaseResult | null {
  const decision = decide(state, request, beginningOf(request), background)
  return decision.made ? decision.result : null
}

function beginningOf({ patienceMs }: LeaseRequest): Waited {
  const deadline = Date.now() + patienceMs
  return { deadline, unavailable: [], retryAt: Infinity, isSealed: false }
}

async function waitAndDecide(
  state: UserState,
  request: LeaseRequest,
  waited: Waited,
  background: Background,
  first: Decision,
): Promise<LeaseResult> {
  let decision = first
  for (let pass = state.credentials.all().length + SPARE_PASSES; pass > 0; pass--) {
    if (decision.made) return decision.result
    const { id, model, isRepeat } = decision
    const ready = await within(waited.deadline - Date.now(), state.tokens.prepare(id))
    if (ready === null) break
    if (!ready.ok) {
      if (ready.reason === 'vault') return { ok: false, reason: 'vault_not_configured' }
      waited.unavailable.push(id)
      if (ready.reason === 'sealed') waited.isSealed = true
      if (ready.reason === 'unavailable') waited.retryAt = Math.min(waited.retryAt, ready.retryAt)
      takeNote(state, id, model, ready)
      if (isRepeat) break
    }
    decision = decide(state, request, waited, background)
  }
  return decision.made
    ? decision.result
    : { ok: false, reason: 'token_unavailable', retryAt: Date.now() + SOON_MS }
}

function decide(
  state: UserState,
  request: LeaseRequest,
  waited: Waited,
  background: Background,
): Decision {
  const { tokens } = state
  const now = Date.now()
  const wanted = wantedOf(state, request, now)
  if (!wanted.ok) return made(wanted)
  const { asked } = wanted
  // Looked up in every pass: the Worker may ask twice for one attempt, and the other call may have been granted while
  // this one waited.
  const before = leasedBefore(state, request)
  const owner = ownerOf(state, request.pins ?? [], now)
  if (owner.kind === 'apart') return made({ ok: false, reason: 'pinned_apart', ...owner.refs })
  const chosen = before ?? chosenFor(state, request, asked, waited.unavailable, now, owner)
  const { model, selection } = chosen
  if (!selection.ok) {
    const away = owner.kind === 'one' ? pinnedAway(selection, owner.ref) : null
    if (away !== null) return made(away)
    if (selection.reason !== 'all_tried' || waited.unavailable.length === 0) return made(selection)
    if (waited.isSealed) return made({ ok: false, reason: 'vault_not_configured' })
    return made({ ok: false, reason: 'token_unavailable', retryAt: waited.retryAt })
  }
  const { credential } = selection
  const held = tokens.current(credential, now)
  if (held === undefined) {
    return { made: false, id: credential.id, model, isRepeat: before !== null }
  }
  if (tokens.endsSoon(credential, now)) background(refresh(state, credential.id, model))
  return made(
    before === null
      ? lend(state, { ...request, model, asked }, selection, held, now)
      : handOver(state, request, before.selection.lease, {
          asked,
          credential,
          held,
          affinity: null,
        }),
  )
}

function made(result: LeaseResult): Decision {
  return { made: true, result }
}

/**
 * The lease of this same attempt, if it was granted before: the answer was lost on the way, and the Worker asks
 * again.
 */
function leasedBefore(state: UserState, request: LeaseRequest): Before | null {
  const lease = state.ledger.grantedTo(attemptOf(request))
  const credential = lease === undefined ? undefined : state.credentials.get(lease.credentialId)
  if (lease === undefined || credential === undefined) return null
  return { model: lease.model, selection: { ok: true, lease, credential } }
}

interface Before {
  readonly model: string
  readonly selection: {
    readonly ok: true
    readonly lease: LeaseRef
    readonly credential: Credential
  }
}

/** Fetches the successor of a token that is still valid. */
async function refresh(state: UserState, id: string, model: string): Promise<void> {
  const ready = await state.tokens.prepare(id)
  if (!ready.ok) takeNote(state, id, model, ready)
}

/** Records what it means for a credential that its token cannot be had. */
function takeNote(
  state: UserState,
  id: string,
  model: string,
  ready: Extract<Readiness, { ok: false }>,
): void {
  const now = Date.now()
  if (ready.reason === 'dead') quarantine(state, id, model, { reason: ready.fault }, now)
  if (ready.reason === 'sealed')
    state.credentials.recordError(id, 'sealed by another VAULT_KEY', now)
  if (ready.reason === 'unavailable' && ready.error !== null) {
    state.credentials.recordError(id, `token_endpoint ${ready.error}`, now)
  }
}
