/**
 * The tables of a user's kept files; docs/storage.md describes each column. They are made when the first piece is
 * kept.
 */
const TABLES = `
  CREATE TABLE copies (
    copy_id TEXT PRIMARY KEY,
    file_id TEXT UNIQUE,
    bytes INTEGER NOT NULL,
    kept_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    sealed_key TEXT,
    sealed_about BLOB
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE pieces (
    copy_id TEXT NOT NULL,
    start INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (copy_id, start)
  ) STRICT;
  CREATE TABLE places (
    file_id TEXT NOT NULL,
    credential_id TEXT NOT NULL,
    copied_id TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (file_id, credential_id)
  ) STRICT, WITHOUT ROWID;
`

/** Only reads: a question about something that does not exist must leave nothing behind. */
export function hasTables(sql: SqlStorage): boolean {
  const tables = sql.exec("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'copies'")
  return tables.toArray().length > 0
}

/** To be called within a transaction. */
export function makeTables(sql: SqlStorage): void {
  sql.exec(TABLES)
}

/** To be called within a transaction. */
export function dropTables(sql: SqlStorage): void {
  for (const [, table] of TABLES.matchAll(/CREATE TABLE (\w+)/g)) {
    sql.exec(`DROP TABLE IF EXISTS ${table}`)
  }
}
