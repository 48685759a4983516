import { HOUR_MS } from '../json/time.ts'
import { DurableObject } from 'cloudflare:workers'
import {
  dropCopy,
  isDropped,
  keepWithinBounds,
  markDropped,
  placesOf,
  sizeOf,
  startsOf,
} from './files/copies.ts'
import type { Copy, Finished, Piece, Place } from './files/copy.ts'
import { dropTables, hasTables, makeTables } from './files/tables.ts'

/** An upload that takes longer will not be finished any more. */
const UNFINISHED_MS = 12 * HOUR_MS
const PRUNE_EVERY_MS = HOUR_MS
const TOMBSTONE = 'deleted'

/**
 * Copies of small files that were uploaded through a user's ring. If their own credential is out of quota, another
 * one can upload them again; Google itself never returns a file that a client has uploaded. One object for each user,
 * beside the `UserObject`. Everything was sealed before it comes here, with a key that this object never sees. It is
 * bounded, and deleted when Google deletes the file.
 *
 * Every public method is an RPC method. Expected outcomes are values; whatever is thrown is a bug.
 */
export class FilesObject extends DurableObject<Env> {
  /** Stores a piece of a copy; sent again, it replaces the piece. False if this user is deleted, or the copy dropped. */
  put(copyId: string, piece: Piece): boolean {
    const { storage } = this.ctx
    const { sql } = storage
    if (storage.kv.get<boolean>(TOMBSTONE) === true) return false
    const now = Date.now()
    const { start, bytes, sealed } = piece
    const isKept = storage.transactionSync(() => {
      if (!hasTables(sql)) makeTables(sql)
      if (isDropped(sql, copyId)) return false
      sql.exec(
        'INSERT OR REPLACE INTO pieces (copy_id, start, bytes, sealed) VALUES (?, ?, ?, ?)',
        copyId,
        start,
        bytes,
        sealed,
      )
      sql.exec(
        `INSERT INTO copies (copy_id, bytes, kept_at, expires_at) VALUES (?, ?, ?, ?)
         ON CONFLICT (copy_id) DO UPDATE SET
           bytes = (SELECT sum(pieces.bytes) FROM pieces WHERE pieces.copy_id = excluded.copy_id)`,
        copyId,
        bytes,
        now,
        now + UNFINISHED_MS,
      )
      keepWithinBounds(sql, copyId)
      return true
    })
    this.#wakeLater()
    return isKept
  }

  /**
   * Returns whether the copy is complete, and drops it if it is not. A complete one replaces an earlier copy of the
   * same file.
   */
  finish(finished: Finished): boolean {
    const { storage } = this.ctx
    const { sql } = storage
    if (!hasTables(sql)) return false
    const { copyId, fileId, bytes, expiresAt, sealedKey, sealedAbout } = finished
    return storage.transactionSync(() => {
      const isWhole = sizeOf(sql, copyId) === bytes
      if (!isWhole) {
        dropCopy(sql, copyId)
        return false
      }
      const earlier = sql.exec<{ copy_id: string }>(
        'SELECT copy_id FROM copies WHERE file_id = ? AND copy_id <> ?',
        fileId,
        copyId,
      )
      for (const row of earlier.toArray()) dropCopy(sql, row.copy_id)
      sql.exec(
        `UPDATE copies SET file_id = ?, bytes = ?, expires_at = ?, sealed_key = ?, sealed_about = ?
         WHERE copy_id = ?`,
        fileId,
        bytes,
        expiresAt,
        sealedKey,
        sealedAbout,
        copyId,
      )
      return true
    })
  }

  /**
   * Drops the copy of an upload that was given up, grew too large, or sent a piece that Google refused. Pieces that are
   * still under way are not kept either: together with later ones they might pass for the whole file.
   */
  drop(copyId: string): void {
    const { storage } = this.ctx
    const { sql } = storage
    if (storage.kv.get<boolean>(TOMBSTONE) === true) return
    storage.transactionSync(() => {
      if (!hasTables(sql)) makeTables(sql)
      dropCopy(sql, copyId)
      markDropped(sql, copyId, Date.now() + UNFINISHED_MS)
      keepWithinBounds(sql, copyId)
    })
    this.#wakeLater()
  }

  /** The copies of these files; null if any of them was not kept or has expired. */
  find(fileIds: readonly string[]): readonly Copy[] | null {
    const { sql } = this.ctx.storage
    if (!hasTables(sql)) return null
    const copies: Copy[] = []
    for (const fileId of fileIds) {
      const [row] = sql
        .exec<{
          copy_id: string
          bytes: number
          expires_at: number
          sealed_key: string
          sealed_about: ArrayBuffer
        }>(
          `SELECT copy_id, bytes, expires_at, sealed_key, sealed_about FROM copies
           WHERE file_id = ? AND expires_at > ?`,
          fileId,
          Date.now(),
        )
        .toArray()
      if (row === undefined) return null
      copies.push({
        copyId: row.copy_id,
        fileId,
        bytes: row.bytes,
        expiresAt: row.expires_at,
        sealedKey: row.sealed_key,
        sealedAbout: new Uint8Array(row.sealed_about),
        starts: startsOf(sql, row.copy_id),
      })
    }
    return copies
  }

  /** One sealed piece of a copy; null if it is gone. */
  piece(copyId: string, start: number): Uint8Array | null {
    const { sql } = this.ctx.storage
    if (!hasTables(sql)) return null
    const [row] = sql
      .exec<{ sealed: ArrayBuffer }>(
        'SELECT sealed FROM pieces WHERE copy_id = ? AND start = ?',
        copyId,
        start,
      )
      .toArray()
    return row === undefined ? null : new Uint8Array(row.sealed)
  }

  /** Records that a file was uploaded under another credential. */
  place(fileId: string, { credentialId, copiedId, expiresAt }: Place): void {
    const { sql } = this.ctx.storage
    if (!hasTables(sql)) return
    sql.exec(
      'INSERT OR REPLACE INTO places (file_id, credential_id, copied_id, expires_at) VALUES (?, ?, ?, ?)',
      fileId,
      credentialId,
      copiedId,
      expiresAt,
    )
  }

  /** Under which credentials a file was uploaded again, as far as those uploads still exist. */
  placesOf(fileId: string): readonly Place[] {
    const { sql } = this.ctx.storage
    return hasTables(sql) ? placesOf(sql, fileId) : []
  }

  /** Forgets a deleted file. Returns where else it was uploaded, so that those files can be deleted too. */
  remove(fileId: string): readonly Place[] {
    const { storage } = this.ctx
    const { sql } = storage
    if (!hasTables(sql)) return []
    return storage.transactionSync(() => {
      const places = placesOf(sql, fileId)
      const copies = sql.exec<{ copy_id: string }>(
        'SELECT copy_id FROM copies WHERE file_id = ?',
        fileId,
      )
      for (const row of copies.toArray()) dropCopy(sql, row.copy_id)
      sql.exec('DELETE FROM places WHERE file_id = ?', fileId)
      return places
    })
  }

  /** Deletes everything of the user, for good. Idempotent. */
  async clear(): Promise<void> {
    const { storage } = this.ctx
    storage.transactionSync(() => {
      dropTables(storage.sql)
      storage.kv.put(TOMBSTONE, true)
    })
    await storage.deleteAlarm()
  }

  override async alarm(): Promise<void> {
    const { storage } = this.ctx
    const { sql } = storage
    if (!hasTables(sql)) return
    const now = Date.now()
    const isEmpty = storage.transactionSync(() => {
      const expired = sql.exec<{ copy_id: string }>(
        'SELECT copy_id FROM copies WHERE expires_at <= ?',
        now,
      )
      for (const row of expired.toArray()) dropCopy(sql, row.copy_id)
      sql.exec('DELETE FROM places WHERE expires_at <= ?', now)
      const left = sql.exec<{ left: number }>(
        'SELECT (SELECT count(*) FROM copies) + (SELECT count(*) FROM places) AS left',
      )
      const isAllGone = left.one().left === 0
      if (isAllGone) dropTables(sql)
      return isAllGone
    })
    if (!isEmpty) await storage.setAlarm(now + PRUNE_EVERY_MS)
  }

  #wakeLater(): void {
    const { storage } = this.ctx
    const wake = async (): Promise<void> => {
      if ((await storage.getAlarm()) === null) await storage.setAlarm(Date.now() + PRUNE_EVERY_MS)
    }
    this.ctx.waitUntil(wake())
  }
}
