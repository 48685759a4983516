import type { Place } from './copy.ts'

/** Bytes for all files of a user. When there are more, the oldest copies are dropped. */
const MAX_BYTES = 256 * 1024 * 1024
const MAX_COPIES = 2000

/** How many bytes the pieces hold from the beginning of the file; null if there is a gap. */
export function sizeOf(sql: SqlStorage, copyId: string): number | null {
  let end = 0
  const pieces = sql.exec<{ start: number; bytes: number }>(
    'SELECT start, bytes FROM pieces WHERE copy_id = ? ORDER BY start',
    copyId,
  )
  for (const { start, bytes } of pieces) {
    if (start !== end) return null
    end += bytes
  }
  return end
}

export function startsOf(sql: SqlStorage, copyId: string): readonly number[] {
  const pieces = sql.exec<{ start: number }>(
    'SELECT start FROM pieces WHERE copy_id = ? ORDER BY start',
    copyId,
  )
  return pieces.toArray().map(({ start }) => start)
}

export function placesOf(sql: SqlStorage, fileId: string): readonly Place[] {
  const places = sql.exec<{ credential_id: string; copied_id: string; expires_at: number }>(
    'SELECT credential_id, copied_id, expires_at FROM places WHERE file_id = ? AND expires_at > ?',
    fileId,
    Date.now(),
  )
  return places.toArray().map((row) => ({
    credentialId: row.credential_id,
    copiedId: row.copied_id,
    expiresAt: row.expires_at,
  }))
}

/** No sealed key begins like this. */
const DROPPED = 'dropped'

export function isDropped(sql: SqlStorage, copyId: string): boolean {
  const rows = sql.exec(
    'SELECT 1 FROM copies WHERE copy_id = ? AND sealed_key = ?',
    copyId,
    DROPPED,
  )
  return rows.toArray().length > 0
}

/** What remains of a dropped copy until its upload cannot go on any more. */
export function markDropped(sql: SqlStorage, copyId: string, expiresAt: number): void {
  sql.exec(
    'INSERT INTO copies (copy_id, bytes, kept_at, expires_at, sealed_key) VALUES (?, 0, ?, ?, ?)',
    copyId,
    Date.now(),
    expiresAt,
    DROPPED,
  )
}

export function dropCopy(sql: SqlStorage, copyId: string): void {
  sql.exec('DELETE FROM pieces WHERE copy_id = ?', copyId)
  sql.exec('DELETE FROM copies WHERE copy_id = ?', copyId)
}

/** Drops the oldest copies until the rest is within bounds. Never drops the one that is growing. */
export function keepWithinBounds(sql: SqlStorage, growing: string): void {
  const measure = (): { readonly bytes: number; readonly count: number } =>
    sql
      .exec<{ bytes: number; count: number }>(
        'SELECT coalesce(sum(bytes), 0) AS bytes, count(*) AS count FROM copies',
      )
      .one()
  for (let all = measure(); all.bytes > MAX_BYTES || all.count > MAX_COPIES; all = measure()) {
    const [oldest] = sql
      .exec<{ copy_id: string }>(
        'SELECT copy_id FROM copies WHERE copy_id <> ? ORDER BY kept_at LIMIT 1',
        growing,
      )
      .toArray()
    if (oldest === undefined) return
    dropCopy(sql, oldest.copy_id)
  }
}
