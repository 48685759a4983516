import type { Price } from '../../wire/prices.ts'
import type { Shared } from '../config/profile.ts'

/** At most this many users are told at once. */
const PAGE = 40

/**
 * What admins set for many users at once (prices, plans), and which users have not yet been told of it. Asking for it
 * would cost every request a call, so users' objects keep their own copy, and each is told again until it has
 * answered.
 */
export class SharedSettings {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
    sql.exec(`
      CREATE TABLE IF NOT EXISTS shared (
        only_row INTEGER PRIMARY KEY CHECK (only_row = 1), version INTEGER NOT NULL, value TEXT NOT NULL
      ) STRICT;
      CREATE TABLE IF NOT EXISTS untold (user_id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
    `)
  }

  current(): Shared {
    const [row] = this.#sql.exec<{ value: string }>('SELECT value FROM shared').toArray()
    return row === undefined ? {} : (JSON.parse(row.value) as Shared)
  }

  /** Every user must be told. */
  setPrices(prices: readonly Price[]): void {
    this.#change({ prices })
    this.#sql.exec('INSERT OR IGNORE INTO untold SELECT user_id FROM users')
  }

  /** All users of this plan must be told. */
  planChanged(name: string): void {
    this.#change({})
    this.#sql.exec(
      "INSERT OR IGNORE INTO untold SELECT user_id FROM users WHERE card ->> '$.plan' = ?",
      name,
    )
  }

  /** A user has another plan, and must be told its settings. */
  planGiven(userId: string): void {
    this.#change({})
    this.#sql.exec('INSERT OR IGNORE INTO untold (user_id) VALUES (?)', userId)
  }

  #change(change: Partial<Shared>): void {
    const before = this.current()
    const shared: Shared = { ...before, ...change, version: (before.version ?? 0) + 1 }
    this.#sql.exec(
      'INSERT OR REPLACE INTO shared (only_row, version, value) VALUES (1, ?, ?)',
      shared.version ?? 0,
      JSON.stringify(shared),
    )
  }

  /** A new user must be told what holds for all. */
  tellLater(userId: string): boolean {
    if (this.current().version === undefined) return false
    this.#sql.exec('INSERT OR IGNORE INTO untold (user_id) VALUES (?)', userId)
    return true
  }

  untold(): readonly string[] {
    return this.#sql
      .exec<{ user_id: string }>('SELECT user_id FROM untold LIMIT ?', PAGE)
      .toArray()
      .map((row) => row.user_id)
  }

  /**
   * Records that a user was told. Does nothing if the version has changed meanwhile: then the user must be told
   * again.
   */
  told(userId: string, version: number): void {
    if (this.current().version !== version) return
    this.#sql.exec('DELETE FROM untold WHERE user_id = ?', userId)
  }
}
