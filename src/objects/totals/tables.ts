import { USAGE_COLUMNS } from '../ledger/usage.ts'

const COLUMNS = USAGE_COLUMNS.map((column) => `${column} INTEGER NOT NULL DEFAULT 0`).join(',\n  ')

/**
 * The tables of the totals object; docs/storage.md describes them.
 * `told`: what each user's object reported last, from which the next report's difference is taken.
 * `sums`: everything ever reported by upstream and model (span 0, no user), and by user and the hour and day (UTC) of
 * arrival; under a negative span, of all users together.
 * `tallies`: the same for requests and for events of rings.
 * `closed`: until when the sums under negative spans exist.
 * `people`: the users, with names.
 */
const TABLES = `
CREATE TABLE IF NOT EXISTS told (
  user_id TEXT PRIMARY KEY,
  life TEXT NOT NULL,
  version INTEGER NOT NULL,
  at INTEGER NOT NULL,
  rows TEXT NOT NULL,
  tallies TEXT NOT NULL,
  summary TEXT
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sums (
  span_ms INTEGER NOT NULL,
  start INTEGER NOT NULL,
  user_id TEXT NOT NULL,
  upstream TEXT NOT NULL,
  model TEXT NOT NULL,
  ${COLUMNS},
  PRIMARY KEY (span_ms, start, user_id, upstream, model)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tallies (
  span_ms INTEGER NOT NULL,
  start INTEGER NOT NULL,
  user_id TEXT NOT NULL,
  name TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (span_ms, start, user_id, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS closed (
  span_ms INTEGER PRIMARY KEY,
  until INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS people (
  user_id TEXT PRIMARY KEY,
  created_at INTEGER NOT NULL,
  card TEXT,
  label TEXT
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS read_up_to (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  seq INTEGER NOT NULL
) STRICT;
`

export function makeTables(sql: SqlStorage): void {
  sql.exec(TABLES)
}
