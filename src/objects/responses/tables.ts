/**
 * The tables of a user's responses; docs/storage.md describes each column. They are made when the first thing is
 * stored.
 */
const TABLES = `
  CREATE TABLE store (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    schema_version INTEGER NOT NULL,
    sealed_key TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    count INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE contents (
    content_id INTEGER PRIMARY KEY,
    digest TEXT NOT NULL UNIQUE,
    item_id TEXT,
    bytes INTEGER NOT NULL,
    pieces INTEGER NOT NULL,
    sealed BLOB NOT NULL
  ) STRICT;
  CREATE INDEX contents_by_item ON contents (item_id) WHERE item_id IS NOT NULL;
  CREATE TABLE content_pieces (
    content_id INTEGER NOT NULL,
    piece INTEGER NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (content_id, piece)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE histories (
    history_id INTEGER PRIMARY KEY,
    digest TEXT NOT NULL UNIQUE,
    parent INTEGER,
    contents TEXT NOT NULL,
    size INTEGER NOT NULL,
    bytes INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE responses (
    seq INTEGER PRIMARY KEY,
    response_id TEXT NOT NULL UNIQUE,
    history INTEGER,
    output TEXT NOT NULL,
    settings INTEGER NOT NULL,
    stored_at INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    sealed BLOB NOT NULL
  ) STRICT;
  CREATE TABLE conversations (
    conversation_id TEXT PRIMARY KEY,
    created_at INTEGER NOT NULL,
    used_at INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    sealed BLOB NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE conversation_items (
    conversation_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    item_id TEXT NOT NULL,
    content_id INTEGER NOT NULL,
    PRIMARY KEY (conversation_id, position),
    UNIQUE (item_id, conversation_id)
  ) STRICT, WITHOUT ROWID;
`

const SCHEMA_VERSION = 1

/**
 * Whether anything was ever stored here. Only reads: a question about something that does not exist must leave
 * nothing behind.
 */
export function hasTables(sql: SqlStorage): boolean {
  const tables = sql.exec("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'store'")
  return tables.toArray().length > 0
}

/** Deletes everything. To be called within a transaction. */
export function dropTables(sql: SqlStorage): void {
  for (const [, table] of TABLES.matchAll(/CREATE TABLE (\w+)/g)) {
    sql.exec(`DROP TABLE IF EXISTS ${table}`)
  }
}

/** To be called within a transaction. */
export function makeTables(sql: SqlStorage, sealedKey: string): void {
  sql.exec(TABLES)
  sql.exec('INSERT INTO store VALUES (1, ?, ?, 0, 0)', SCHEMA_VERSION, sealedKey)
}

export function sealedKeyOf(sql: SqlStorage): string {
  return sql.exec<{ sealed_key: string }>('SELECT sealed_key FROM store').one().sealed_key
}

const TOMBSTONE = 'deleted'

/** An answer may be under way while its user is deleted. Because of the tombstone, it can store nothing any more. */
export function leaveTombstone({ kv }: DurableObjectStorage): void {
  kv.put(TOMBSTONE, true)
}

export function hasTombstone({ kv }: DurableObjectStorage): boolean {
  return kv.get<boolean>(TOMBSTONE) === true
}
