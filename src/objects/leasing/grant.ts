import { within } from '../../within.ts'
import type { Held, Readiness } from '../secrets/access-tokens.ts'
import { estimateCost } from '../../gemini/cost.ts'
import { DEAR, ownPriceOf, priceOf } from '../../gemini/models/prices.ts'
import { canDo } from '../../gemini/operations.ts'
import type { RateLimits } from '../../failure/rate-limits.ts'
import { quarantine } from './consequences.ts'
import type { Credential } from '../ring/credential.ts'
import { choose } from '../ring/fallback.ts'
import type { LeaseRef, LeaseRequest, LeaseResult, Refusal } from '../ledger/lease.ts'
import { type Need, isUnlimited, rateLimits, reachedBy } from '../config/limits.ts'
import { type Selection, nextActive, select } from '../ring/select.ts'
import { type Owner, ownerOf, pinnedAway, ringOfOwner } from '../pins/owner.ts'
import { forbiddenOf } from '../pins/media-uris.ts'
import { principalOf } from '../ring/standing.ts'
import { type UserState, admissionTo, ringOf, useOf, viewOf } from '../state.ts'
import { preferencesOf, resolveModel } from '../config/user-settings.ts'
import { choiceId } from '../ledger/request-id.ts'

type Background = (work: Promise<unknown>) => void

/**
 * Each pass grants, or rules one credential out. Only a ring that is edited meanwhile needs more passes than it has
 * credentials: this many more.
 */
const SPARE_PASSES = 5
const SOON_MS = 1000

/** What a request has learnt of credentials whose tokens cannot be had. */
interface Waited {
  readonly deadline: number
  readonly unavailable: string[]
  retryAt: number
  isSealed: boolean
}

/** The decision: what the object answers, or the credential whose token has to be fetched before. */
type Decision =
  | { readonly made: true; readonly result: LeaseResult }
  | {
      readonly made: false
      readonly id: string
      readonly model: string
      readonly isRepeat: boolean
    }

/**
 * Picks a credential and lends it in one synchronous step. It waits only where a token must be fetched first, no longer than
 * the request can, and then decides anew. Not an async function: over RPC a promise costs more than the decision itself.
 * `background` keeps the object awake for a refresh that nobody waits for.
 */
export function grant(
  state: UserState,
  request: LeaseRequest,
  background: Background,
): LeaseResult | Promise<LeaseResult> {
  const deadline = Date.now() + request.patienceMs
  const waited: Waited = { deadline, unavailable: [], retryAt: Infinity, isSealed: false }
  const first = decide(state, request, waited, background)
  return first.made ? first.result : waitAndDecide(state, request, waited, background, first)
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
  // Looked up in every pass: the Worker may ask twice for one attempt, and the other call may have been granted while this one
  // waited.
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

/**
 * Why a request for this model would be refused now; null where it would not. Changes nothing; asked before costly work that
 * comes before the lease, so that nobody gets that work for nothing.
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

/** The model that is asked for, as the user's names resolve it, or why the user may not ask. */
function wantedOf(
  state: UserState,
  { keyDigest, model, standIn, operation = 'generate', uris = [] }: LeaseRequest,
  now: number,
): { readonly ok: true; readonly asked: string } | Refusal {
  const admission = admissionTo(state, keyDigest, now)
  if (admission !== 'ok') return { ok: false, reason: admission }
  const asked = resolveModel(state.profile.settings, model, standIn)
  if (asked === null) return { ok: false, reason: 'model_not_allowed' }
  if (!canDo(asked, operation)) return { ok: false, reason: 'wrong_operation' }
  const ref = forbiddenOf(state, uris, now)
  return ref === null ? { ok: true, asked } : { ok: false, reason: 'uri_not_allowed', ref }
}

function chosenFor(
  state: UserState,
  request: LeaseRequest,
  asked: string,
  unavailable: readonly string[],
  now: number,
  owner: Owner = { kind: 'nobody' },
): ReturnType<typeof choose> {
  const { operation = 'generate', pins = [] } = request
  // A cache, or the token of a long answer, is of one model: no other model can stand in.
  const isOfModel = pins.some(({ kind }) => kind === 'cached_content' || kind === 'continuation')
  const settings = isOfModel ? { ...state.profile.settings, fallbacks: {} } : state.profile.settings
  const ring = ringOf(state, now)
  const ownersRing = owner.kind === 'one' ? ringOfOwner(ring, owner.credentialId) : ring
  return choose(settings, { model: asked, operation }, (candidate) =>
    select(ownersRing, viewOf(state, candidate, now), {
      ...request,
      session: settings.affinity ? request.session : null,
      tried: [...triedWith(candidate, asked, request), ...unavailable],
    }),
  )
}

function made(result: LeaseResult): Decision {
  return { made: true, result }
}

/** Credentials that this request has tried with a model. */
function triedWith(model: string, asked: string, request: LeaseRequest): readonly string[] {
  if (model === asked) return request.tried
  const { triedInstead = [] } = request
  return triedInstead.filter((tried) => tried.model === model).map((tried) => tried.credentialId)
}

/** The lease of this very attempt, if it was granted before: the answer was lost on the way, and the Worker asks again. */
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

function lend(
  state: UserState,
  request: LeaseRequest & { readonly asked: string },
  selection: { readonly credential: Credential } & Partial<Extract<Selection, { ok: true }>>,
  held: Held,
  now: number,
): LeaseResult {
  const { ledger, buckets, profile } = state
  const { credential, test = false, affinity = null } = selection
  const { requestId, estimatedTokens: tokens, choices = 1 } = request
  const begins = request.attempt === 1 && !ledger.meter.hasBegun(requestId)
  const calls = request.calls?.[credential.upstream] ?? 1
  const more = begins ? calls : ledger.meter.uncounted(requestId, calls)
  const costNano = begins ? estimateOf(state, request, now) : 0
  const need: Need = begins
    ? {
        tokens: tokens * choices,
        calls: calls * choices,
        places: choices,
        costNano: costNano * choices,
      }
    : { tokens: 0, calls: more, places: 0, costNano: 0 }
  // In one step with the grant, so that no number of concurrent requests gets past a limit.
  const reached = more > 0 ? limitReached(state, need, now) : null
  if (reached !== null) return reached
  const lease = ledger.grant(
    {
      requestId,
      begins: begins ? { tokens, calls, costNano } : null,
      credentialId: credential.id,
      credentialVersion: credential.updatedAt,
      tokenSerial: held.serial,
      model: request.model,
      upstream: credential.upstream,
      grantedTo: attemptOf(request),
    },
    now,
  )
  if (!begins && more > 0) ledger.meter.countMore(requestId, more, now)
  for (let index = 1; begins && index < choices; index++) {
    ledger.meter.beginSoon(choiceId(requestId, index), tokens, now, costNano)
  }
  if (test) buckets.beginTest(principalOf(credential), lease)
  if (request.attempt === 1 && profile.settings.mode === 'round_robin') {
    profile.advance(nextActive(ringOf(state, now), credential.id))
  }
  return handOver(state, request, lease, { asked: request.asked, credential, held, affinity })
}

/** What a request may cost, in 1e-9 dollars; looked up only where a budget asks. */
function estimateOf(
  { profile }: UserState,
  { model, estimatedTokens, estimatedOutput = estimatedTokens }: LeaseRequest,
  now: number,
): number {
  const { usdPerDay, usdPerMonth, usdTotal } = profile.settings.limits
  if (usdPerDay === null && usdPerMonth === null && usdTotal === null) return 0
  const output = Math.min(estimatedOutput, estimatedTokens)
  const price = priceOf(model, now, profile.prices) ?? DEAR
  return estimateCost({ input: estimatedTokens - output, output }, price)
}

function handOver(
  state: UserState,
  { callIds = [], requestId }: LeaseRequest,
  lease: LeaseRef,
  { asked, credential, held, affinity }: Choice,
): LeaseResult {
  const { settings } = state.profile
  const { upstream, project, location, quotaProject } = credential
  const now = Date.now()
  const access = { upstream, project, location, quotaProject, auth: held.auth }
  const rateLimits = limitsLeft(state, now)
  const maker = { model: lease.model, upstream }
  const { prices } = state.profile
  // The list is the Worker's own.
  const price = prices.length === 0 ? undefined : ownPriceOf(lease.model, now, prices)
  const suspected = state.suspicions.of(credential.id, lease.model, requestId, now)
  return {
    ok: true,
    lease: {
      ...lease,
      // The serial of the token lent now, which may have been replaced since the lease was granted.
      tokenSerial: held.serial,
      access,
      affinity,
      rateLimits,
      insteadOf: lease.model === asked ? null : asked,
      preferences: preferencesOf(settings),
      isAwaited: isAwaited(state, lease),
      ...(price !== undefined && { price }),
      ...(suspected !== undefined && { suspected }),
      ...(callIds.length > 0 && { signatures: state.signatures.of(callIds, maker, now) }),
    },
  }
}

/** Limits and `least_used` count what is under way, and a bucket has one test at a time: only then is the settlement urgent. */
function isAwaited({ profile, buckets }: UserState, { id }: LeaseRef): boolean {
  const { limits, mode } = profile.settings
  return !isUnlimited(limits) || mode === 'least_used' || buckets.isTestedBy(id)
}

interface Choice {
  /** As the user's names resolve it. */
  readonly asked: string
  readonly credential: Credential
  readonly held: Held
  readonly affinity: 'kept' | 'moved' | null
}

function limitReached(state: UserState, need: Need, now: number): Refusal | null {
  const { limits } = state.profile.settings
  if (isUnlimited(limits)) return null // as most users are: their use need not be summed up
  let reached = reachedBy(limits, useOf(state, now), need, now)
  // Leases that lapsed are counted as lost now, so that their places are free at once and not only with the alarm.
  if (reached !== null && state.ledger.sweep(now))
    reached = reachedBy(limits, useOf(state, now), need, now)
  if (reached !== null) state.ledger.tally(`limit ${reached.limit}`)
  return reached === null
    ? null
    : { ok: false, reason: 'limit_reached', ...reached, rateLimits: limitsLeft(state, now) }
}

function limitsLeft(state: UserState, now: number): RateLimits | null {
  const { limits } = state.profile.settings
  return isUnlimited(limits) ? null : rateLimits(limits, useOf(state, now), now)
}

function attemptOf({ requestId, attempt }: LeaseRequest): string {
  return `${requestId}.${attempt}`
}

/** Fetches the successor of a token that is still good. */
async function refresh(state: UserState, id: string, model: string): Promise<void> {
  const ready = await state.tokens.prepare(id)
  if (!ready.ok) takeNote(state, id, model, ready)
}

/** What a token that cannot be had says of the credential. */
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
