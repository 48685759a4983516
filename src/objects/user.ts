import { AdministeredUser } from './administered-user.ts'
import type { HeldToken } from '../wire/tokens.ts'
import { pageOf } from './audit/audit-page.ts'
import type { AuditPage } from '../wire/audit.ts'
import { describeUser } from './views/description.ts'
import type { UserDescription } from '../wire/user.ts'
import { explain } from './views/explanation.ts'
import type { Explanation } from '../wire/explanation.ts'
import { keyInfo } from './views/key-info.ts'
import type { KeyInfo } from '../wire/key-info.ts'
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
 * One user: the single writer of the ring and its cursor, sealed credentials, access tokens, quota buckets and the
 * lease ledger. It decides and counts; prompts and completions never enter it. Every decision is one synchronous
 * step: read, decide, write, without an await in between, so that no two decisions interleave.
 *
 * Every public method is an RPC method. Expected outcomes are values; whatever is thrown is a bug.
 */
export class UserObject extends AdministeredUser {
  /**
   * Whether this user exists and the holder of this key (SHA-256, hex) may use the service now. Any value but `ok`
   * says why not.
   */
  admission(keyDigest: string): Admission {
    const user = this.home.living()
    return user === null ? 'unknown_user' : admissionTo(user.state, keyDigest, Date.now())
  }

  /**
   * The lease for the first attempt of a request, or the reason why there is none. Idempotent: asked again, it
   * returns the same lease while that is open. Waits only to fetch a token, for at most `request.patienceMs`.
   */
  lease(request: LeaseRequest): LeaseResult | Promise<LeaseResult> {
    return this.home.any()?.lending.lease(request) ?? { ok: false, reason: 'unknown_user' }
  }

  /**
   * The same for several requests, decided one after the other. Null for one that must wait for a token: it asks by
   * itself, so that it holds back nobody.
   */
  leaseTogether(requests: readonly LeaseRequest[]): readonly (LeaseResult | null)[] {
    const user = this.home.any()
    return requests.map((request) =>
      user === null ? { ok: false, reason: 'unknown_user' } : user.lending.leaseAtOnce(request),
    )
  }

  /**
   * Why a request would get no lease now; null if it would get one, or would after a short wait. To be asked before
   * costly work that precedes the lease. A refused request has ended and is counted as refused.
   */
  foresee(request: LeaseRequest): Refusal | null {
    const user = this.home.any()
    return user === null ? { ok: false, reason: 'unknown_user' } : user.lending.foresee(request)
  }

  /** Where a prompt for this model can be counted at once; null if nowhere. It is not an attempt, and has no effect. */
  async counter(request: CounterRequest): Promise<Counter | null> {
    const user = this.home.living()
    return user === null ? null : counterFor(user.state, request)
  }

  /** The attempt of this lease goes on. A lease that is not renewed for a minute counts as lost. */
  renew(leaseId: string): void {
    this.home.any()?.lending.renew(leaseId)
  }

  /**
   * Takes reports of attempts and returns once they are on disk. Idempotent by lease id. `counted` is false if all of
   * them had been reported before.
   */
  async settle(...settlements: Settlement[]): Promise<Settled> {
    return this.home.any()?.lending.settle(settlements) ?? { counted: false }
  }

  /**
   * Takes the report of a failed attempt and leases the request's next one, in one round trip. Idempotent by lease id
   * and attempt. `out_for_a_moment`: the wait for quota fits into the request's patience, so the caller asks again.
   */
  async settleAndLease(settlement: Settlement, request: LeaseRequest): Promise<LeaseResult> {
    const settled = this.home.any()?.lending.settleAndLease(settlement, request)
    return settled ?? { ok: false, reason: 'unknown_user' }
  }

  /**
   * Lends a credential for asking about a thing at Google or making one. BorrowResult says why there is none. It uses
   * no model's quota and does not count as an attempt.
   */
  async borrow(request: BorrowRequest): Promise<BorrowResult> {
    const user = this.home.living()
    return user === null ? { ok: false, reason: 'unknown_user' } : borrow(user.state, request)
  }

  /** Records that these things belong to this credential. Does nothing for a deleted user. */
  keepPins(pins: readonly NewPin[], credentialId: string): void {
    const user = this.home.living()
    if (user !== null) keepPins(user.state, pins, credentialId)
  }

  /**
   * For each of these things, which Google lists for a credential: whether this user may see it. In the same order;
   * empty if there is no such user.
   */
  ownOf(things: readonly PinRef[], credentialId: string): readonly boolean[] {
    const user = this.home.living()
    return user === null ? [] : ownOf(user.state, things, credentialId)
  }

  /** What is known of files by their ids; null for an id that was not uploaded through this user's ring. */
  knownFiles(keyDigest: string, ids: readonly string[]): readonly (KnownFile | null)[] {
    const user = this.home.living()
    const now = Date.now()
    const isAdmitted = user !== null && admissionTo(user.state, keyDigest, now) === 'ok'
    return isAdmitted ? user.state.pins.filesOf(ids, now) : ids.map(() => null)
  }

  /** Those of a credential's batches whose use is still to be counted, with their models and the admin's prices. */
  uncountedBatches(batchIds: readonly string[], credentialId: string): readonly UncountedBatch[] {
    const user = this.home.living()
    return user === null ? [] : uncountedOf(user.state, batchIds, credentialId)
  }

  /** Counts what a batch used, once. False if it was counted before, or if this credential did not make it. */
  countBatch(id: string, credentialId: string, use: BatchUse): boolean {
    const user = this.home.living()
    if (user === null || !countBatch(user.state, { id, credentialId }, use)) return false
    // Without an await since the batch was crossed out, so the platform commits both or neither.
    user.chores.flush()
    return true
  }

  /** Forgets a thing that no longer exists. */
  dropPin(pin: Pin): void {
    this.home.living()?.state.pins.drop(pin)
  }

  /** The user's configuration; null if there is no such user. */
  describe(): UserDescription | null {
    const user = this.home.living()
    return user === null ? null : describeUser(this.home.userId, user.state)
  }

  /** For each credential, until when an access token is held; never the token itself. Null if there is no such user. */
  heldTokens(): readonly HeldToken[] | null {
    const user = this.home.living()
    return user === null
      ? null
      : user.state.tokens.overview(user.state.credentials.all(), Date.now())
  }

  /**
   * At most `limit` lines of the audit after line number `after`, also for a deleted user; null if there never was
   * one.
   */
  auditAfter(after: number, limit: number): AuditPage | null {
    const user = this.home.any()
    return user === null ? null : pageOf(user.state.audit, after, limit)
  }

  /** How many of the user's secrets cannot be opened here; null if there is no user or no vault. */
  async unreadable(): Promise<number | null> {
    const user = this.home.living()
    const vault = await this.home.openVault()
    if (user === null || vault === null) return null
    return (await unreadableOf(user.state, vault, this.home.userId)).size
  }

  /**
   * What would happen to a request for this model now, credential by credential. Changes nothing. Null if there is no
   * such user.
   */
  async explain(model: string, session: string | null): Promise<Explanation | null> {
    const user = this.home.living()
    if (user === null) return null
    const unreadable = await unreadableOf(user.state, await this.home.openVault(), this.home.userId)
    const now = Date.now()
    const { credentials, tokens } = user.state
    // A sealed credential still serves as long as its access token is held and valid.
    const idle = credentials.all().filter((one) => tokens.current(one, now) === undefined)
    const sealed = idle.map(({ id }) => id).filter((id) => unreadable.has(id))
    return explain(user.state, { model, session }, new Set(sealed), now)
  }

  /** Whether responses and conversations of this user's clients may be stored; false if there is no such user. */
  stores(): boolean {
    return this.home.living()?.state.profile.settings.storeResponses ?? false
  }

  /**
   * Which models and upstreams this user's requests can reach; `ok: false` with the reason if this key may not use
   * the service.
   */
  reach(keyDigest: string): Reach {
    const user = this.home.living()
    return user === null
      ? { ok: false, reason: 'unknown_user' }
      : reachOf(user.state, keyDigest, Date.now())
  }

  /** What the holder of this key may know: limits, use, state of the ring. Null if there is no such user. */
  keyInfo(keyDigest: string): KeyInfo | null {
    const user = this.home.living()
    return user === null ? null : keyInfo(this.home.userId, user.state, keyDigest, Date.now())
  }

  /**
   * Everything that may be known about this user's ring and counters; null if there is no such user. Never waits for
   * Google.
   */
  stats(): Stats | null {
    const user = this.home.living()
    if (user === null) return null
    const { state, chores } = user
    const now = Date.now()
    state.ledger.sweep(now)
    chores.flush() // whatever is shown must be on disk
    return buildStats(this.home.userId, state, now)
  }

  /** What this user used in spans of time; null if there is no such user. */
  usage(query: UsageQuery): UsageTold | null {
    const user = this.home.living()
    if (user === null) return null
    const now = Date.now()
    user.state.ledger.sweep(now)
    user.chores.flush() // whatever is shown must be on disk
    return usageOf(this.home.userId, user.state, query, now)
  }

  /** The newest requests with numbers above `after`; null if there is no such user. */
  recentRequests(
    after: number,
    limit: number,
  ): { readonly requests: readonly RequestEntry[]; readonly last: number } | null {
    const user = this.home.living()
    if (user === null) return null
    const { ledger } = user.state
    ledger.sweep(Date.now())
    user.chores.flush() // whatever is shown must be on disk
    return { requests: ledger.recent.read(after, limit), last: ledger.recent.last }
  }

  override async alarm(): Promise<void> {
    await this.home.user?.chores.alarm(this.home.userId, this.env, this.home.entry)
  }
}
