import type { SettingsChange } from '../config/user-settings.ts'

/** A plan as the admin gave it, and in the objects' words. */
export interface PlanGiven {
  readonly wire: object
  readonly settings: SettingsChange
}

export interface KeptPlan extends PlanGiven {
  readonly name: string
  /** Epoch milliseconds. */
  readonly updatedAt: number
  /** How many users have it. */
  readonly users: number
}

const SELECT = `SELECT name, wire, settings, updated_at,
  (SELECT count(*) FROM users WHERE card ->> '$.plan' = plans.name) AS users FROM plans`

/** Settings that many users share. A user's card names the user's plan. */
export class Plans {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
    sql.exec(`CREATE TABLE IF NOT EXISTS plans (
      name TEXT PRIMARY KEY, wire TEXT NOT NULL, settings TEXT NOT NULL, updated_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID`)
  }

  all(): readonly KeptPlan[] {
    return this.#sql.exec<Row>(`${SELECT} ORDER BY name`).toArray().map(fromRow)
  }

  get(name: string): KeptPlan | null {
    const [row] = this.#sql.exec<Row>(`${SELECT} WHERE name = ?`, name).toArray()
    return row === undefined ? null : fromRow(row)
  }

  /** False if there are too many plans. */
  put(name: string, { wire, settings }: PlanGiven, max: number): boolean {
    if (this.get(name) === null && this.all().length >= max) return false
    this.#sql.exec(
      'INSERT OR REPLACE INTO plans (name, wire, settings, updated_at) VALUES (?, ?, ?, ?)',
      name,
      JSON.stringify(wire),
      JSON.stringify(settings),
      Date.now(),
    )
    return true
  }

  delete(name: string): void {
    this.#sql.exec('DELETE FROM plans WHERE name = ?', name)
  }

  /** The name of a user's plan; null if there is none. */
  of(userId: string): string | null {
    const [row] = this.#sql
      .exec<{ plan: string | null }>(
        "SELECT card ->> '$.plan' AS plan FROM users WHERE user_id = ?",
        userId,
      )
      .toArray()
    return row?.plan ?? null
  }
}

type Row = { name: string; wire: string; settings: string; updated_at: number; users: number }

function fromRow({ name, wire, settings, updated_at: updatedAt, users }: Row): KeptPlan {
  return {
    name,
    wire: JSON.parse(wire) as object,
    settings: JSON.parse(settings) as SettingsChange,
    updatedAt,
    users,
  }
}
