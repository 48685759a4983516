import type { Chores } from '../chores.ts'
import { foresee } from './foresee.ts'
import { grant, grantAtOnce } from './grant.ts'
import type { LeaseRequest, LeaseResult, Refusal, Settled, Settlement } from '../ledger/lease.ts'
import { settle } from './settlement.ts'
import type { UserState } from '../state.ts'

const UNKNOWN: Refusal = { ok: false, reason: 'unknown_user' }

/**
 * The life of a lease in a user's object: granted, renewed, reported. A deleted user gets no lease, but reports of
 * what was used still count.
 */
export class Lending {
  readonly #state: UserState
  readonly #chores: Chores
  readonly #background: (work: Promise<unknown>) => void

  /** `background` keeps the object awake for work that nobody waits for. */
  constructor(state: UserState, chores: Chores, background: (work: Promise<unknown>) => void) {
    this.#state = state
    this.#chores = chores
    this.#background = background
  }

  /** The lease for the first attempt of a request. */
  lease(request: LeaseRequest): LeaseResult | Promise<LeaseResult> {
    if (this.#state.profile.isDeleted) return UNKNOWN
    this.#state.ledger.recent.began(request.requestId, request.model, Date.now())
    const granted = this.#grant(request)
    return granted instanceof Promise
      ? granted.then((result) => this.#lent(request, result))
      : this.#lent(request, granted)
  }

  /** The same if nothing must be waited for, and else null. */
  leaseAtOnce(request: LeaseRequest): LeaseResult | null {
    if (this.#state.profile.isDeleted) return UNKNOWN
    this.#state.ledger.recent.began(request.requestId, request.model, Date.now())
    const granted = grantAtOnce(this.#state, request, this.#background)
    return granted === null ? null : this.#lent(request, granted)
  }

  /**
   * Why a request would get no lease now; null if it would get one. A refused request has ended and is counted as
   * refused.
   */
  foresee(request: LeaseRequest): Refusal | null {
    this.#state.ledger.recent.began(request.requestId, request.model, Date.now())
    const refusal = this.#state.profile.isDeleted ? UNKNOWN : foresee(this.#state, request)
    if (refusal === null || this.#lent(request, refusal) !== refusal) return null
    return refusal
  }

  #lent(request: LeaseRequest, result: LeaseResult): LeaseResult {
    if (result.ok) {
      this.#chores.checkpointLater()
      return result
    }
    const wait = momentOf(request, result, Date.now())
    if (wait !== null) return wait
    if (mayMove(request, result)) return result
    const outcome = request.attempt === 1 ? 'refused' : 'failed'
    this.#state.ledger.requestEnded(request.requestId, outcome, reasonOf(result))
    this.#background(this.#chores.flushSoon())
    return result
  }

  /** The attempt of this lease goes on. */
  renew(leaseId: string): void {
    this.#state.ledger.renew(leaseId, Date.now())
  }

  /** Takes reports of attempts, and returns once they are on disk. */
  async settle(settlements: readonly Settlement[]): Promise<Settled> {
    const news = settlements.filter((settlement) => settle(this.#state, settlement))
    await this.#chores.flushSoon()
    return { counted: news.length > 0 }
  }

  /** Takes the report of a failed attempt, and grants the request's next one. */
  async settleAndLease(settlement: Settlement, request: LeaseRequest): Promise<LeaseResult> {
    const counted = settle(this.#state, settlement)
    // A client waits for this answer, so it is committed now instead of with the next group. The platform holds the
    // answer until the commit.
    this.#chores.flush()
    const result = this.#state.profile.isDeleted ? UNKNOWN : await this.#grant(request)
    if (result.ok) {
      this.#chores.checkpointLater()
      return result
    }
    const now = Date.now()
    const wait = momentOf(request, result, now)
    if (wait !== null) {
      this.#state.ledger.meter.await(request.requestId, now + wait.inMs)
      return wait
    }
    if (mayMove(request, result)) {
      this.#state.ledger.meter.await(request.requestId, now)
      return result
    }
    if (counted) {
      this.#state.ledger.requestEnded(request.requestId, 'failed', reasonOf(result))
      this.#chores.flush()
    }
    return result
  }

  #grant(request: LeaseRequest): LeaseResult | Promise<LeaseResult> {
    return grant(this.#state, request, this.#background)
  }
}

/** The Worker asks again: for another credential if it has copies of the files, otherwise to end the request. */
function mayMove(request: LeaseRequest, result: Refusal): boolean {
  return request.mayMove === true && result.reason === 'pinned_away' && result.why === 'quota'
}

function reasonOf(refusal: Refusal): string {
  return refusal.reason === 'limit_reached' ? `${refusal.reason}: ${refusal.limit}` : refusal.reason
}

/** The answer to a request that can wait until the ring serves again; null if it cannot. */
function momentOf(
  { quotaPatienceMs = 0, gapMs }: LeaseRequest,
  result: Refusal,
  now: number,
): Extract<Refusal, { reason: 'out_for_a_moment' }> | null {
  if (result.reason === 'all_tried' && gapMs !== undefined) {
    return { ok: false, reason: 'out_for_a_moment', inMs: gapMs }
  }
  const isPassing =
    result.reason === 'exhausted' || (result.reason === 'pinned_away' && result.why === 'quota')
  if (!isPassing || result.retryAt === null) return null
  const inMs = Math.max(0, result.retryAt - now)
  return inMs <= quotaPatienceMs ? { ok: false, reason: 'out_for_a_moment', inMs } : null
}
