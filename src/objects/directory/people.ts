import { iso } from '../../json/time.ts'

/** What lists show of a user besides use, as the last admin act left it. */
export interface Card {
  readonly label: string | null
  readonly disabled: boolean
  /** Epoch milliseconds. */
  readonly expiresAt: number | null
  readonly keyHint: string | null
  readonly plan: string | null
}

export interface DirectoryEntry {
  readonly user: string
  /** ISO 8601. */
  readonly created_at: string
}

/** A change in the list of users. */
export interface PeopleChange {
  readonly user: string
  /** Null: the user is gone. */
  readonly entry: { readonly createdAt: number; readonly card: Card | null } | null
}

export interface PeopleChanges {
  readonly changes: readonly PeopleChange[]
  /** The number of the last change included. */
  readonly seq: number
}

/** At most this many changes are told at once. */
const MAX_CHANGES = 5000

/** The users that exist, with names and the order of changes, so that the totals object can follow. */
export class People {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
    sql.exec(
      'CREATE TABLE IF NOT EXISTS users (user_id TEXT PRIMARY KEY, created_at INTEGER NOT NULL) STRICT, WITHOUT ROWID',
    )
    const known = sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'people_changes'").toArray()
    if (known.length > 0) return
    sql.exec(`
      ALTER TABLE users ADD COLUMN card TEXT;
      ALTER TABLE users ADD COLUMN label TEXT;
      CREATE INDEX users_by_label ON users (label);
      CREATE TABLE people_changes (seq INTEGER PRIMARY KEY AUTOINCREMENT, user_id TEXT NOT NULL UNIQUE) STRICT;
      INSERT INTO people_changes (user_id) SELECT user_id FROM users ORDER BY user_id;
    `)
  }

  /**
   * Adds a user or updates one. `createdAt` in epoch milliseconds. What is known already is no change, so that nobody
   * has to read it again. Idempotent.
   */
  register(userId: string, createdAt: number, card: Card): void {
    const values = [userId, createdAt, JSON.stringify(card), card.label] as const
    const known = this.#sql.exec(
      'SELECT 1 FROM users WHERE user_id = ? AND created_at = ? AND card = ? AND label IS ?',
      ...values,
    )
    if (known.toArray().length > 0) return
    this.#sql.exec(
      'INSERT OR REPLACE INTO users (user_id, created_at, card, label) VALUES (?, ?, ?, ?)',
      ...values,
    )
    this.#changed(userId)
  }

  remove(userId: string): void {
    const removed = this.#sql.exec('DELETE FROM users WHERE user_id = ?', userId)
    if (removed.rowsWritten > 0) this.#changed(userId)
  }

  has(userId: string): boolean {
    return this.#sql.exec('SELECT 1 FROM users WHERE user_id = ?', userId).toArray().length > 0
  }

  get isEmpty(): boolean {
    return this.#sql.exec('SELECT 1 FROM users LIMIT 1').toArray().length === 0
  }

  /** At most `limit` users in the order of their ids, after the id `after`. */
  list(after: string, limit: number): readonly DirectoryEntry[] {
    return this.#sql
      .exec<{ user_id: string; created_at: number }>(
        'SELECT user_id, created_at FROM users WHERE user_id > ? ORDER BY user_id LIMIT ?',
        after,
        limit,
      )
      .toArray()
      .map((row) => ({ user: row.user_id, created_at: iso(row.created_at) }))
  }

  #changed(userId: string): void {
    this.#sql.exec('INSERT OR REPLACE INTO people_changes (user_id) VALUES (?)', userId)
  }

  /** The users with this label. At most two, which shows that the label is not unique. */
  named(label: string): readonly string[] {
    return this.#sql
      .exec<{ user_id: string }>('SELECT user_id FROM users WHERE label = ? LIMIT 2', label)
      .toArray()
      .map((row) => row.user_id)
  }

  changesAfter(seq: number): PeopleChanges {
    const rows = this.#sql
      .exec<{ seq: number; user_id: string; created_at: number | null; card: string | null }>(
        `SELECT seq, people_changes.user_id, created_at, card FROM people_changes
         LEFT JOIN users USING (user_id) WHERE seq > ? ORDER BY seq LIMIT ?`,
        seq,
        MAX_CHANGES,
      )
      .toArray()
    const changes = rows.map(({ user_id: user, created_at: createdAt, card }) => ({
      user,
      entry:
        createdAt === null
          ? null
          : { createdAt, card: card === null ? null : (JSON.parse(card) as Card) },
    }))
    return { changes, seq: rows.at(-1)?.seq ?? seq }
  }
}
