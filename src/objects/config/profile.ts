import type { Admin } from '../audit/audit.ts'
import type { Price } from '../../wire/prices.ts'
import { DEFAULT_SETTINGS, type SettingsChange, type UserSettings } from './user-settings.ts'

/** The user's own row: settings, the cursor, and the versions that tell whether the snapshot in KV is outdated. */
export class Profile {
  #createdAt: number
  readonly #sql: SqlStorage
  #cursor: string | null
  #rotations: number
  #configVersion: number
  #snapshotVersion: number
  /** The user's own settings, and the same with the plan's settings applied. */
  #own: UserSettings
  #settings: UserSettings
  #deletedAt: number | null
  #hasAdvanced = false
  /** The id of this storage. For a storage with another id, the totals object counts from zero. */
  readonly life: string
  #shared: Shared
  #pushedVersion: number
  #pushedAt: number
  #prunedAt: number

  constructor(sql: SqlStorage, now = Date.now()) {
    this.#sql = sql
    const row = sql.exec<ProfileRow>('SELECT * FROM user').one()
    this.#createdAt = row.created_at
    this.#cursor = row.cursor
    this.#rotations = row.rotations
    this.#configVersion = row.config_version
    this.#snapshotVersion = row.snapshot_version
    // Settings that an earlier version did not know get their default.
    const settings = JSON.parse(row.settings) as Partial<UserSettings>
    const limits = { ...DEFAULT_SETTINGS.limits, ...settings.limits }
    this.#deletedAt = row.deleted_at
    this.life = row.life
    this.#shared = JSON.parse(row.shared) as Shared
    this.#own = { ...DEFAULT_SETTINGS, ...settings, limits }
    this.#settings = withPlan(this.#own, this.#shared.plan)
    this.#pushedVersion = row.pushed_version
    // What was done in the future was done while the clock was ahead, and must not be put off until then.
    this.#pushedAt = Math.min(row.pushed_at, now)
    this.#prunedAt = Math.min(row.pruned_at, now)
  }

  /** The settings that apply: the plan's override the user's own. */
  get settings(): UserSettings {
    return this.#settings
  }

  /** The user's own settings, without the plan's. */
  get ownSettings(): UserSettings {
    return this.#own
  }

  /** Prices that an admin set for all users. */
  get prices(): readonly Price[] {
    return this.#shared.prices ?? NO_PRICES
  }

  /**
   * Takes over what admins set for many users, as the directory passes it on. An older version than the known one
   * changes nothing. Returns what was known before; null if nothing changes.
   */
  share(shared: Shared): Shared | null {
    const before = this.#shared
    if ((before.version ?? 0) >= (shared.version ?? 0)) return null
    this.#shared = shared
    this.#settings = withPlan(this.#own, shared.plan)
    this.#sql.exec('UPDATE user SET shared = ?', JSON.stringify(shared))
    return before
  }

  /** A deleted user's row stays as a tombstone, so that no stale snapshot can bring the user back. */
  get isDeleted(): boolean {
    return this.#deletedAt !== null
  }

  changeSettings(change: SettingsChange): void {
    const limits = { ...this.#own.limits, ...change.limits }
    this.#own = { ...this.#own, ...change, limits }
    this.#settings = withPlan(this.#own, this.#shared.plan)
    this.#sql.exec('UPDATE user SET settings = ?', JSON.stringify(this.#own))
  }

  bury(now: number): void {
    this.#deletedAt = now
    this.#own = DEFAULT_SETTINGS
    this.#settings = DEFAULT_SETTINGS
    this.#sql.exec("UPDATE user SET deleted_at = ?, settings = '{}', cursor = NULL", now)
    this.#cursor = null
  }

  get createdAt(): number {
    return this.#createdAt
  }

  get cursor(): string | null {
    return this.#cursor
  }

  /** How often the cursor was moved, by hand or after a fault. */
  get rotations(): number {
    return this.#rotations
  }

  get configVersion(): number {
    return this.#configVersion
  }

  moveCursor(to: string | null): void {
    this.#cursor = to
    this.#sql.exec('UPDATE user SET cursor = ?', to)
  }

  /**
   * Moves the cursor as part of a request, not after a fault. Written with the next `flush`, since it happens before
   * every first byte.
   */
  advance(to: string): void {
    if (this.#cursor === to) return
    this.#cursor = to
    this.#hasAdvanced = true
  }

  get isChanged(): boolean {
    return this.#hasAdvanced
  }

  /** To be called within a transaction, and `flushed` after its commit. */
  flush(): void {
    if (this.#hasAdvanced) this.#sql.exec('UPDATE user SET cursor = ?', this.#cursor)
  }

  flushed(): void {
    this.#hasAdvanced = false
  }

  rotate(to: string): void {
    this.#cursor = to
    this.#rotations++
    this.#sql.exec('UPDATE user SET cursor = ?, rotations = ?', to, this.#rotations)
  }

  /** Continues from a snapshot's version, so that the next snapshot is newer. */
  restoredFrom(version: number, createdAt: number): void {
    this.#configVersion = version + 1
    this.#createdAt = createdAt
    this.#sql.exec('UPDATE user SET config_version = ?, created_at = ?', version + 1, createdAt)
  }

  configChanged(): void {
    this.#configVersion++
    this.#sql.exec('UPDATE user SET config_version = ?', this.#configVersion)
  }

  /** The version that the totals object knows. */
  get pushedVersion(): number {
    return this.#pushedVersion
  }

  /** When the totals object was told of use. Epoch milliseconds; 0: never, or what it was told last was no use. */
  get pushedAt(): number {
    return this.#pushedAt
  }

  pushed(version: number, at: number): void {
    this.#pushedVersion = version
    this.#pushedAt = at
    this.#sql.exec('UPDATE user SET pushed_version = ?, pushed_at = ?', version, at)
  }

  /** When rows that nobody can ask for any more were last looked for. Epoch milliseconds; 0: never. */
  get prunedAt(): number {
    return this.#prunedAt
  }

  pruned(at: number): void {
    this.#prunedAt = at
    this.#sql.exec('UPDATE user SET pruned_at = ?', at)
  }

  snapshotDue(): boolean {
    return this.#snapshotVersion < this.#configVersion
  }

  snapshotWritten(version: number): void {
    this.#snapshotVersion = version
    this.#sql.exec('UPDATE user SET snapshot_version = ?', version)
  }
}

/** What admins set for many users at once. */
export interface Shared {
  /** Grows with each change. */
  readonly version?: number
  readonly prices?: readonly Price[]
  /** The plan of the user who is told. */
  readonly plan?: SharedPlan | null
}

export interface SharedPlan {
  readonly name: string
  readonly settings: SettingsChange
  /** The act that set it last; absent if an earlier version of Pollux did. */
  readonly by?: Admin | null
}

function withPlan(own: UserSettings, plan: Shared['plan']): UserSettings {
  if (!plan || own.plan !== plan.name) return own
  const { label, disabled, expiresAt, pin } = own
  const limits = { ...own.limits, ...plan.settings.limits }
  return { ...own, ...plan.settings, limits, label, disabled, expiresAt, pin, plan: own.plan }
}

const NO_PRICES: readonly Price[] = []

type ProfileRow = {
  created_at: number
  cursor: string | null
  rotations: number
  config_version: number
  snapshot_version: number
  settings: string
  deleted_at: number | null
  life: string
  shared: string
  pushed_version: number
  pushed_at: number
  pruned_at: number
}
