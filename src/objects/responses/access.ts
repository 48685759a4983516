import { HOUR_MS } from '../../json/time.ts'
import { logError } from '../../http/log.ts'
import { type Opened, openOrMake, type Place, resealKey } from './opening.ts'
import { BOUNDS, expire, isWithin, keepWithin, oldestOf, sweep } from './pruning.ts'
import type { Unusable } from './results.ts'
import type { Store } from './store.ts'
import { dropTables, hasTables, leaveTombstone } from './tables.ts'
import type { When, Written } from './writing.ts'

/** How often an alarm deletes expired rows. They are hidden as soon as they expire. */
const PRUNE_EVERY_MS = HOUR_MS
/**
 * The share of the bounds that one response may take together with everything before it. A larger one could displace
 * all others, and itself.
 */
const MAX_SHARE = 1 / 4
/** How often a write is tried. A sweep may delete what was prepared before it is written, but hardly ever twice. */
const TRIES = 3

export interface Refused {
  readonly ok: false
  readonly reason:
    | Exclude<Extract<Written, { ok: false }>['reason'], 'swept' | 'stored_before'>
    | Unusable
    | 'user_deleted'
}

type Result = { readonly ok: true } | Refused

/** Does everything that needs waiting, and returns the act that writes. */
type Make = (store: Store) => Promise<(when: When) => Written>

/**
 * Access to the stored data: opens it, reads what has not expired, writes in one step, prunes by alarm. A write must
 * not wait between its checks and its rows, so everything that needs waiting is prepared first. If the tables have
 * meanwhile lost what the preparation relied on, it is done once more.
 */
export class StoreAccess {
  readonly #storage: DurableObjectStorage
  readonly #place: Place
  readonly #ttlMs: number
  /** Opening is shared: two at once would each make a key. */
  #opening: Promise<Opened> | null = null
  /** What `#opening` came to. */
  #store: Store | null = null
  /** Undefined: not yet read in this life. */
  #alarmAt: number | null | undefined = undefined
  /** The commit that is under way. */
  #commit: Promise<void> | null = null

  constructor(place: Place, ttlMs: number) {
    this.#storage = place.storage
    this.#place = place
    this.#ttlMs = ttlMs
  }

  /** Reads. `otherwise`: the answer if nothing was ever stored. Asking must leave nothing behind. */
  async read<T>(
    act: (store: Store, since: number) => Promise<T>,
    otherwise: T,
  ): Promise<T | { readonly ok: false; readonly reason: Unusable }> {
    if (!hasTables(this.#storage.sql)) return otherwise
    const opened = await this.#open()
    if (!opened.ok)
      return opened.reason === 'user_deleted' ? otherwise : { ok: false, reason: opened.reason }
    try {
      return await act(opened.store, this.#since(Date.now()))
    } catch (error) {
      if (!(error instanceof DOMException)) throw error
      return this.#unusable('unreadable') // sealed by another key, or changed
    }
  }

  /**
   * Writes. `make` does everything that needs waiting, and returns the act that writes. That runs within a
   * transaction, which is undone if the act is not ok. Resolves once it is on disk.
   */
  async write(make: Make): Promise<Result> {
    const [result] = await this.writeAll([make])
    if (result === undefined) throw new Error('A write has no result.')
    return result
  }

  /** Writes several, one after the other, in one commit. Each has a transaction of its own. */
  async writeAll(makes: readonly Make[]): Promise<readonly Result[]> {
    const results = await this.#tryAll(makes)
    for (let tried = 2; results.includes(null); tried++) {
      if (tried > TRIES) throw new Error('What was made ready was swept away each time.')
      const again = results.flatMap((result, at) => (result === null ? [at] : []))
      const tries = await this.#tryAll(again.flatMap((at) => makes[at] ?? []))
      for (const [index, at] of again.entries()) results[at] = tries[index] ?? null
    }
    return results.filter((result) => result !== null)
  }

  /** Null for what has to be made ready once more. */
  async #tryAll(makes: readonly Make[]): Promise<(Result | null)[]> {
    const opening = this.#open()
    const opened = await opening
    if (!opened.ok) return makes.map(() => opened)
    const acts = await Promise.all(makes.map((make) => make(opened.store)))
    if (this.#alarmAt === undefined) this.#alarmAt = await this.#storage.getAlarm()
    // What becomes ready during a commit is written together after it, and so costs one more commit and not many.
    if (this.#commit !== null) await this.#commit

    // No await from here on: checks and writes are one step.
    const isSame = this.#opening === opening
    const written = acts.map((act) => (isSame ? this.#atomically(act, Date.now()) : SWEPT))
    this.#commit ??= this.#committed()
    return written.map(resultOf)
  }

  /**
   * Deletes. `act` removes something and returns whether it was there. Afterwards, whatever nobody else refers to is
   * swept.
   */
  remove(act: (sql: SqlStorage, since: number) => boolean): boolean {
    const { sql } = this.#storage
    if (!hasTables(sql)) return false
    this.#store?.forget()
    return this.#storage.transactionSync(() => {
      const isGone = act(sql, this.#since(Date.now()))
      if (isGone) sweep(sql)
      return isGone
    })
  }

  /** Deletes everything of the user, for good. Idempotent. */
  async clear(): Promise<void> {
    this.#close()
    this.#storage.transactionSync(() => {
      dropTables(this.#storage.sql)
      leaveTombstone(this.#storage)
    })
    await this.#storage.deleteAlarm()
  }

  reseal(): ReturnType<typeof resealKey> {
    return resealKey(this.#place)
  }

  /** Deletes what has expired, without waiting for the alarm: an item's id alone does not tell when it was stored. */
  expire(): void {
    const { sql } = this.#storage
    const since = this.#since(Date.now())
    const oldest = hasTables(sql) ? oldestOf(sql) : null
    if (oldest === null || oldest > since) return
    this.#store?.forget()
    this.#storage.transactionSync(() => expire(sql, since))
  }

  /** The alarm's work: deletes what has expired. If nothing is left, deletes all tables and the key. */
  async prune(): Promise<void> {
    const { sql } = this.#storage
    this.#alarmAt = null
    if (!hasTables(sql)) return
    const now = Date.now()
    this.#store?.forget()
    const oldest = this.#storage.transactionSync(() => {
      expire(sql, this.#since(now))
      const left = oldestOf(sql)
      if (left === null) dropTables(sql)
      return left
    })
    if (oldest === null) this.#close()
    if (oldest !== null) await this.#wakeAt(Math.max(oldest + this.#ttlMs, now + PRUNE_EVERY_MS))
  }

  #atomically(
    act: (when: When) => Written,
    now: number,
  ): { readonly ok: true } | Exclude<Written, { ok: true }> {
    const { sql } = this.#storage
    const since = this.#since(now)
    try {
      this.#storage.transactionSync(() => {
        const written = act({ now, since, maxBytes: BOUNDS.bytes * MAX_SHARE })
        if (!written.ok) throw new Undone(written)
        if (isWithin(written.stored, BOUNDS)) return
        this.#store?.forget()
        keepWithin(sql, BOUNDS)
      })
    } catch (error) {
      this.#store?.forget()
      if (error instanceof Undone) return error.written
      throw error
    }
    // The newest row expires last, so an alarm that is already set is early enough, unless the TTL has been
    // shortened.
    const due = now + this.#ttlMs
    if ((this.#alarmAt ?? Infinity) > due) void this.#wakeAt(due)
    return { ok: true }
  }

  /** Resolves when everything that was written by now is on disk. If it cannot be written, the object ends. */
  #committed(): Promise<void> {
    const done = (): void => {
      this.#commit = null
    }
    return this.#storage.sync().then(done, done)
  }

  #wakeAt(at: number): Promise<void> {
    this.#alarmAt = at
    return this.#storage.setAlarm(at)
  }

  #open(): Promise<Opened> {
    this.#opening ??= openOrMake(this.#place).then((opened) => {
      if (opened.ok) this.#store = opened.store
      if (opened.ok) return opened
      this.#opening = null // VAULT_KEY may be corrected later, so the failure is not kept
      return opened.reason === 'user_deleted' ? opened : this.#unusable(opened.reason)
    })
    return this.#opening
  }

  #close(): void {
    this.#opening = null
    this.#store = null
  }

  #unusable<Reason extends Unusable>(reason: Reason) {
    logError('responses_unusable', { user: this.#place.userId(), reason })
    return { ok: false, reason } as const
  }

  #since(now: number): number {
    return now - this.#ttlMs
  }
}

/** Thrown to undo a transaction. */
class Undone extends Error {
  readonly written: Exclude<Written, { ok: true }>

  constructor(written: Exclude<Written, { ok: true }>) {
    super(written.reason)
    this.written = written
  }
}

function resultOf(written: { readonly ok: true } | Exclude<Written, { ok: true }>): Result | null {
  if (written.ok || written.reason === 'stored_before') return { ok: true }
  return written.reason === 'swept' ? null : { ok: false, reason: written.reason }
}

const SWEPT = { ok: false, reason: 'swept' } as const
