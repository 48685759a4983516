import { readSettings } from '../settings.ts'
import type { Admin } from './audit/audit.ts'
import { Chores } from './chores.ts'
import { nameless, userIdIn } from './identity.ts'
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
 * Where one user lives: who the object is, whether the user is there, and how everything of theirs is woken. What the object's
 * own methods share, and no caller can reach.
 */
export class Home {
  readonly #ctx: DurableObjectState
  readonly #env: Env
  readonly #knownId: string | null
  /** Null before the user is configured. A key that nobody has wakes an object too, and must not leave a table behind. */
  #user: Awake | null = null
  #vault: Promise<Vault | null> | null = null

  constructor(ctx: DurableObjectState, env: Env) {
    this.#ctx = ctx
    this.#env = env
    this.#knownId = userIdIn(ctx, env.USERS)
    if (this.#knownId === null || !isConfigured(ctx.storage.sql)) return
    const user = this.wake()
    // After an upgrade or a failed alarm the snapshot is behind: it is written now, and does not wait for the next change.
    if (user.state.profile.snapshotDue()) user.chores.snapshotLater()
  }

  /** The user, deleted or not, without the look at whose object this is that `any` takes. */
  get user(): Awake | null {
    return this.#user
  }

  /** The user, deleted or not. Null for a key that nobody configured; that can be said without knowing whose object this is. */
  any(): Awake | null {
    if (this.#knownId === null && isConfigured(this.#ctx.storage.sql)) this.#refuse()
    return this.#user
  }

  /** The user; null for one who was deleted, of whom only reports of attempts are still taken. */
  living(): Awake | null {
    return this.isBuried() ? null : this.#user
  }

  /** Whether the user was deleted; only a tombstone is left. */
  isBuried(): boolean {
    return this.any()?.state.profile.isDeleted === true
  }

  /** Throws where the object was woken by its id: nothing may be written for a user whose name is not known. */
  get userId(): string {
    return this.#knownId ?? this.#refuse()
  }

  /** Does an act on the user atomically, and sees to the snapshot and the totals; `otherwise` where there is no such user. */
  administer<T>(act: (state: UserState) => T, otherwise: T): T {
    const user = this.living()
    if (user === null) return otherwise
    const result = this.atomically(() => act(user.state))
    if (user.state.profile.snapshotDue()) user.chores.snapshotLater()
    user.chores.pushLater()
    return result
  }

  /**
   * Does an act and writes its line in the audit: both, or neither. If it throws, memory may hold half of the act, so the
   * object is thrown away with it.
   */
  atomically<T>(act: () => T): T {
    try {
      return this.#ctx.storage.transactionSync(act)
    } catch (error) {
      this.#ctx.abort('An admin act could not be written whole.')
      throw error
    }
  }

  /** Makes the user, with the limits of new ones. To be called within `atomically`. */
  make(by: Admin, fields: readonly string[]): Awake {
    const user = this.wake()
    user.state.audit.record(by, 'user.created', null, { fields })
    const settings = readSettings(this.#env)
    if (settings.ok && Object.keys(settings.settings.defaultLimits).length > 0) {
      user.state.profile.changeSettings({ limits: settings.settings.defaultLimits })
    }
    return user
  }

  /** Reads all that is stored of the user, who is there from now on; makes the tables where there are none. */
  wake(): Awake {
    const settings = readSettings(this.#env)
    if (!settings.ok) throw new Error(settings.message) // the Worker refuses every request before it comes here
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

  /** The vault of VAULT_KEY, opened once; null where none is configured. */
  openVault(): Promise<Vault | null> {
    this.#vault ??= openVault(this.#env.VAULT_KEY)
    return this.#vault
  }

  /** This instance was woken by its id and will never know its user; the next one, woken by name, does. */
  #refuse(): never {
    // Ends the instance only after the answer: one that ends at once cannot tell the caller to repeat the call.
    this.#ctx.waitUntil(scheduler.wait(1).then(() => this.#ctx.abort('It was woken by its id.')))
    throw nameless()
  }
}
