import { DAY_MS } from '../json/time.ts'
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
import { takeOver } from './admin/taking-over.ts'
import type { Admin } from './audit/audit.ts'
import type { CredentialInput } from './ring/credential.ts'
import type { CredentialPatch } from './ring/credentials.ts'
import { describeUser } from './views/description.ts'
import type { CredentialDescription, UserDescription } from '../wire/user.ts'
import { Home } from './home.ts'
import { type ResealResult, resealAll } from './recovery/reseal.ts'
import { recordRestoration, restoreFrom } from './recovery/restoration.ts'
import type {
  CreateResult,
  PutCredentialResult,
  PutCredentialsResult,
  PutRefused,
  ReplaceKeyResult,
  RestoreResult,
  RotateResult,
  VerifyResult,
} from './rpc-results.ts'
import { parseSnapshot, snapshotOf } from './recovery/snapshot.ts'
import type { Shared } from './config/profile.ts'
import type { NewKey } from './config/user-keys.ts'
import type { SettingsChange } from './config/user-settings.ts'
import { releaseVerified, verifyStored } from './admin/verification.ts'

/**
 * If making a user is repeated, another key is minted. The client may hold the first one, so it stays valid for so
 * long.
 */
const REPEATED_GRACE_MS = DAY_MS

/**
 * The acts of admins on one user. Each act is done completely and has its line in the audit, or is not done. Expected
 * outcomes are values; whatever is thrown is a bug.
 */
export class AdministeredUser extends DurableObject<Env> {
  /** Over RPC callers can reach an object's methods, but none of its properties. */
  protected readonly home: Home

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    this.home = new Home(ctx, env)
  }

  /**
   * Adds a credential at the end of the ring, or updates a known one in place. `creates`: makes the user too, if
   * there is none. PutCredentialResult says why it was refused (no vault, ring full, user unknown or deleted).
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
   * Adds credentials to the ring of an existing user, in order, with a result for each. Those beyond the limit are
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
    const vault = await this.home.openVault()
    if (vault === null) return { ok: false, reason: 'vault_not_configured' }
    const sealed = await Promise.all(inputs.map((input) => seal(input, this.home.userId, vault)))

    // No await from here on: checks and writes are one step.
    const refusedNow = this.#whyNoPut(creates)
    if (refusedNow !== null) return refusedNow
    return this.home.atomically(() => {
      const user = this.home.user ?? this.home.make(by, [])
      const results = sealed.map((one) => addCredential(user.state, one, maxCredentials, by))
      user.chores.snapshotLater()
      return { ok: true, results }
    })
  }

  #whyNoPut(creates: boolean): PutRefused | null {
    if (this.home.isBuried()) return { ok: false, reason: 'user_deleted' }
    return this.home.user === null && !creates ? { ok: false, reason: 'unknown_user' } : null
  }

  /**
   * Makes a user without credentials. `key`: the minted key; null if an admin chose it. `user_exists` and
   * `user_deleted` are values. A repetition of the same operation gets the first answer.
   */
  create(settings: SettingsChange, key: NewKey | null, by: Admin): CreateResult {
    if (this.home.isBuried()) return { ok: false, reason: 'user_deleted' }
    const known = this.home.user?.state
    if (known !== undefined && known.audit.doneBefore(by, 'user.created', null) === null) {
      return { ok: false, reason: 'user_exists' }
    }
    const userId = this.home.userId
    // All or nothing: a user without the key could not be used.
    return this.home.atomically(() => {
      const { state, chores } = this.home.user ?? this.home.make(by, namesOf(settings))
      // A repetition. The first answer may have arrived after all, so its key may be in use and stays valid for a
      // while.
      const graceMs = known === undefined ? 0 : REPEATED_GRACE_MS
      if (key !== null) giveKey(state, key, graceMs, by, Date.now())
      chores.snapshotLater()
      if (known !== undefined) return { ok: true, user: describeUser(userId, state) }
      return { ok: true, user: changeSettings(state, userId, settings) }
    })
  }

  /**
   * Makes this the user's current key; earlier keys end `graceMs` (milliseconds) from now. A repetition changes
   * nothing. `too_many_keys`: too many would be valid at the same time.
   */
  replaceKey(key: NewKey, graceMs: number, by: Admin): ReplaceKeyResult {
    const unknown = { ok: false, reason: 'unknown_user' } as const
    return this.home.administer<ReplaceKeyResult>((state) => {
      const now = Date.now()
      if (!giveKey(state, key, graceMs, by, now)) return { ok: false, reason: 'too_many_keys' }
      const [, previous] = state.keys.valid(now)
      const user = describeUser(this.home.userId, state)
      return { ok: true, user, previousEndsAt: previous?.endsAt ?? now }
    }, unknown)
  }

  /** Takes over what an admin set for many users. Of an older version nothing, so it may be sent twice. */
  share(shared: Shared): void {
    this.home.administer((state) => takeOver(state, shared), undefined)
  }

  /**
   * Resolves when the directory says of this user what holds now, so that admins see their own acts in lists. To be
   * called after each act; the alarm makes up for a Worker that died before.
   */
  tellDirectory(): Promise<void> {
    return this.home.entry.tell(this.home.any()?.state ?? null)
  }

  /** Changes the settings that `change` names, and returns the whole configuration; null if there is no such user. */
  configure(change: SettingsChange, by: Admin): UserDescription | null {
    return this.home.administer((state) => configure(state, this.home.userId, change, by), null)
  }

  /**
   * Only this credential serves until `until` (epoch milliseconds). Null if there is no credential with this id, or
   * no such user.
   */
  pin(credentialId: string, until: number, by: Admin): UserDescription | null {
    const target = { credentialId, until }
    return this.home.administer((state) => pin(state, this.home.userId, target, by), null)
  }

  /**
   * Changes those fields of a credential that can change without its secret. Null if there is no credential with this
   * id.
   */
  patchCredential(id: string, patch: CredentialPatch, by: Admin): CredentialDescription | null {
    return this.home.administer((state) => patchCredential(state, id, patch, by), null)
  }

  /** Removes a credential for good: the very next request no longer gets it. False if there is none with this id. */
  removeCredential(id: string, by: Admin): boolean {
    return this.home.administer((state) => removeCredential(state, id, by), false)
  }

  /**
   * Forgets everything held against a credential: quarantine, closed buckets, model faults. Null if there is none
   * with this id.
   */
  resetCredential(id: string, by: Admin): CredentialDescription | null {
    return this.home.administer((state) => resetCredential(state, id, by), null)
  }

  /**
   * Checks a credential with Google, without generating. One that Google accepts leaves quarantine. Both acts are in
   * the audit. Values say why nothing was asked: `credential_not_found`, `vault_not_configured`.
   */
  async verifyCredential(id: string, depth: Depth, by: Admin): Promise<VerifyResult> {
    const user = this.home.living()
    const settings = readSettings(this.env)
    const vault = await this.home.openVault()
    if (user === null || !settings.ok) return { ok: false, reason: 'credential_not_found' }
    if (vault === null) return { ok: false, reason: 'vault_not_configured' }
    const before = user.state.credentials.get(id)
    const verification = await verifyStored(user.state, id, depth, {
      vault,
      userId: this.home.userId,
      settings: settings.settings,
    })
    if (verification === null) return { ok: false, reason: 'credential_not_found' }
    const { verdict, reason, checked } = verification
    user.state.audit.record(by, 'credential.verified', id, { verdict, reason, checked })
    if (verdict === 'works') releaseVerified(user.state, id, before, by)
    return { ok: true, verification }
  }

  /**
   * Puts the cursor where it stood in another gateway, and records what was counted there. False if there is no such
   * user.
   */
  movedIn(from: MovedIn, by: Admin): boolean {
    return this.home.administer((state) => movedIn(state, from, by), false)
  }

  /** Puts the ring into this order; false if it does not name each credential exactly once. */
  reorder(ids: readonly string[], by: Admin): boolean {
    return this.home.administer((state) => reorder(state, ids, by), false)
  }

  /** Moves the cursor to the next credential that is not in quarantine. Idempotent by the admin's operation. */
  rotate(by: Admin): RotateResult {
    const unknown = { ok: false, reason: 'unknown_user' } as const
    return this.home.administer<RotateResult>((state) => rotate(state, by, Date.now()), unknown)
  }

  /**
   * Deletes the user for good. The object keeps a tombstone, so that no snapshot can bring the user back. False if
   * there is no such user; a repetition returns true again.
   */
  bury(by: Admin): boolean {
    const wasDone = this.home.user?.state.audit.doneBefore(by, 'user.deleted', null) ?? null
    if (this.home.isBuried() && wasDone !== null) return true
    return this.home.administer((state) => {
      bury(state, by, Date.now())
      return true
    }, false)
  }

  /** The user's configuration as a sealed bundle; null if there is no such user. */
  exported(by: Admin): string | null {
    return this.home.administer((state) => {
      state.audit.record(by, 'user.exported', null)
      return snapshotOf(this.home.userId, state)
    }, null)
  }

  /**
   * Makes the user anew from a snapshot (JSON), if the object's own storage is gone. An existing user is newer than
   * any snapshot and is `kept`. A tombstone stays (`deleted`), and a snapshot of a deleted user leaves one.
   * `unreadable`: not a snapshot, or another user's.
   */
  restore(source: string, how: 'user.restored' | 'user.imported', by: Admin): RestoreResult {
    const snapshot = parseSnapshot(source)
    if (snapshot === null || snapshot.user_id !== this.home.userId) return 'unreadable'
    if (this.home.isBuried()) return 'deleted'
    if (this.home.user !== null) return 'kept'
    this.home.atomically(() => {
      const user = this.home.wake()
      restoreFrom(user.state, snapshot, Date.now())
      recordRestoration(user.state, snapshot, how, by)
      user.chores.snapshotLater()
    })
    return snapshot.deleted ? 'deleted' : 'restored'
  }

  /**
   * Seals every secret with the current VAULT_KEY. Returns how many were `resealed` and how many are `unreadable`;
   * not `ok` if there is no vault.
   */
  async reseal(by: Admin): Promise<ResealResult> {
    const user = this.home.living()
    const vault = await this.home.openVault()
    if (user === null || vault === null) return { ok: vault !== null, resealed: 0, unreadable: 0 }
    const result = await resealAll(user.state, vault, this.home.userId, by)
    if (user.state.profile.snapshotDue()) user.chores.snapshotLater()
    return result
  }
}
