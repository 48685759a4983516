import { type Operation, serves } from '../../gemini/operations.ts'
import type { Upstream } from '../../gemini/upstreams.ts'
import type { QuotaDimension } from '../../upstreams/verdict.ts'
import type { Credential } from './credential.ts'
import { fromCursor, inOrder, type UseOf } from './order.ts'
import type { Ring } from './ring.ts'
import type { Standing, StandingOf } from './standing.ts'

export interface SelectRequest {
  readonly model: string
  /** Credentials that were already tried for this request. */
  readonly tried: readonly string[]
  /** Upstreams that this request no longer tries, since they failed repeatedly. */
  readonly avoid: readonly Upstream[]
  /** What the model must do; absent: generate. */
  readonly operation?: Operation
  /** A hash of the conversation's name, if the conversation is to keep its credential; otherwise null. */
  readonly session: string | null
  /** The credential to ask once more, if it can still serve. */
  readonly again?: string
}

export type Selection =
  | {
      readonly ok: true
      readonly credential: Credential
      /** This request tests whether a closed quota bucket is open again. */
      readonly test: boolean
      /**
       * Whether the conversation is on its own credential (`kept`) or on another because its own cannot serve
       * (`moved`); null if it has none.
       */
      readonly affinity: 'kept' | 'moved' | null
    }
  | NoCredential

/** Why no credential of the ring can serve a request. */
export type NoCredential =
  | { readonly ok: false; readonly reason: 'no_credentials' }
  | { readonly ok: false; readonly reason: 'credentials_unusable' }
  /** All credentials have upstreams that do not offer the operation. */
  | { readonly ok: false; readonly reason: 'operation_not_served' }
  /** An admin has paused every credential that could serve; the first comes back at `retryAt` (epoch milliseconds). */
  | { readonly ok: false; readonly reason: 'paused'; readonly retryAt: number }
  /** No credential of the ring has this model. */
  | { readonly ok: false; readonly reason: 'model_not_found' }
  /**
   * Every credential that could serve is cooling down. `retryAt` (epoch milliseconds) is when the first of them
   * recovers for this model.
   */
  | {
      readonly ok: false
      readonly reason: 'exhausted'
      readonly retryAt: number
      readonly dimension: QuotaDimension
    }
  /** Every credential that could serve was already tried. */
  | { readonly ok: false; readonly reason: 'all_tried' }

/**
 * Picks the credential for an attempt: the first open one in the ring's order; without any, the first whose closed
 * bucket is due for a test. `standingOf` returns a credential's standing with the request's model. Pure.
 */
export function select(
  ring: Ring,
  view: { readonly standingOf: StandingOf; readonly useOf: UseOf },
  request: SelectRequest,
): Selection {
  const all = inOrder(ring, view.useOf, request.session)
  const allowed = ring.pinned === null ? all : all.filter(({ id }) => id === ring.pinned)
  const eligible = allowed.filter(({ upstream }) =>
    serves(upstream, request.operation ?? 'generate'),
  )
  if (eligible.length < allowed.length && eligible.length === 0) {
    return { ok: false, reason: 'operation_not_served' }
  }
  const { tried, avoid, again } = request
  const untried = eligible.filter(
    ({ id, upstream }) => !tried.includes(id) && !avoid.includes(upstream),
  )
  const candidates =
    again === undefined
      ? untried
      : untried.toSorted((one, other) => Number(other.id === again) - Number(one.id === again))
  for (const kind of ['open', 'test'] as const) {
    const credential = candidates.find((candidate) => view.standingOf(candidate).kind === kind)
    if (credential === undefined) continue
    const own = credential.id === all[0]?.id ? 'kept' : 'moved'
    return {
      ok: true,
      credential,
      test: kind === 'test',
      affinity: request.session === null ? null : own,
    }
  }
  return whyNot(eligible.map(view.standingOf))
}

/** Where the cursor goes from `from`: to the next credential that can serve; it stays if there is none. Pure. */
export function nextCursor(ring: Ring, standingOf: StandingOf, from: string): string {
  const [, ...others] = fromCursor({ ...ring, cursor: from })
  return others.find((other) => standingOf(other).kind === 'open')?.id ?? from
}

/** Where a manual rotation goes: to the next credential that is not in quarantine; it stays if there is none. Pure. */
export function nextActive(ring: Ring, from: string): string {
  const [, ...others] = fromCursor({ ...ring, cursor: from })
  return others.find((other) => other.quarantine === null)?.id ?? from
}

function whyNot(standings: readonly Standing[]): NoCredential {
  if (standings.length === 0) return { ok: false, reason: 'no_credentials' }
  const active = standings.filter(({ kind }) => kind !== 'quarantined' && kind !== 'paused')
  const paused = standings.filter((standing) => standing.kind === 'paused')
  if (active.length === 0) {
    return paused.length === 0
      ? { ok: false, reason: 'credentials_unusable' }
      : { ok: false, reason: 'paused', retryAt: Math.min(...paused.map(({ until }) => until)) }
  }
  // A credential that could serve was already tried. How that ended tells the client more than when another recovers.
  if (active.some(({ kind }) => kind === 'open' || kind === 'test')) {
    return { ok: false, reason: 'all_tried' }
  }
  const [first] = active
    .filter((standing) => standing.kind === 'cooling')
    .toSorted((one, other) => one.until - other.until)
  if (first !== undefined) {
    return { ok: false, reason: 'exhausted', retryAt: first.until, dimension: first.dimension }
  }
  const absent = active.some(
    (standing) =>
      standing.kind === 'not_allowed' ||
      (standing.kind === 'fault' && standing.cause === 'model_not_found'),
  )
  return { ok: false, reason: absent ? 'model_not_found' : 'credentials_unusable' }
}
