import { AdministeredUser } from './administered-user.ts'
import type { HeldToken } from './secrets/access-tokens.ts'
import { type AuditPage, pageOf } from './audit/audit-page.ts'
import { type UserDescription, describeUser } from './views/description.ts'
import { type Explanation, explain } from './views/explanation.ts'
import { type KeyInfo, keyInfo } from './views/key-info.ts'
import type { LeaseRequest, LeaseResult, Refusal, Settled, Settlement } from './ledger/lease.ts'
import { type Counter, counterFor, type CounterRequest } from './leasing/counter.ts'
import { type Reach, reachOf } from './views/reach.ts'
import { unreadableOf } from './recovery/restoration.ts'
import { admissionTo } from './state.ts'
import { buildStats } from './views/stats.ts'
import type { UsageQuery, UsageTold } from './views/usage-lines.ts'
import { usageOf } from './views/user-usage.ts'
import type { RequestEntry } from '../wire/requests.ts'
import type { Stats } from '../wire/stats.ts'
import type { KnownFile, NewPin, Pin, PinRef } from '../gemini/pins.ts'
import type { BatchUse } from '../gemini/batch-use.ts'
import { countBatch, type UncountedBatch, uncountedOf } from './pins/batches.ts'
import { borrow, type BorrowRequest, type BorrowResult, keepPins, ownOf } from './pins/borrowing.ts'
import type { Admission } from './config/user-settings.ts'

/**
 * One user: the single writer of the ring and its cursor, sealed credentials, access tokens, quota buckets and the lease ledger.
 * It decides and counts; prompts and completions never enter it. Every decision is one synchronous step: read, decide, write,
 * with no await between, so none can interleave with another.
 *
 * Every public method is an RPC method. Expected outcomes are values; what is thrown is a bug.
 */
export class UserObject extends AdministeredUser {
  /**
   * Whether this user exists and the holder of this key (SHA-256, hex) may use the service now; any other value than `ok` says
   * why not.
   */
  admission(keyDigest: string): Admission {
    const user = this.home.living()
    return user === null ? 'unknown_user' : admissionTo(user.state, keyDigest, Date.now())
  }

  /**
   * The lease for the first attempt of a request, or the reason for none. Idempotent: asked again, it gives the same lease
   * while that is open. Waits only where a token must be fetched, at most `request.patienceMs`.
   */
  lease(request: LeaseRequest): LeaseResult | Promise<LeaseResult> {
    return this.home.any()?.lending.lease(request) ?? { ok: false, reason: 'unknown_user' }
  }

  /**
   * Why a request would get no lease now; null where it would, or where waiting a moment is enough. For costly work that comes
   * before the lease. A refused request has ended, and is counted as refused.
   */
  foresee(request: LeaseRequest): Refusal | null {
    const user = this.home.any()
    return user === null ? { ok: false, reason: 'unknown_user' } : user.lending.foresee(request)
  }

  /** Where a prompt for this model can be counted at once; null where nowhere. No attempt: it has no effect at all. */
  async counter(request: CounterRequest): Promise<Counter | null> {
    const user = this.home.living()
    return user === null ? null : counterFor(user.state, request)
  }

  /** The attempt of this lease goes on; a lease of which nothing is heard for a minute is taken for lost. */
  renew(leaseId: string): void {
    this.home.any()?.lending.renew(leaseId)
  }

  /**
   * Takes reports of attempts and answers once they are on disk. Idempotent by lease id; `counted`: false where all had been
   * reported before.
   */
  async settle(...settlements: Settlement[]): Promise<Settled> {
    return this.home.any()?.lending.settle(settlements) ?? { counted: false }
  }

  /**
   * Takes the report of a failed attempt and leases the request's next one, in one round trip. Idempotent by lease id and
   * attempt. Where the wait for quota fits the request's patience: `out_for_a_moment`, and the caller asks again.
   */
  async settleAndLease(settlement: Settlement, request: LeaseRequest): Promise<LeaseResult> {
    const settled = this.home.any()?.lending.settleAndLease(settlement, request)
    return settled ?? { ok: false, reason: 'unknown_user' }
  }

  /**
   * Lends a credential to ask about a thing of Google's or to make one; the values of BorrowResult say why none. It uses no
   * model's quota and is counted as no attempt.
   */
  async borrow(request: BorrowRequest): Promise<BorrowResult> {
    const user = this.home.living()
    return user === null ? { ok: false, reason: 'unknown_user' } : borrow(user.state, request)
  }

  /** Remembers that these things belong to this credential. Does nothing for a user who was deleted. */
  keepPins(pins: readonly NewPin[], credentialId: string): void {
    const user = this.home.living()
    if (user !== null) keepPins(user.state, pins, credentialId)
  }

  /**
   * For each of these things, which Google lists for a credential: whether this user may see it. In their order; empty where
   * there is no such user.
   */
  ownOf(things: readonly PinRef[], credentialId: string): readonly boolean[] {
    const user = this.home.living()
    return user === null ? [] : ownOf(user.state, things, credentialId)
  }

  /** What is known of files by their ids; null where none of the id went up through this user's ring. */
  knownFiles(keyDigest: string, ids: readonly string[]): readonly (KnownFile | null)[] {
    const user = this.home.living()
    const now = Date.now()
    const isAdmitted = user !== null && admissionTo(user.state, keyDigest, now) === 'ok'
    return isAdmitted ? user.state.pins.filesOf(ids, now) : ids.map(() => null)
  }

  /** Those of a credential's batches whose use is still to be counted, with their models and prices of an admin's. */
  uncountedBatches(batchIds: readonly string[], credentialId: string): readonly UncountedBatch[] {
    const user = this.home.living()
    return user === null ? [] : uncountedOf(user.state, batchIds, credentialId)
  }

  /** Counts what a batch used, once. False where it was counted before, or is none that this credential made. */
  countBatch(id: string, credentialId: string, use: BatchUse): boolean {
    const user = this.home.living()
    if (user === null || !countBatch(user.state, { id, credentialId }, use)) return false
    // With no await since it was crossed out: the platform commits both, or neither.
    user.chores.flush()
    return true
  }

  /** Forgets a thing that is no more. */
  dropPin(pin: Pin): void {
    this.home.living()?.state.pins.drop(pin)
  }

  /** The user's configuration; null where there is no such user. */
  describe(): UserDescription | null {
    const user = this.home.living()
    return user === null ? null : describeUser(this.home.userId, user.state)
  }

  /** For each credential, until when an access token is held; never the token itself. Null where there is no such user. */
  heldTokens(): readonly HeldToken[] | null {
    const user = this.home.living()
    return user === null
      ? null
      : user.state.tokens.overview(user.state.credentials.all(), Date.now())
  }

  /**
   * At most `limit` lines of the audit after line number `after`, also of a user who was deleted; null where there never was
   * one.
   */
  auditAfter(after: number, limit: number): AuditPage | null {
    const user = this.home.any()
    return user === null ? null : pageOf(user.state.audit, after, limit)
  }

  /** How many of the user's secrets do not open here; null where there is no user, or no vault. */
  async unreadable(): Promise<number | null> {
    const user = this.home.living()
    const vault = await this.home.openVault()
    if (user === null || vault === null) return null
    return (await unreadableOf(user.state, vault, this.home.userId)).size
  }

  /**
   * What would become of a request for this model now, credential by credential; changes nothing. Null where there is no such
   * user.
   */
  async explain(model: string, session: string | null): Promise<Explanation | null> {
    const user = this.home.living()
    if (user === null) return null
    const unreadable = await unreadableOf(user.state, await this.home.openVault(), this.home.userId)
    const now = Date.now()
    const { credentials, tokens } = user.state
    // A sealed credential still serves while its access token is held and good.
    const idle = credentials.all().filter((one) => tokens.current(one, now) === undefined)
    const sealed = idle.map(({ id }) => id).filter((id) => unreadable.has(id))
    return explain(user.state, { model, session }, new Set(sealed), now)
  }

  /** Whether responses and conversations of this user's clients may be stored; false where there is no such user. */
  stores(): boolean {
    return this.home.living()?.state.profile.settings.storeResponses ?? false
  }

  /**
   * Which models and upstreams this user's requests can reach; `ok: false` with the reason where this key may not use the
   * service.
   */
  reach(keyDigest: string): Reach {
    const user = this.home.living()
    return user === null
      ? { ok: false, reason: 'unknown_user' }
      : reachOf(user.state, keyDigest, Date.now())
  }

  /** What the holder of this key may know of it: limits, use, how the ring stands. Null where there is no such user. */
  keyInfo(keyDigest: string): KeyInfo | null {
    const user = this.home.living()
    return user === null ? null : keyInfo(this.home.userId, user.state, keyDigest, Date.now())
  }

  /** All that may be known about this user's ring and counters; null where there is no such user. Never waits on Google. */
  stats(): Stats | null {
    const user = this.home.living()
    if (user === null) return null
    const { state, chores } = user
    const now = Date.now()
    state.ledger.sweep(now)
    chores.flush() // what is shown is on disk
    return buildStats(this.home.userId, state, now)
  }

  /** What this user used in spans of time; null where there is no such user. */
  usage(query: UsageQuery): UsageTold | null {
    const user = this.home.living()
    if (user === null) return null
    const now = Date.now()
    user.state.ledger.sweep(now)
    user.chores.flush() // what is shown is on disk
    return usageOf(this.home.userId, user.state, query, now)
  }

  /** The newest requests after one of this number; null where there is no such user. */
  recentRequests(
    after: number,
    limit: number,
  ): { readonly requests: readonly RequestEntry[]; readonly last: number } | null {
    const user = this.home.living()
    if (user === null) return null
    const { ledger } = user.state
    ledger.sweep(Date.now())
    user.chores.flush() // what is shown is on disk
    return { requests: ledger.recent.read(after, limit), last: ledger.recent.last }
  }

  override async alarm(): Promise<void> {
    await this.home.user?.chores.alarm(this.home.userId, this.env)
  }
}
