import { type Operation, serves } from '../../gemini/operations.ts'
import type { Upstream } from '../../gemini/upstreams.ts'
import type { QuotaDimension } from '../../upstreams/verdict.ts'
import type { Credential } from './credential.ts'
import { fromCursor, inOrder, type UseOf } from './order.ts'
import type { Ring } from './ring.ts'
import type { Standing, StandingOf } from './standing.ts'

export interface SelectRequest {
  readonly model: string
  /** Credentials that have had their one try for this request. */
  readonly tried: readonly string[]
  /** Upstreams that are out for this request: an outage is not worth a third try. */
  readonly avoid: readonly Upstream[]
  /** What the model is to do; absent: generate. */
  readonly operation?: Operation
  /** Names the conversation, where its credential is to be kept; a hash, never the client's own word. */
  readonly session: string | null
  /** The credential that is to be asked once more, if it still can serve. */
  readonly again?: string
}

export type Selection =
  | {
      readonly ok: true
      readonly credential: Credential
      /** This request tests whether a closed quota bucket is open again. */
      readonly test: boolean
      /** Whether the conversation has its own credential, or another because that cannot serve; null where it has none. */
      readonly affinity: 'kept' | 'moved' | null
    }
  | NoCredential

/** Why nobody in the ring can serve a request. */
export type NoCredential =
  | { readonly ok: false; readonly reason: 'no_credentials' }
  | { readonly ok: false; readonly reason: 'credentials_unusable' }
  /** All there are lead to upstreams that do not offer the operation. */
  | { readonly ok: false; readonly reason: 'operation_not_served' }
  /** An admin has paused all that could serve; the first comes back at `retryAt` (epoch ms). */
  | { readonly ok: false; readonly reason: 'paused'; readonly retryAt: number }
  /** No credential of the ring has this model. */
  | { readonly ok: false; readonly reason: 'model_not_found' }
  /** All that could serve are cooling down; `retryAt` (epoch ms) is when the first of them recovers for this model. */
  | {
      readonly ok: false
      readonly reason: 'exhausted'
      readonly retryAt: number
      readonly dimension: QuotaDimension
    }
  /** Each that could serve has had its try. */
  | { readonly ok: false; readonly reason: 'all_tried' }

/**
 * Picks the credential for an attempt: of the ring in its order, the first that is open; where none is, the first whose closed
 * bucket is due for a test. Pure. `standingOf` tells how a credential stands with the request's model now.
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

/** Where the cursor goes from `from`: the next that can serve; `from` itself where none can. Pure. */
export function nextCursor(ring: Ring, standingOf: StandingOf, from: string): string {
  const [, ...others] = fromCursor({ ...ring, cursor: from })
  return others.find((other) => standingOf(other).kind === 'open')?.id ?? from
}

/** Where a manual rotation goes: one on, past those in quarantine; where it stands if it has nowhere to go. Pure. */
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
  // A credential that could serve has had its try: how that ended tells the client more than when another recovers.
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
