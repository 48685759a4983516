import { MIGRATIONS } from './migrations.ts'

export const SCHEMA_VERSION = MIGRATIONS.length

/** Whether this object belongs to a configured user. Reads only. */
export function isConfigured(sql: SqlStorage): boolean {
  // It was made first. Without the limit every waking reads a row for each table and index that follows.
  const found = sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'user' LIMIT 1")
  return found.toArray().length > 0
}

/** Creates the tables of the user `userId`, or brings those of an older version up to date. */
export function migrate(storage: DurableObjectStorage, now: number, userId: string): void {
  storage.transactionSync(() => {
    const { sql } = storage
    const version = isConfigured(sql)
      ? Number(sql.exec('SELECT schema_version FROM user').one()['schema_version'])
      : 0
    // A newer version, left by a deploy that was rolled back, stays: this version reads the parts that it knows.
    if (version >= SCHEMA_VERSION) return
    for (const step of MIGRATIONS.slice(version)) sql.exec(step)
    sql.exec(
      `INSERT INTO user (only_row, schema_version, created_at, user_id, life)
       VALUES (1, ?, ?, ?, lower(hex(randomblob(8))))
       ON CONFLICT DO UPDATE SET schema_version = excluded.schema_version,
         user_id = COALESCE(user_id, excluded.user_id)`,
      SCHEMA_VERSION,
      now,
      userId,
    )
  })
}
