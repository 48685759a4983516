import { readSettings } from '../settings.ts'
import type { Admin } from './audit/audit.ts'
import { Chores } from './chores.ts'
import { DIRECTORY_NAME } from './directory.ts'
import { OwnEntry } from './directory/own-entry.ts'
import { refuseNameless, userIdIn } from './identity.ts'
import { Lending } from './leasing/lending.ts'
import { loadState, type UserState } from './state.ts'
import { isConfigured, migrate } from './storage.ts'
import { type Vault, openVault } from './secrets/vault.ts'

interface Awake {
  readonly state: UserState
  readonly chores: Chores
  readonly lending: Lending
}

/**
 * Where one user lives: which user the object belongs to, whether that user exists, and how everything of theirs is
 * loaded. The object's RPC methods share it, and no caller can reach it.
 */
export class Home {
  readonly #ctx: DurableObjectState
  readonly #env: Env
  readonly #knownId: string | null
  readonly entry: OwnEntry
  /** Null before the user is configured. Even an unknown key wakes an object, and must not leave tables behind. */
  #user: Awake | null = null
  #vault: Promise<Vault | null> | null = null

  constructor(ctx: DurableObjectState, env: Env) {
    this.#ctx = ctx
    this.#env = env
    this.#knownId = userIdIn(ctx, env.USERS)
    this.entry = new OwnEntry(
      () => this.userId,
      () => env.DIRECTORY.getByName(DIRECTORY_NAME),
    )
    if (this.#knownId === null || !isConfigured(ctx.storage.sql)) return
    this.wake().chores.goOn()
  }

  /** The user, deleted or not. Unlike `any`, it does not check whether the object's user is known. */
  get user(): Awake | null {
    return this.#user
  }

  /**
   * The user, deleted or not; null for a key that nobody configured. Throws if the object has a user but was woken by
   * its id.
   */
  any(): Awake | null {
    if (this.#knownId === null && isConfigured(this.#ctx.storage.sql)) this.#refuse()
    return this.#user
  }

  /** The user; null if deleted. Of a deleted user only reports of attempts are still accepted. */
  living(): Awake | null {
    return this.isBuried() ? null : this.#user
  }

  /** Whether the user was deleted. Only a tombstone is left then. */
  isBuried(): boolean {
    return this.any()?.state.profile.isDeleted === true
  }

  /** Throws if the object was woken by its id: nothing may be written for a user whose name is not known. */
  get userId(): string {
    return this.#knownId ?? this.#refuse()
  }

  /**
   * Does an act on the user atomically, then has the snapshot and the totals updated. Returns `otherwise` if there is
   * no such user.
   */
  administer<T>(act: (state: UserState) => T, otherwise: T): T {
    const user = this.living()
    if (user === null) return otherwise
    const result = this.atomically(() => act(user.state))
    if (user.state.profile.snapshotDue()) user.chores.snapshotLater()
    user.chores.pushLater()
    return result
  }

  /**
   * Does an act and writes its line into the audit: both or neither. If it throws, memory may hold half of the act,
   * so the object is aborted.
   */
  atomically<T>(act: () => T): T {
    try {
      return this.#ctx.storage.transactionSync(act)
    } catch (error) {
      this.#ctx.abort('An admin act could not be written whole.')
      throw error
    }
  }

  /** Makes the user with the limits of new users. To be called within `atomically`. */
  make(by: Admin, fields: readonly string[]): Awake {
    const user = this.wake()
    user.state.audit.record(by, 'user.created', null, { fields })
    const settings = readSettings(this.#env)
    if (settings.ok && Object.keys(settings.settings.defaultLimits).length > 0) {
      user.state.profile.changeSettings({ limits: settings.settings.defaultLimits })
    }
    return user
  }

  /** Loads everything that is stored of the user, who exists from then on. Makes the tables if there are none. */
  wake(): Awake {
    const settings = readSettings(this.#env)
    if (!settings.ok) throw new Error(settings.message) // the Worker has refused the request before it comes here
    migrate(this.#ctx.storage, Date.now(), this.userId)
    const state = loadState({
      sql: this.#ctx.storage.sql,
      userId: this.userId,
      settings: settings.settings,
      vault: () => this.openVault(),
    })
    const chores = new Chores(this.#ctx, state, settings.settings.totalsPushMs)
    const lending = new Lending(state, chores, (work) => this.#ctx.waitUntil(work))
    this.#user = { state, chores, lending }
    return this.#user
  }

  /** The vault of VAULT_KEY, opened only once; null if none is configured. */
  openVault(): Promise<Vault | null> {
    this.#vault ??= openVault(this.#env.VAULT_KEY)
    return this.#vault
  }

  #refuse(): never {
    return refuseNameless(this.#ctx)
  }
}
