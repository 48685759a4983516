import type { Held } from '../secrets/access-tokens.ts'
import { estimateCost } from '../../gemini/cost.ts'
import { DEAR, ownPriceOf, priceOf } from '../../gemini/models/prices.ts'
import type { RateLimits } from '../../failure/rate-limits.ts'
import type { Credential } from '../ring/credential.ts'
import type { LeaseRef, LeaseRequest, LeaseResult, Refusal } from '../ledger/lease.ts'
import { type Need, isUnlimited, rateLimits, reachedBy } from '../config/limits.ts'
import { type Selection, nextActive } from '../ring/select.ts'
import { principalOf } from '../ring/standing.ts'
import { type UserState, ringOf, useOf } from '../state.ts'
import { preferencesOf } from '../config/user-settings.ts'
import { choiceId } from '../ledger/request-id.ts'

/** Opens the lease of a chosen credential and returns it, unless a limit was reached meanwhile. */
export function lend(
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
  // In the same step as the grant, so that concurrent requests cannot exceed a limit.
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
      calls: request.attempt === 1 ? calls : more,
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

/** What a request may cost, in 1e-9 dollars. 0 if the user has no budget, since nobody asks then. */
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

/** The lease as the Worker gets it, with the token that is lent now. */
export function handOver(
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
  // The Worker itself has the price list, so only a price of the admin's is sent.
  const price = prices.length === 0 ? undefined : ownPriceOf(lease.model, now, prices)
  const suspected = state.suspicions.of(credential.id, lease.model, requestId, now)
  return {
    ok: true,
    lease: {
      ...lease,
      // The serial of the token lent now: the token may have been replaced since the lease was granted.
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

/**
 * Whether the settlement is urgent. It is if anything counts what is under way (limits, `least_used`), or if a bucket
 * is being tested, which allows only one test at a time.
 */
function isAwaited({ profile, buckets }: UserState, { id }: LeaseRef): boolean {
  const { limits, mode } = profile.settings
  return !isUnlimited(limits) || mode === 'least_used' || buckets.isTestedBy(id)
}

interface Choice {
  /** The model that was asked for, with the user's aliases resolved. */
  readonly asked: string
  readonly credential: Credential
  readonly held: Held
  readonly affinity: 'kept' | 'moved' | null
}

/** Why a limit leaves no room for this need now; null if all have room. */
export function limitReached(state: UserState, need: Need, now: number): Refusal | null {
  const { limits } = state.profile.settings
  if (isUnlimited(limits)) return null // most users: their use need not be summed up
  let reached = reachedBy(limits, useOf(state, now), need, now)
  // Counts lapsed leases as lost now, so that their places are free at once instead of only at the alarm.
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

/** Names one attempt of one request. */
export function attemptOf({ requestId, attempt }: LeaseRequest): string {
  return `${requestId}.${attempt}`
}
