import { MINUTE_MS } from '../json/time.ts'
import { DurableObject } from 'cloudflare:workers'
import { type Card, type DirectoryEntry, People, type PeopleChanges } from './directory/people.ts'
import { type Attempted, type Begun, IdempotencyKeys } from './idempotency-keys.ts'
import { logError } from '../http/log.ts'
import type { Price } from '../wire/prices.ts'
import type { Shared } from './config/profile.ts'
import { type KeptPlan, type PlanGiven, Plans } from './directory/plans.ts'
import type { Admin } from './audit/audit.ts'
import { SharedSettings } from './directory/shared.ts'
import { SharedRecovery } from './directory/shared-snapshot.ts'
import { Witness } from './secrets/witness.ts'

/** How long until what could not be told or written is tried again. */
const RETELL_MS = 1000
const MAX_KEEP_DELAY_MS = 10 * MINUTE_MS

/** Name of the only directory. All admin acts meet there. */
export const DIRECTORY_NAME = 'directory'

/**
 * Which users exist. Admins can list them and see their own writes, and an unknown key is refused without waking an
 * object for it. Also records which admin acts were done under an Idempotency-Key. For clients' requests, an isolate
 * asks it only once about each chosen key.
 */
export class DirectoryObject extends DurableObject<Env> {
  readonly #people: People
  readonly #shared: SharedSettings
  readonly #plans: Plans
  readonly #keys: IdempotencyKeys
  readonly #witness: Witness
  readonly #recovery: SharedRecovery
  #keepFailures = 0

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    this.#people = new People(ctx.storage.sql)
    this.#shared = new SharedSettings(ctx.storage.sql)
    this.#plans = new Plans(ctx.storage.sql)
    this.#keys = new IdempotencyKeys(ctx.storage.sql)
    this.#witness = new Witness(ctx.storage.sql)
    this.#recovery = new SharedRecovery(ctx.storage.kv, this.#plans, this.#shared)
    if (this.#recovery.isDue) ctx.waitUntil(this.#comeBack())
  }

  /** Begins an admin act under an Idempotency-Key: whether to run it, to wait, or to answer as before (see Begun). */
  begin(attempted: Attempted): Begun {
    return this.#keys.begin(attempted, Date.now())
  }

  finish(key: string, operation: string, sealedAnswer: string): void {
    this.#keys.finish(key, operation, sealedAnswer)
  }

  release(key: string, operation: string): void {
    this.#keys.release(key, operation)
  }

  /**
   * Adds a user, or updates the card of a known one. `createdAt` in epoch milliseconds, in the past for a restored
   * user. Idempotent.
   */
  async register(userId: string, createdAt: number, card: Card): Promise<void> {
    const isNew = !this.has(userId)
    const planBefore = this.#plans.of(userId)
    this.#people.register(userId, createdAt, card)
    const plan = this.#plans.of(userId)
    if (plan !== null && plan !== planBefore) this.#shared.planGiven(userId)
    else if (!isNew || !this.#shared.tellLater(userId)) return
    await this.#tell()
  }

  /** What admins set for all users at once. */
  shared(): Shared {
    return this.#shared.current()
  }

  /**
   * Sets the prices that override the built-in list. Resolves when the first page of users has been told; an alarm
   * tells the rest.
   */
  async setPrices(prices: readonly Price[]): Promise<void> {
    this.#shared.setPrices(prices)
    this.#keepLater()
    await this.#tell()
  }

  plans(): readonly KeptPlan[] {
    return this.#plans.all()
  }

  /** Null if there is no plan of this name. */
  plan(name: string): KeptPlan | null {
    return this.#plans.get(name)
  }

  /**
   * Makes or changes a plan. Resolves when the first of its users know it; an alarm tells the rest. Null: there are
   * too many plans.
   */
  async putPlan(name: string, given: PlanGiven, by: Admin, max: number): Promise<KeptPlan | null> {
    if (!this.#plans.put(name, given, by, max)) return null
    this.#shared.planChanged(name)
    this.#keepLater()
    await this.#tell()
    return this.#plans.get(name)
  }

  /** Brings back plans and prices as far as there are none: what is there is newer than any snapshot. */
  async restoreShared(
    plans: readonly { readonly name: string; readonly given: PlanGiven }[],
    prices: readonly Price[],
    by: Admin,
    max: number,
  ): Promise<void> {
    for (const { name, given } of plans) {
      if (this.#plans.get(name) !== null) continue
      if (this.#plans.put(name, given, by, max)) this.#shared.planChanged(name)
    }
    if (prices.length > 0 && this.#shared.current().prices === undefined) {
      this.#shared.setPrices(prices)
    }
    this.#recovery.restored()
    this.#keepLater()
    await this.#tell()
  }

  /** Deletes a plan unless users have it. Returns how many do; null if there is no plan of this name. */
  deletePlan(name: string): number | null {
    const plan = this.#plans.get(name)
    if (plan?.users === 0) {
      this.#plans.delete(name)
      this.#keepLater()
    }
    return plan?.users ?? null
  }

  override async alarm(): Promise<void> {
    if (this.#recovery.isDue) await this.#keep()
    await this.#tell()
  }

  /** In the commit of the act: whatever becomes of this object, KV will have it. */
  #keepLater(): void {
    this.#recovery.changed()
    this.ctx.waitUntil(this.#comeBack())
  }

  #comeBack(ms = RETELL_MS): Promise<void> {
    return this.ctx.storage.setAlarm(Date.now() + ms)
  }

  async #keep(): Promise<void> {
    try {
      await this.#recovery.write(this.env.SNAPSHOTS)
      this.#keepFailures = 0
    } catch (error) {
      this.#keepFailures++
      logError('snapshot_failed', { error: String(error) })
    }
    const delay = Math.min(RETELL_MS * 2 ** this.#keepFailures, MAX_KEEP_DELAY_MS)
    if (this.#recovery.isDue) await this.#comeBack(delay)
  }

  /** Tells one page of users. An alarm tells those again who did not answer. */
  async #tell(): Promise<void> {
    const shared = this.#shared.current()
    await Promise.all(
      this.#shared.untold().map(async (userId) => {
        try {
          await this.env.USERS.getByName(userId).share({ ...shared, plan: this.#planOf(userId) })
          this.#shared.told(userId, shared.version ?? 0)
        } catch (error) {
          logError('share_failed', { user: userId, error: String(error) })
        }
      }),
    )
    if (this.#shared.untold().length > 0) await this.#comeBack()
  }

  #planOf(userId: string): NonNullable<Shared['plan']> | null {
    const name = this.#plans.of(userId)
    const plan = name === null ? null : this.#plans.get(name)
    return plan === null ? null : { name: plan.name, settings: plan.settings, by: plan.by }
  }

  /** The users with this label. At most two, which shows that the label is not unique. */
  named(label: string): readonly string[] {
    return this.#people.named(label)
  }

  /** Who was added, changed or removed after change number `seq`. */
  changesAfter(seq: number): PeopleChanges {
    return this.#people.changesAfter(seq)
  }

  /** Whether this user exists. */
  has(userId: string): boolean {
    return this.#people.has(userId)
  }

  /** Removes a user from the list. Idempotent. */
  remove(userId: string): void {
    this.#people.remove(userId)
  }

  /**
   * Whether VAULT_KEY is still the key that sealed the users' secrets. Without users nothing was sealed, so any valid
   * key is right.
   */
  async vaultOpens(): Promise<boolean> {
    if (this.#people.isEmpty) this.#witness.forget()
    return this.#witness.opens(this.env.VAULT_KEY)
  }

  /** Records that an admin has resealed all secrets with the current key. */
  async resealed(): Promise<void> {
    await this.#witness.renew(this.env.VAULT_KEY)
  }

  /** At most `limit` users in the order of their ids, after the id `after`. */
  list(after: string, limit: number): readonly DirectoryEntry[] {
    return this.#people.list(after, limit)
  }
}
