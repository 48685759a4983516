import { PLACE_BYTES } from './conversations.ts'

/** Deletes everything to which nothing refers any more, and counts what is left. */
export function sweep(sql: SqlStorage): void {
  sql.exec(
    `DELETE FROM histories WHERE history_id NOT IN (
       WITH RECURSIVE live (id) AS (
         SELECT history FROM responses WHERE history IS NOT NULL
         UNION
         SELECT parent FROM histories JOIN live ON history_id = live.id WHERE parent IS NOT NULL
       )
       SELECT id FROM live)`,
  )
  sql.exec(
    `DELETE FROM contents WHERE content_id NOT IN (
       SELECT value FROM histories, json_each(histories.contents)
       UNION SELECT value FROM responses, json_each(responses.output)
       UNION SELECT settings FROM responses
       UNION SELECT content_id FROM conversation_items)`,
  )
  sql.exec('DELETE FROM content_pieces WHERE content_id NOT IN (SELECT content_id FROM contents)')
  sql.exec(
    `UPDATE store SET
       bytes = (SELECT coalesce(sum(bytes), 0) FROM contents)
         + (SELECT coalesce(sum(bytes), 0) FROM histories)
         + (SELECT coalesce(sum(bytes), 0) FROM responses)
         + (SELECT coalesce(sum(bytes), 0) FROM conversations)
         + (SELECT count(*) FROM conversation_items) * ${PLACE_BYTES},
       count = (SELECT count(*) FROM responses) + (SELECT count(*) FROM conversations)`,
  )
}

export interface Bounds {
  readonly bytes: number
  readonly count: number
}

/**
 * Enough for a month of a busy developer, and little compared with the 10 GB that an object may have. In memory there
 * is never more than one response.
 */
export const BOUNDS: Bounds = { bytes: 256 * 1024 * 1024, count: 10_000 }

/**
 * A sweep looks at everything. So it clears down to this part of the bounds, so that not every further response needs
 * one.
 */
const DOWN_TO = 0.9
/** The part that is deleted in one step. How much of it the rest shares is only known afterwards. */
const STEP = 1 / 8

/** Deletes what was stored at `until` or before. To be called within a transaction. */
export function expire(sql: SqlStorage, until: number): void {
  const gone =
    sql.exec('DELETE FROM responses WHERE stored_at <= ?', until).rowsWritten +
    removeConversations(sql, until)
  if (gone > 0) sweep(sql)
}

export function isWithin(stored: Bounds, { bytes, count }: Bounds): boolean {
  return stored.bytes <= bytes && stored.count <= count
}

/** Deletes the oldest if there is more than the bounds allow. To be called within a transaction. */
export function keepWithin(sql: SqlStorage, bounds: Bounds): void {
  let stored = measure(sql)
  if (isWithin(stored, bounds)) return
  while (
    stored.count > 0 &&
    (stored.bytes > bounds.bytes * DOWN_TO || stored.count > bounds.count * DOWN_TO)
  ) {
    removeOldest(sql, Math.max(1, Math.ceil(stored.count * STEP)))
    sweep(sql)
    stored = measure(sql)
  }
}

/** When the oldest of all was stored or used; null if there is nothing. */
export function oldestOf(sql: SqlStorage): number | null {
  const { at } = sql
    .exec<{ at: number | null }>(
      `SELECT min(at) AS at FROM (
         SELECT stored_at AS at FROM responses WHERE seq = (SELECT min(seq) FROM responses)
         UNION ALL SELECT min(used_at) FROM conversations)`,
    )
    .one()
  return at
}

function measure(sql: SqlStorage): Bounds {
  return sql.exec<{ bytes: number; count: number }>('SELECT bytes, count FROM store').one()
}

function removeOldest(sql: SqlStorage, count: number): void {
  const { at } = sql
    .exec<{ at: number }>(
      `SELECT max(at) AS at FROM (
         SELECT at FROM (
           SELECT stored_at AS at FROM responses UNION ALL SELECT used_at FROM conversations
         ) ORDER BY at LIMIT ?)`,
      count,
    )
    .one()
  // Many rows may have the same millisecond, so the number of deleted rows is limited.
  sql.exec(
    `DELETE FROM responses WHERE seq IN (
       SELECT seq FROM responses WHERE stored_at <= ? ORDER BY seq LIMIT ?)`,
    at,
    count,
  )
  removeConversations(sql, at)
}

/** Deletes those that were last used at `until` or before, and returns how many there were. */
function removeConversations(sql: SqlStorage, until: number): number {
  const conversations = sql.exec<{ conversation_id: string }>(
    'DELETE FROM conversations WHERE used_at <= ? RETURNING conversation_id',
    until,
  )
  const ids = Array.from(conversations, ({ conversation_id: id }) => id)
  sql.exec(
    'DELETE FROM conversation_items WHERE conversation_id IN (SELECT value FROM json_each(?))',
    JSON.stringify(ids),
  )
  return ids.length
}
