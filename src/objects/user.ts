import { DurableObject } from 'cloudflare:workers'
import { readSettings } from '../settings.ts'
import { addCredential, seal } from './admin/addition.ts'
import {
  bury,
  changeSettings,
  configure,
  giveKey,
  type MovedIn,
  movedIn,
  namesOf,
  patchCredential,
  pin,
  removeCredential,
  reorder,
  resetCredential,
  rotate,
} from './admin/administration.ts'
import type { Depth } from '../upstreams/verify.ts'
import type { HeldToken } from './secrets/access-tokens.ts'
import type { Admin } from './audit/audit.ts'
import { type AuditPage, pageOf } from './audit/audit-page.ts'
import { Chores } from './chores.ts'
import type { CredentialInput } from './ring/credential.ts'
import type { CredentialPatch } from './ring/credentials.ts'
import {
  type CredentialDescription,
  type UserDescription,
  describeUser,
} from './views/description.ts'
import { type Explanation, explain } from './views/explanation.ts'
import { nameless, userIdIn } from './identity.ts'
import { type KeyInfo, keyInfo } from './views/key-info.ts'
import type { LeaseRequest, LeaseResult, Refusal, Settled, Settlement } from './ledger/lease.ts'
import { type Counter, counterFor, type CounterRequest } from './leasing/counter.ts'
import { Lending } from './leasing/lending.ts'
import { type Reach, reachOf } from './views/reach.ts'
import { type ResealResult, resealAll } from './recovery/reseal.ts'
import { recordRestoration, restoreFrom, unreadableOf } from './recovery/restoration.ts'
import type {
  CreateResult,
  PutCredentialResult,
  PutCredentialsResult,
  PutRefused,
  ReplaceKeyResult,
  RestoreResult,
  RotateResult,
  VerifyResult,
} from './results.ts'
import { parseSnapshot, snapshotOf } from './recovery/snapshot.ts'
import { admissionTo, loadState, type UserState } from './state.ts'
import { buildStats } from './views/stats.ts'
import type { UsageQuery, UsageTold } from './views/usage-lines.ts'
import { usageOf } from './views/user-usage.ts'
import type { RequestEntry } from '../wire/requests.ts'
import type { Stats } from '../wire/stats.ts'
import { isConfigured, migrate } from './storage.ts'
import type { Shared } from './config/profile.ts'
import type { NewKey } from './config/user-keys.ts'
import type { KnownFile, NewPin, Pin, PinRef } from '../gemini/pins.ts'
import { borrow, type BorrowRequest, type BorrowResult, keepPins, ownOf } from './pins/borrowing.ts'
import type { Admission, SettingsChange } from './config/user-settings.ts'
import { type Vault, openVault } from './secrets/vault.ts'
import { releaseVerified, verifyStored } from './admin/verification.ts'

/** Making a user was repeated and another key was minted: how long the first one, which the client may hold, stays valid. */
const REPEATED_GRACE_MS = 24 * 3_600_000

interface Awake {
  readonly state: UserState
  readonly chores: Chores
  readonly lending: Lending
}

/**
 * One user: the single writer of the ring and its cursor, sealed credentials, access tokens, quota buckets and the lease ledger.
 * It decides and counts; prompts and completions never enter it. Every decision is one synchronous step: read, decide, write,
 * with no await between, so none can interleave with another.
 *
 * Every public method is an RPC method. Expected outcomes are values; what is thrown is a bug.
 */
export class UserObject extends DurableObject<Env> {
  readonly #knownId: string | null
  /** Null before the user is configured. A key that nobody has wakes an object too, and must not leave a table behind. */
  #user: Awake | null = null
  #vault: Promise<Vault | null> | null = null

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    this.#knownId = userIdIn(ctx, env.USERS)
    if (this.#knownId === null || !isConfigured(ctx.storage.sql)) return
    this.#user = this.#wake()
    // After an upgrade or a failed alarm the snapshot is behind: it is written now, and does not wait for the next change.
    if (this.#user.state.profile.snapshotDue()) this.#user.chores.snapshotLater()
  }

  /**
   * Whether this user exists and the holder of this key (SHA-256, hex) may use the service now; any other value than `ok` says
   * why not.
   */
  admission(keyDigest: string): Admission {
    const user = this.#living()
    return user === null ? 'unknown_user' : admissionTo(user.state, keyDigest, Date.now())
  }

  /**
   * The lease for the first attempt of a request, or the reason for none. Idempotent: asked again, it gives the same lease
   * while that is open. Waits only where a token must be fetched, at most `request.patienceMs`.
   */
  lease(request: LeaseRequest): LeaseResult | Promise<LeaseResult> {
    return this.#any()?.lending.lease(request) ?? { ok: false, reason: 'unknown_user' }
  }

  /**
   * Why a request would get no lease now; null where it would, or where waiting a moment is enough. For costly work that comes
   * before the lease. A refused request has ended, and is counted as refused.
   */
  foresee(request: LeaseRequest): Refusal | null {
    const user = this.#any()
    return user === null ? { ok: false, reason: 'unknown_user' } : user.lending.foresee(request)
  }

  /** Where a prompt for this model can be counted at once; null where nowhere. No attempt: it has no effect at all. */
  async counter(request: CounterRequest): Promise<Counter | null> {
    const user = this.#living()
    return user === null ? null : counterFor(user.state, request)
  }

  /** The attempt of this lease goes on; a lease of which nothing is heard for a minute is taken for lost. */
  renew(leaseId: string): void {
    this.#any()?.lending.renew(leaseId)
  }

  /**
   * Takes reports of attempts and answers once they are on disk. Idempotent by lease id; `counted`: false where all had been
   * reported before.
   */
  async settle(...settlements: Settlement[]): Promise<Settled> {
    return this.#any()?.lending.settle(settlements) ?? { counted: false }
  }

  /**
   * Takes the report of a failed attempt and leases the request's next one, in one round trip. Idempotent by lease id and
   * attempt. Where the wait for quota fits the request's patience: `out_for_a_moment`, and the caller asks again.
   */
  async settleAndLease(settlement: Settlement, request: LeaseRequest): Promise<LeaseResult> {
    const settled = this.#any()?.lending.settleAndLease(settlement, request)
    return settled ?? { ok: false, reason: 'unknown_user' }
  }

  /**
   * Lends a credential to ask about a thing of Google's or to make one; the values of BorrowResult say why none. It uses no
   * model's quota and is counted as no attempt.
   */
  async borrow(request: BorrowRequest): Promise<BorrowResult> {
    const user = this.#living()
    return user === null ? { ok: false, reason: 'unknown_user' } : borrow(user.state, request)
  }

  /** Remembers that these things belong to this credential. Does nothing for a user who was deleted. */
  keepPins(pins: readonly NewPin[], credentialId: string): void {
    const user = this.#living()
    if (user !== null) keepPins(user.state, pins, credentialId)
  }

  /**
   * For each of these things, which Google lists for a credential: whether this user may see it. In their order; empty where
   * there is no such user.
   */
  ownOf(things: readonly PinRef[], credentialId: string): readonly boolean[] {
    const user = this.#living()
    return user === null ? [] : ownOf(user.state, things, credentialId)
  }

  /** What is known of files by their ids; null where none of the id went up through this user's ring. */
  knownFiles(keyDigest: string, ids: readonly string[]): readonly (KnownFile | null)[] {
    const user = this.#living()
    const now = Date.now()
    const isAdmitted = user !== null && admissionTo(user.state, keyDigest, now) === 'ok'
    return isAdmitted ? user.state.pins.filesOf(ids, now) : ids.map(() => null)
  }

  /** Forgets a thing that is no more. */
  dropPin(pin: Pin): void {
    this.#living()?.state.pins.drop(pin)
  }

  /**
   * Adds a credential at the end of the ring, or updates a known one in place. `creates`: makes the user too, if there is
   * none. The values of PutCredentialResult say why it was not taken (no vault, ring full, user unknown or deleted).
   */
  async putCredential(
    input: CredentialInput,
    creates: boolean,
    by: Admin,
  ): Promise<PutCredentialResult> {
    const put = await this.#put([input], creates, by)
    if (!put.ok) return put
    const [result] = put.results
    if (result === undefined) throw new Error('One credential was put, and none answered for.')
    return result
  }

  /**
   * Adds credentials to the ring of an existing user, in their order, with a result for each. Those past the limit are
   * refused; the others stay.
   */
  putCredentials(inputs: readonly CredentialInput[], by: Admin): Promise<PutCredentialsResult> {
    return this.#put(inputs, false, by)
  }

  async #put(
    inputs: readonly CredentialInput[],
    creates: boolean,
    by: Admin,
  ): Promise<PutCredentialsResult> {
    const settings = readSettings(this.env)
    if (!settings.ok) return { ok: false, reason: 'misconfigured' }
    const { maxCredentials } = settings.settings
    const refused = this.#whyNoPut(creates)
    if (refused !== null) return refused
    const vault = await this.#openVault()
    if (vault === null) return { ok: false, reason: 'vault_not_configured' }
    const sealed = await Promise.all(inputs.map((input) => seal(input, this.#userId, vault)))

    // From here on without await: the checks and the writes are one step.
    const refusedNow = this.#whyNoPut(creates)
    if (refusedNow !== null) return refusedNow
    return this.#atomically(() => {
      const user = this.#user ?? this.#made(by, [])
      const results = sealed.map((one) => addCredential(user.state, one, maxCredentials, by))
      user.chores.snapshotLater()
      return { ok: true, results }
    })
  }

  #whyNoPut(creates: boolean): PutRefused | null {
    if (this.#isBuried()) return { ok: false, reason: 'user_deleted' }
    return this.#user === null && !creates ? { ok: false, reason: 'unknown_user' } : null
  }

  /**
   * Makes a user without credentials. `key`: the minted key; null where an admin chose it. `user_exists` and `user_deleted`
   * are values; a repetition of the same operation is answered as the first.
   */
  create(settings: SettingsChange, key: NewKey | null, by: Admin): CreateResult {
    if (this.#isBuried()) return { ok: false, reason: 'user_deleted' }
    const known = this.#user?.state
    if (known !== undefined && known.audit.doneBefore(by, 'user.created', null) === null) {
      return { ok: false, reason: 'user_exists', createdAt: known.profile.createdAt }
    }
    const userId = this.#userId
    // All or nothing: a user without the key could not be used.
    return this.#atomically(() => {
      const { state, chores } = this.#user ?? this.#made(by, namesOf(settings))
      // A repetition: the first answer may have arrived all the same, so its key may be in use and stays valid for a while.
      const graceMs = known === undefined ? 0 : REPEATED_GRACE_MS
      if (key !== null) giveKey(state, key, graceMs, by, Date.now())
      chores.snapshotLater()
      const user =
        known === undefined ? changeSettings(state, userId, settings) : describeUser(userId, state) // asked for again: the answer was lost on the way
      return { ok: true, user }
    })
  }

  /**
   * Makes this the user's current key; earlier ones end `graceMs` (milliseconds) from now. Asked again, it changes nothing.
   * `too_many_keys`: too many would be valid at the same time.
   */
  replaceKey(key: NewKey, graceMs: number, by: Admin): ReplaceKeyResult {
    const unknown = { ok: false, reason: 'unknown_user' } as const
    return this.#administer<ReplaceKeyResult>((state) => {
      const now = Date.now()
      if (!giveKey(state, key, graceMs, by, now)) return { ok: false, reason: 'too_many_keys' }
      const [, previous] = state.keys.valid(now)
      const user = describeUser(this.#userId, state)
      return { ok: true, user, previousEndsAt: previous?.endsAt ?? now }
    }, unknown)
  }

  /** Takes over what an admin set for many users. An older version than is known changes nothing, so it may be told twice. */
  share(shared: Shared): void {
    this.#living()?.state.profile.share(shared)
  }

  /** The user's configuration; null where there is no such user. */
  describe(): UserDescription | null {
    const user = this.#living()
    return user === null ? null : describeUser(this.#userId, user.state)
  }

  /** Changes those settings that `change` names, and answers the whole configuration; null where there is no such user. */
  configure(change: SettingsChange, by: Admin): UserDescription | null {
    return this.#administer((state) => configure(state, this.#userId, change, by), null)
  }

  /**
   * Only this credential serves until `until` (epoch milliseconds); null where there is no credential of this id, or no such
   * user.
   */
  pin(credentialId: string, until: number, by: Admin): UserDescription | null {
    const target = { credentialId, until }
    return this.#administer((state) => pin(state, this.#userId, target, by), null)
  }

  /** Changes those fields of a credential that can change without its secret; null where there is no credential of this id. */
  patchCredential(id: string, patch: CredentialPatch, by: Admin): CredentialDescription | null {
    return this.#administer((state) => patchCredential(state, id, patch, by), null)
  }

  /** Takes a credential out for good: the very next request no longer gets it. False where there is none of this id. */
  removeCredential(id: string, by: Admin): boolean {
    return this.#administer((state) => removeCredential(state, id, by), false)
  }

  /** Forgets what is held against a credential: quarantine, closed buckets, model faults. Null where there is none of this id. */
  resetCredential(id: string, by: Admin): CredentialDescription | null {
    return this.#administer((state) => resetCredential(state, id, by), null)
  }

  /**
   * Asks Google about a credential, without generating. One that Google accepts leaves quarantine; both acts are in the audit.
   * Values say why nothing was asked: `credential_not_found`, `vault_not_configured`.
   */
  async verifyCredential(id: string, depth: Depth, by: Admin): Promise<VerifyResult> {
    const user = this.#living()
    const settings = readSettings(this.env)
    const vault = await this.#openVault()
    if (user === null || !settings.ok) return { ok: false, reason: 'credential_not_found' }
    if (vault === null) return { ok: false, reason: 'vault_not_configured' }
    const before = user.state.credentials.get(id)
    const verification = await verifyStored(user.state, id, depth, {
      vault,
      userId: this.#userId,
      settings: settings.settings,
    })
    if (verification === null) return { ok: false, reason: 'credential_not_found' }
    const { verdict, reason, checked } = verification
    user.state.audit.record(by, 'credential.verified', id, { verdict, reason, checked })
    if (verdict === 'works') releaseVerified(user.state, id, before, by)
    return { ok: true, verification }
  }

  /** For each credential, until when an access token is held; never the token itself. Null where there is no such user. */
  heldTokens(): readonly HeldToken[] | null {
    const user = this.#living()
    return user === null
      ? null
      : user.state.tokens.overview(user.state.credentials.all(), Date.now())
  }

  /** Puts the cursor where it stood in another gateway, and writes down what was counted there. False where there is no such user. */
  movedIn(from: MovedIn, by: Admin): boolean {
    return this.#administer((state) => movedIn(state, from, by), false)
  }

  /** Puts the ring in this order; false where it does not name each credential once. */
  reorder(ids: readonly string[], by: Admin): boolean {
    return this.#administer((state) => reorder(state, ids, by), false)
  }

  /**
   * Deletes the user for good; the object keeps a tombstone, so no snapshot can bring the user back. False where there is no
   * such user; true again for a repetition.
   */
  bury(by: Admin): boolean {
    const wasDone = this.#user?.state.audit.doneBefore(by, 'user.deleted', null) ?? null
    if (this.#isBuried() && wasDone !== null) return true
    return this.#administer((state) => {
      bury(state, by, Date.now())
      return true
    }, false)
  }

  /** The user's configuration as a sealed bundle; null where there is no such user. */
  exported(by: Admin): string | null {
    return this.#administer((state) => {
      state.audit.record(by, 'user.exported', null)
      return snapshotOf(this.#userId, state)
    }, null)
  }

  /**
   * At most `limit` lines of the audit after line number `after`, also of a user who was deleted; null where there never was
   * one.
   */
  auditAfter(after: number, limit: number): AuditPage | null {
    const user = this.#any()
    return user === null ? null : pageOf(user.state.audit, after, limit)
  }

  /**
   * Makes the user anew from a snapshot (JSON), where the object's own storage is gone. A user who is there is newer than any
   * snapshot and is `kept`; a tombstone stays (`deleted`), and a snapshot of a deleted user leaves one. `unreadable`: no
   * snapshot, or another user's.
   */
  restore(source: string, how: 'user.restored' | 'user.imported', by: Admin): RestoreResult {
    const snapshot = parseSnapshot(source)
    if (snapshot === null || snapshot.user_id !== this.#userId) return 'unreadable'
    if (this.#isBuried()) return 'deleted'
    if (this.#user !== null) return 'kept'
    this.#atomically(() => {
      this.#user = this.#wake()
      restoreFrom(this.#user.state, snapshot, Date.now())
      recordRestoration(this.#user.state, snapshot, how, by)
      this.#user.chores.snapshotLater()
    })
    return snapshot.deleted ? 'deleted' : 'restored'
  }

  /** How many of the user's secrets do not open here; null where there is no user, or no vault. */
  async unreadable(): Promise<number | null> {
    const user = this.#living()
    const vault = await this.#openVault()
    if (user === null || vault === null) return null
    return (await unreadableOf(user.state, vault, this.#userId)).size
  }

  /**
   * Seals every secret with the current VAULT_KEY. Answers how many were `resealed` and how many are `unreadable`; not `ok`
   * where there is no vault.
   */
  async reseal(by: Admin): Promise<ResealResult> {
    const user = this.#living()
    const vault = await this.#openVault()
    if (user === null || vault === null) return { ok: vault !== null, resealed: 0, unreadable: 0 }
    const result = await resealAll(user.state, vault, this.#userId, by)
    if (user.state.profile.snapshotDue()) user.chores.snapshotLater()
    return result
  }

  /**
   * What would become of a request for this model now, credential by credential; changes nothing. Null where there is no such
   * user.
   */
  async explain(model: string, session: string | null): Promise<Explanation | null> {
    const user = this.#living()
    if (user === null) return null
    const unreadable = await unreadableOf(user.state, await this.#openVault(), this.#userId)
    const now = Date.now()
    const { credentials, tokens } = user.state
    // A sealed credential still serves while its access token is held and good.
    const idle = credentials.all().filter((one) => tokens.current(one, now) === undefined)
    const sealed = idle.map(({ id }) => id).filter((id) => unreadable.has(id))
    return explain(user.state, { model, session }, new Set(sealed), now)
  }

  /** Whether responses and conversations of this user's clients may be stored; false where there is no such user. */
  stores(): boolean {
    return this.#living()?.state.profile.settings.storeResponses ?? false
  }

  /**
   * Which models and upstreams this user's requests can reach; `ok: false` with the reason where this key may not use the
   * service.
   */
  reach(keyDigest: string): Reach {
    const user = this.#living()
    return user === null
      ? { ok: false, reason: 'unknown_user' }
      : reachOf(user.state, keyDigest, Date.now())
  }

  /** What the holder of this key may know of it: limits, use, how the ring stands. Null where there is no such user. */
  keyInfo(keyDigest: string): KeyInfo | null {
    const user = this.#living()
    return user === null ? null : keyInfo(this.#userId, user.state, keyDigest, Date.now())
  }

  /** Moves the cursor to the next credential that is not in quarantine. Idempotent by the admin's operation. */
  rotate(by: Admin): RotateResult {
    const unknown = { ok: false, reason: 'unknown_user' } as const
    return this.#administer<RotateResult>((state) => rotate(state, by, Date.now()), unknown)
  }

  /** All that may be known about this user's ring and counters; null where there is no such user. Never waits on Google. */
  stats(): Stats | null {
    const user = this.#living()
    if (user === null) return null
    const { state, chores } = user
    const now = Date.now()
    state.ledger.sweep(now)
    chores.flush() // what is shown is on disk
    return buildStats(this.#userId, state, now)
  }

  /** What this user used in spans of time; null where there is no such user. */
  usage(query: UsageQuery): UsageTold | null {
    const user = this.#living()
    if (user === null) return null
    const now = Date.now()
    user.state.ledger.sweep(now)
    user.chores.flush() // what is shown is on disk
    return usageOf(this.#userId, user.state, query, now)
  }

  /** The newest requests after one of this number; null where there is no such user. */
  recentRequests(
    after: number,
    limit: number,
  ): { readonly requests: readonly RequestEntry[]; readonly last: number } | null {
    const user = this.#living()
    if (user === null) return null
    const { ledger } = user.state
    ledger.sweep(Date.now())
    user.chores.flush() // what is shown is on disk
    return { requests: ledger.recent.read(after, limit), last: ledger.recent.last }
  }

  override async alarm(): Promise<void> {
    await this.#user?.chores.alarm(this.#userId, this.env)
  }

  #administer<T>(act: (state: UserState) => T, otherwise: T): T {
    const user = this.#living()
    if (user === null) return otherwise
    const result = this.#atomically(() => act(user.state))
    if (user.state.profile.snapshotDue()) user.chores.snapshotLater()
    user.chores.pushLater()
    return result
  }

  /**
   * Does an act and writes its line in the audit: both, or neither. If it throws, memory may hold half of the act, so the
   * object is thrown away with it.
   */
  #atomically<T>(act: () => T): T {
    try {
      return this.ctx.storage.transactionSync(act)
    } catch (error) {
      this.ctx.abort('An admin act could not be written whole.')
      throw error
    }
  }

  /** The user; null for one who was deleted, of whom only reports of attempts are still taken. */
  #living(): Awake | null {
    return this.#isBuried() ? null : this.#user
  }

  #isBuried(): boolean {
    return this.#any()?.state.profile.isDeleted === true
  }

  /** The user, deleted or not. Null for a key that nobody configured; that can be said without knowing whose object this is. */
  #any(): Awake | null {
    if (this.#knownId === null && isConfigured(this.ctx.storage.sql)) this.#refuse()
    return this.#user
  }

  get #userId(): string {
    return this.#knownId ?? this.#refuse()
  }

  /** This instance was woken by its id and will never know its user; the next one, woken by name, does. */
  #refuse(): never {
    // Ends the instance only after the answer: one that ends at once cannot tell the caller to repeat the call.
    this.ctx.waitUntil(scheduler.wait(1).then(() => this.ctx.abort('It was woken by its id.')))
    throw nameless()
  }

  #made(by: Admin, fields: readonly string[]): Awake {
    this.#user = this.#wake()
    this.#user.state.audit.record(by, 'user.created', null, { fields })
    const settings = readSettings(this.env)
    if (settings.ok && Object.keys(settings.settings.defaultLimits).length > 0) {
      this.#user.state.profile.changeSettings({ limits: settings.settings.defaultLimits })
    }
    return this.#user
  }

  #wake(): Awake {
    const settings = readSettings(this.env)
    if (!settings.ok) throw new Error(settings.message) // the Worker refuses every request before it comes here
    migrate(this.ctx.storage, Date.now(), this.#userId)
    const state = loadState({
      sql: this.ctx.storage.sql,
      userId: this.#userId,
      settings: settings.settings,
      vault: () => this.#openVault(),
    })
    const chores = new Chores(this.ctx, state, settings.settings.totalsPushMs)
    const lending = new Lending(state, chores, (work) => this.ctx.waitUntil(work))
    return { state, chores, lending }
  }

  #openVault(): Promise<Vault | null> {
    this.#vault ??= openVault(this.env.VAULT_KEY)
    return this.#vault
  }
}
