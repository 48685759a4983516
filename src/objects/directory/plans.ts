import type { Admin } from '../audit/audit.ts'
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
  /** The act that set it last; null if an earlier version of Pollux did. */
  readonly by: Admin | null
}

const SELECT = `SELECT name, wire, settings, updated_at, request_id, operation,
  (SELECT count(*) FROM users WHERE card ->> '$.plan' = plans.name) AS users
  FROM plans LEFT JOIN plan_acts USING (name)`

/** Settings that many users share. A user's card names the user's plan. */
export class Plans {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
    sql.exec(`CREATE TABLE IF NOT EXISTS plans (
      name TEXT PRIMARY KEY, wire TEXT NOT NULL, settings TEXT NOT NULL, updated_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS plan_acts (
      name TEXT PRIMARY KEY, request_id TEXT NOT NULL, operation TEXT NOT NULL
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
  put(name: string, { wire, settings }: PlanGiven, by: Admin, max: number): boolean {
    if (this.get(name) === null && this.all().length >= max) return false
    this.#sql.exec(
      'INSERT OR REPLACE INTO plans (name, wire, settings, updated_at) VALUES (?, ?, ?, ?)',
      name,
      JSON.stringify(wire),
      JSON.stringify(settings),
      Date.now(),
    )
    this.#sql.exec(
      'INSERT OR REPLACE INTO plan_acts (name, request_id, operation) VALUES (?, ?, ?)',
      name,
      by.requestId,
      by.operation,
    )
    return true
  }

  delete(name: string): void {
    this.#sql.exec('DELETE FROM plans WHERE name = ?', name)
    this.#sql.exec('DELETE FROM plan_acts WHERE name = ?', name)
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

type Row = {
  name: string
  wire: string
  settings: string
  updated_at: number
  users: number
  request_id: string | null
  operation: string | null
}

function fromRow(row: Row): KeptPlan {
  const { request_id: requestId, operation } = row
  return {
    name: row.name,
    wire: JSON.parse(row.wire) as object,
    settings: JSON.parse(row.settings) as SettingsChange,
    updatedAt: row.updated_at,
    users: row.users,
    by: requestId === null || operation === null ? null : { requestId, operation },
  }
}
