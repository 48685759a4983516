import { DurableObject } from 'cloudflare:workers'
import { readSettings } from '../settings.ts'
import {
  bury,
  patchCredential,
  removeCredential,
  reorder,
  resetCredential,
} from './administration.ts'
import type { Depth } from '../upstreams/verify.ts'
import type { HeldToken } from './access-tokens.ts'
import { Chores } from './chores.ts'
import { follow } from './consequences.ts'
import { credentialId, type CredentialInput } from './credential.ts'
import type { CredentialPatch } from './credentials.ts'
import { type CredentialDescription, describeUser, type UserDescription } from './description.ts'
import { explain, type Explanation } from './explanation.ts'
import { grant } from './grant.ts'
import { keyInfo, type KeyInfo } from './key-info.ts'
import type { LeaseRequest, LeaseResult, Settled, Settlement } from './lease.ts'
import { type Reach, reachOf } from './reach.ts'
import { resealAll, type ResealResult } from './reseal.ts'
import { restoreFrom } from './restoration.ts'
import type {
  CreateResult,
  PutCredentialResult,
  ReplaceKeyResult,
  RestoreResult,
  RotateResult,
  VerifyResult,
} from './results.ts'
import { nextActive } from './ring.ts'
import { parseSnapshot, snapshotOf } from './snapshot.ts'
import { principalOf } from './standing.ts'
import { admissionTo, loadState, ringOf, type UserState } from './state.ts'
import { buildStats, type Stats } from './stats.ts'
import { isConfigured, migrate } from './storage.ts'
import type { NewKey } from './user-keys.ts'
import type { Admission, SettingsChange } from './user-settings.ts'
import { openVault, type Vault } from './vault.ts'
import { verifyStored } from './verification.ts'

interface Awake {
  readonly state: UserState
  readonly chores: Chores
}

/**
 * One user: the single writer of the ring and its cursor, sealed credentials, access tokens, quota buckets and the lease ledger.
 * It decides and counts; prompts and completions never enter it. Every decision is one synchronous step: read, decide, write,
 * with no await between, so none can interleave with another.
 *
 * Every public method is an RPC method. Expected outcomes are values; what is thrown is a bug.
 */
export class UserObject extends DurableObject<Env> {
  readonly #userId: string
  /** Null for a key that nobody configured: it wakes an object too, which must not leave a table behind. */
  #user: Awake | null = null
  #vault: Promise<Vault | null> | null = null

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    this.#userId = ctx.id.name ?? ctx.id.toString()
    if (isConfigured(ctx.storage.sql)) this.#user = this.#wake()
  }

  /** Whether this user exists, and whoever presents this key may use the service. */
  admission(keyDigest: string): Admission {
    const user = this.#living()
    return user === null ? 'unknown_user' : admissionTo(user.state, keyDigest, Date.now())
  }

  /** Permission for the first attempt of a request. Asked for again, it gives the same lease while that is open. */
  async lease(request: LeaseRequest): Promise<LeaseResult> {
    const user = this.#living()
    if (user === null) return { ok: false, reason: 'unknown_user' }
    const result = await this.#grant(user, request)
    if (!result.ok) {
      user.state.ledger.requestEnded(request.requestId, 'refused')
      this.ctx.waitUntil(user.chores.flushSoon())
    }
    return result
  }

  /** Takes the report of an attempt, and answers once it is on disk. Idempotent by lease id. */
  async settle(settlement: Settlement): Promise<Settled> {
    if (this.#user === null) return { counted: false }
    const counted = settleIn(this.#user.state, settlement)
    await this.#user.chores.flushSoon()
    return { counted }
  }

  /** Reports an attempt that failed and asks for the request's next one in the same round trip. Idempotent by lease id and attempt. */
  async settleAndLease(settlement: Settlement, request: LeaseRequest): Promise<LeaseResult> {
    if (this.#user === null) return { ok: false, reason: 'unknown_user' }
    const counted = settleIn(this.#user.state, settlement)
    // The client waits for this one, so the window is not waited for; the answer is held until the commit all the same.
    this.#user.chores.flush()
    // A user deleted meanwhile is lent nothing, but what was used still counts.
    const user = this.#living()
    const result: LeaseResult =
      user === null ? { ok: false, reason: 'unknown_user' } : await this.#grant(user, request)
    if (!result.ok && counted) {
      this.#user.state.ledger.requestEnded(request.requestId, 'failed')
      this.#user.chores.flush()
    }
    return result
  }

  /** Adds a credential at the end of the ring, or updates a known one in place. `creates`: also the user, where there is none. */
  async putCredential(input: CredentialInput, creates: boolean): Promise<PutCredentialResult> {
    const settings = readSettings(this.env)
    if (!settings.ok) return { ok: false, reason: 'misconfigured' }
    if (this.#isBuried()) return { ok: false, reason: 'user_deleted' }
    const vault = await this.#openVault()
    if (vault === null) return { ok: false, reason: 'vault_not_configured' }
    const userId = this.#userId
    const id = await credentialId(userId, input.secret)
    const owner = { userId, credentialId: id, purpose: 'secret' } as const
    const sealed = await vault.seal(JSON.stringify(input.secret), owner)

    // From here on without await: the checks and the write are one step.
    if (this.#isBuried()) return { ok: false, reason: 'user_deleted' }
    if (this.#user === null && !creates) return { ok: false, reason: 'unknown_user' }
    const known = this.#user?.state.credentials.get(id) !== undefined
    const count = this.#user?.state.credentials.all().length ?? 0
    if (!known && count >= settings.settings.maxCredentials) {
      return { ok: false, reason: 'ring_full', count }
    }
    this.#user ??= this.#wake()
    const { profile, credentials, buckets, faults, tokens } = this.#user.state
    credentials.put(id, input, sealed, Date.now())
    buckets.clear(id)
    faults.clear(id)
    tokens.secretChanged(id)
    if (profile.cursor === null) profile.moveCursor(id)
    profile.configChanged()
    this.#user.chores.snapshotLater()
    const credential = credentials.get(id)
    if (credential === undefined) throw new Error('The credential just written is not there.')
    const ring = credentials.all()
    const principal = principalOf(credential)
    const sharesQuotaWith = ring
      .filter((other) => other.id !== id && principalOf(other) === principal)
      .map((other) => other.id)
    return { ok: true, credential, created: !known, count: ring.length, sharesQuotaWith }
  }

  /** Makes a user without credentials. `key`: the one that was minted; null where an admin chose it. */
  create(settings: SettingsChange, key: NewKey | null): CreateResult {
    if (this.#isBuried()) return { ok: false, reason: 'user_deleted' }
    const known = this.#user?.state
    if (known !== undefined) {
      // Asked for again: the answer was lost on the way, and nobody else can have this key.
      const isAgain = key !== null && known.keys.isCurrent(key.digest)
      return isAgain
        ? { ok: true, user: describeUser(this.#userId, known) }
        : { ok: false, reason: 'user_exists' }
    }
    // Both or nothing: a user without the key could not be used.
    const user = this.ctx.storage.transactionSync(() => {
      const made = this.#wake()
      if (key !== null) made.state.keys.replace(key, 0, Date.now())
      return made
    })
    this.#user = user
    return { ok: true, user: this.#configured(user, settings) }
  }

  /** Makes this the user's key; earlier ones end with the grace. Asked for again, it changes nothing. */
  replaceKey(key: NewKey, graceMs: number): ReplaceKeyResult {
    const user = this.#living()
    if (user === null) return { ok: false, reason: 'unknown_user' }
    const now = Date.now()
    const { keys, profile } = user.state
    if (!keys.isCurrent(key.digest)) {
      if (!keys.replace(key, graceMs, now)) return { ok: false, reason: 'too_many_keys' }
      profile.configChanged()
      user.chores.snapshotLater()
    }
    const [, previous] = keys.valid(now)
    const description = describeUser(this.#userId, user.state)
    return { ok: true, user: description, previousEndsAt: previous?.endsAt ?? now }
  }

  /** The user's configuration; null where there is no such user. */
  describe(): UserDescription | null {
    const user = this.#living()
    return user === null ? null : describeUser(this.#userId, user.state)
  }

  /** Changes some of the user's settings and answers all of the configuration. */
  configure(change: SettingsChange): UserDescription | null {
    const user = this.#living()
    return user === null ? null : this.#configured(user, change)
  }

  /** Only this credential serves until then (epoch milliseconds); null where there is none of that id. */
  pin(credentialId: string, until: number): UserDescription | null {
    return this.#administer((state) => {
      if (state.credentials.get(credentialId) === undefined) return null
      state.profile.changeSettings({ pin: { credentialId, until } })
      state.profile.configChanged()
      return describeUser(this.#userId, state)
    }, null)
  }

  /** Changes what may be changed of a credential without its secret; null where there is none of that id. */
  patchCredential(id: string, patch: CredentialPatch): CredentialDescription | null {
    return this.#administer((state) => patchCredential(state, id, patch), null)
  }

  /** Takes a credential out: it is refused to the very next request. */
  removeCredential(id: string): boolean {
    return this.#administer((state) => removeCredential(state, id), false)
  }

  /** Forgets what is held against a credential. */
  resetCredential(id: string): CredentialDescription | null {
    return this.#administer((state) => resetCredential(state, id), null)
  }

  /** Asks Google about a credential without generating. Changes nothing here. */
  async verifyCredential(id: string, depth: Depth): Promise<VerifyResult> {
    const user = this.#living()
    const settings = readSettings(this.env)
    const vault = await this.#openVault()
    if (user === null || !settings.ok) return { ok: false, reason: 'credential_not_found' }
    if (vault === null) return { ok: false, reason: 'vault_not_configured' }
    const verification = await verifyStored(user.state, id, depth, {
      vault,
      userId: this.#userId,
      settings: settings.settings,
    })
    return verification === null
      ? { ok: false, reason: 'credential_not_found' }
      : { ok: true, verification }
  }

  /** Which access tokens are held, and until when. */
  heldTokens(): readonly HeldToken[] | null {
    const user = this.#living()
    return user === null
      ? null
      : user.state.tokens.overview(user.state.credentials.all(), Date.now())
  }

  /** Puts the ring in this order; false where it does not name each credential once. */
  reorder(ids: readonly string[]): boolean {
    return this.#administer((state) => reorder(state, ids), false)
  }

  /** Deletes the user, for good: the object keeps a tombstone. */
  bury(): boolean {
    return this.#administer((state) => {
      bury(state, Date.now())
      return true
    }, false)
  }

  /** The user's configuration as a sealed bundle; null where there is no such user. */
  exported(): string | null {
    const user = this.#living()
    return user === null ? null : snapshotOf(this.#userId, user.state)
  }

  /**
   * Makes the user anew from a snapshot, where its own storage is gone. Never over a user that is there, whose state is newer
   * by definition, nor over a tombstone; a snapshot of a deleted user leaves one.
   */
  restore(source: string): RestoreResult {
    const snapshot = parseSnapshot(source)
    if (snapshot === null || snapshot.user_id !== this.#userId) return 'unreadable'
    if (this.#isBuried()) return 'deleted'
    if (this.#user !== null) return 'kept'
    // All of it or nothing: half a user could not be made again.
    this.#user = this.ctx.storage.transactionSync(() => {
      const user = this.#wake()
      restoreFrom(user.state, snapshot, Date.now())
      return user
    })
    this.#user.chores.snapshotLater()
    return snapshot.deleted ? 'deleted' : 'restored'
  }

  /** Seals every secret with the current VAULT_KEY; how many were sealed by another. */
  async reseal(): Promise<ResealResult> {
    const user = this.#living()
    const vault = await this.#openVault()
    if (user === null || vault === null) return { ok: vault !== null, resealed: 0, unreadable: 0 }
    const result = await resealAll(user.state, vault, this.#userId)
    if (user.state.profile.snapshotDue()) user.chores.snapshotLater()
    return result
  }

  /** What would become of a request for this model now; without any effect. */
  explain(model: string, session: string | null): Explanation | null {
    const user = this.#living()
    return user === null ? null : explain(user.state, model, session, Date.now())
  }

  /** What this user's requests can reach. */
  reach(keyDigest: string): Reach {
    const user = this.#living()
    return user === null
      ? { ok: false, reason: 'unknown_user' }
      : reachOf(user.state, keyDigest, Date.now())
  }

  /** What a user may know of the own key: limits, use, and how the ring stands. */
  keyInfo(keyDigest: string): KeyInfo | null {
    const user = this.#living()
    return user === null ? null : keyInfo(this.#userId, user.state, keyDigest, Date.now())
  }

  /** Moves the cursor one credential on, past those in quarantine. */
  rotate(): RotateResult {
    const user = this.#living()
    if (user === null) return { ok: false, reason: 'unknown_user' }
    const { profile } = user.state
    const from = profile.cursor
    if (from === null) return { ok: false, reason: 'no_credentials' }
    const to = nextActive(ringOf(user.state, Date.now()), from)
    if (to !== from) profile.rotate(to)
    return { ok: true, from, to }
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

  override async alarm(): Promise<void> {
    await this.#user?.chores.alarm(this.#userId, this.env.SNAPSHOTS)
  }

  #administer<T>(act: (state: UserState) => T, otherwise: T): T {
    const user = this.#living()
    if (user === null) return otherwise
    const result = act(user.state)
    if (user.state.profile.snapshotDue()) user.chores.snapshotLater()
    return result
  }

  #configured({ state, chores }: Awake, change: SettingsChange): UserDescription {
    state.profile.changeSettings(change)
    state.profile.configChanged()
    chores.snapshotLater()
    return describeUser(this.#userId, state)
  }

  /** The user, if there is one that was not deleted. Reports of attempts are taken of a deleted one too. */
  #living(): Awake | null {
    return this.#isBuried() ? null : this.#user
  }

  #isBuried(): boolean {
    return this.#user?.state.profile.isDeleted === true
  }

  #wake(): Awake {
    const settings = readSettings(this.env)
    if (!settings.ok) throw new Error(settings.message) // the Worker refuses every request before it comes here
    migrate(this.ctx.storage, Date.now())
    const state = loadState({
      sql: this.ctx.storage.sql,
      userId: this.#userId,
      settings: settings.settings,
      vault: () => this.#openVault(),
    })
    return { state, chores: new Chores(this.ctx, state) }
  }

  async #grant({ state, chores }: Awake, request: LeaseRequest): Promise<LeaseResult> {
    const result = await grant(state, request, (work) => this.ctx.waitUntil(work))
    if (result.ok) chores.checkpointLater()
    return result
  }

  #openVault(): Promise<Vault | null> {
    this.#vault ??= openVault(this.env.VAULT_KEY)
    return this.#vault
  }
}

function keepSignatures(state: UserState, { lease, signatures }: Settlement, now: number): void {
  const upstream = state.credentials.get(lease.credentialId)?.upstream
  if (signatures === undefined || upstream === undefined || state.profile.isDeleted) return
  state.signatures.keep(signatures, { model: lease.model, upstream }, now)
}

function settleIn(state: UserState, settlement: Settlement): boolean {
  const now = Date.now()
  const counted = state.ledger.settle(settlement, now)
  if (!counted) return false
  follow(state, settlement, now)
  keepSignatures(state, settlement, now)
  return true
}
