import type { Held, Readiness } from './access-tokens.ts'
import { canDo } from '../gemini/operations.ts'
import type { RateLimits } from '../http/rate-limits.ts'
import { quarantine } from './consequences.ts'
import type { Credential } from './credential.ts'
import { choose } from './fallback.ts'
import type { LeaseRef, LeaseRequest, LeaseResult } from './lease.ts'
import { isUnlimited, rateLimits, reachedBy } from './limits.ts'
import { nextActive, select, type Selection } from './ring.ts'
import { principalOf } from './standing.ts'
import { admissionTo, ringOf, type UserState, useOf, viewOf } from './state.ts'
import { preferencesOf, resolveModel } from './user-settings.ts'

type Background = (work: Promise<unknown>) => void

/** Each pass grants, or takes one credential out; only edits of the ring under way need more passes than it has credentials. */
const SPARE_PASSES = 5
const SOON_MS = 1000

/**
 * Picks a credential and lends it. The decision itself is one synchronous step; only where a token must be fetched first does
 * it wait, no longer than the request can, and then it looks at everything anew. `background` keeps the object awake for a
 * refresh that nobody waits for.
 */
export async function grant(
  state: UserState,
  request: LeaseRequest,
  background: Background,
): Promise<LeaseResult> {
  const { tokens, credentials, profile } = state
  const deadline = Date.now() + request.patienceMs
  const unavailable = new Set<string>()
  let retryAt = Infinity
  let isSealed = false

  for (let pass = credentials.all().length + SPARE_PASSES; pass > 0; pass--) {
    const now = Date.now()
    const { settings } = profile
    const admission = admissionTo(state, request.keyDigest, now)
    if (admission !== 'ok') return { ok: false, reason: admission }
    const asked = resolveModel(settings, request.model)
    if (asked === null) return { ok: false, reason: 'model_not_allowed' }
    const { operation = 'generate' } = request
    if (!canDo(asked, operation)) return { ok: false, reason: 'wrong_operation' }
    // Looked for with every pass: while this one waited, the same attempt may have been granted to its twin.
    const before = leasedBefore(state, request)
    const { model, selection } =
      before ??
      choose(settings, { model: asked, operation }, (candidate) =>
        select(ringOf(state, now), viewOf(state, candidate, now), {
          ...request,
          session: settings.affinity ? request.session : null,
          tried: [...triedWith(candidate, asked, request), ...unavailable],
        }),
      )
    if (!selection.ok) {
      if (selection.reason !== 'all_tried' || unavailable.size === 0) return selection
      if (isSealed) return { ok: false, reason: 'vault_not_configured' }
      return { ok: false, reason: 'token_unavailable', retryAt }
    }
    const { credential } = selection
    const held = tokens.current(credential, now)
    if (held !== undefined) {
      if (tokens.endsSoon(credential, now)) background(refresh(state, credential.id, model))
      return before === null
        ? lend(state, { ...request, model, asked }, selection, held, now)
        : handOver(state, request, before.selection.lease, {
            asked,
            credential,
            held,
            affinity: null,
          })
    }
    const ready = await within(deadline - now, tokens.prepare(credential.id))
    if (ready === null) break
    if (ready.ok) continue
    if (ready.reason === 'vault') return { ok: false, reason: 'vault_not_configured' }
    unavailable.add(credential.id)
    if (ready.reason === 'sealed') isSealed = true
    if (ready.reason === 'unavailable') retryAt = Math.min(retryAt, ready.retryAt)
    takeNote(state, credential.id, model, ready)
    if (before !== null) break
  }
  return { ok: false, reason: 'token_unavailable', retryAt: Date.now() + SOON_MS }
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
  const begins = request.attempt === 1
  // In one step with the grant, so that no number of concurrent requests gets past a limit.
  const reached = begins ? limitReached(state, request, now) : null
  if (reached !== null) return reached
  const lease = ledger.grant(
    {
      requestId: request.requestId,
      begins: begins ? request.estimatedTokens : null,
      credentialId: credential.id,
      credentialVersion: credential.updatedAt,
      tokenSerial: held.serial,
      model: request.model,
      grantedTo: attemptOf(request),
    },
    now,
  )
  if (test) buckets.beginTest(principalOf(credential), lease)
  if (begins && profile.settings.mode === 'round_robin') {
    profile.advance(nextActive(ringOf(state, now), credential.id))
  }
  return handOver(state, request, lease, { asked: request.asked, credential, held, affinity })
}

function handOver(
  state: UserState,
  { callIds = [] }: LeaseRequest,
  lease: LeaseRef,
  { asked, credential, held, affinity }: Terms,
): LeaseResult {
  const { upstream, project, location, quotaProject } = credential
  const now = Date.now()
  const access = { upstream, project, location, quotaProject, auth: held.auth }
  const rateLimits = limitsLeft(state, now)
  const maker = { model: lease.model, upstream }
  return {
    ok: true,
    lease: {
      ...lease,
      // Of what is lent now: the token may have been replaced since the lease was granted.
      tokenSerial: held.serial,
      access,
      affinity,
      rateLimits,
      insteadOf: lease.model === asked ? null : asked,
      preferences: preferencesOf(state.profile.settings),
      ...(callIds.length > 0 && { signatures: state.signatures.of(callIds, maker, now) }),
    },
  }
}

interface Terms {
  /** As the user's names resolve it. */
  readonly asked: string
  readonly credential: Credential
  readonly held: Held
  readonly affinity: 'kept' | 'moved' | null
}

function limitReached(state: UserState, request: LeaseRequest, now: number): LeaseResult | null {
  const { limits } = state.profile.settings
  if (isUnlimited(limits)) return null // as most users are: their use need not be summed up
  const reached = reachedBy(limits, useOf(state, now), request.estimatedTokens, now)
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

/** What the work results in, or null where it takes longer; it goes on all the same. */
async function within<T>(ms: number, work: Promise<T>): Promise<T | null> {
  const timer = new AbortController()
  const timeout = scheduler.wait(Math.max(0, ms), { signal: timer.signal }).then(
    () => null,
    () => null, // the work was done first
  )
  try {
    return await Promise.race([work, timeout])
  } finally {
    timer.abort()
  }
}
