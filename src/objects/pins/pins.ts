import { sha256Now } from '../../bytes/digest-now.ts'
import {
  type KnownFile,
  MAX_PINS_ASKED,
  type NewPin,
  type Pin,
  type Uncounted,
} from '../../gemini/pins.ts'

/** More files than a complete list can have. */
const MAX_FILES_ASKED = 2000
/** The most rows of a user. Those that expire first are dropped first. */
const MAX_ROWS = 10_000
/** Counting reads the whole table, so it is done only after this many rows were written. */
const COUNT_EVERY = 200

/**
 * Which credential owns each thing at Google. Read and written by the requests that name it; nothing is held in
 * memory.
 */
export class Pins {
  readonly #sql: SqlStorage
  #untilCount = 0

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  /** The owner of each thing, in the order of `pins`; null if it is not known. */
  ownersOf(pins: readonly Pin[], now: number): readonly (string | null)[] {
    return pins.slice(0, MAX_PINS_ASKED).map((pin) => {
      const rows = this.#sql.exec<{ credential_id: string }>(
        'SELECT credential_id FROM pins WHERE kind = ? AND id = ? AND expires_at > ?',
        pin.kind,
        keyOf(pin),
        now,
      )
      return rows.toArray()[0]?.credential_id ?? null
    })
  }

  /** What is known of each file, in the order of `ids`; null if the id is not known. */
  filesOf(ids: readonly string[], now: number): readonly (KnownFile | null)[] {
    return ids.slice(0, MAX_FILES_ASKED).map((id) => {
      const rows = this.#sql.exec<{ mime_type: string | null; purpose: string | null }>(
        "SELECT mime_type, purpose FROM pins WHERE kind = 'file' AND id = ? AND expires_at > ?",
        id,
        now,
      )
      const [row] = rows.toArray()
      return row === undefined ? null : { mimeType: row.mime_type, purpose: row.purpose }
    })
  }

  /** Those of these batches that this credential made and that are not counted yet. */
  uncounted(batchIds: readonly string[], credentialId: string): readonly Uncounted[] {
    return batchIds.slice(0, MAX_PINS_ASKED).flatMap((id) => {
      const [row] = this.#sql
        .exec<{ uncounted_model: string }>(
          `SELECT uncounted_model FROM pins
           WHERE kind = 'batch' AND id = ? AND credential_id = ? AND uncounted_model IS NOT NULL`,
          id,
          credentialId,
        )
        .toArray()
      return row === undefined ? [] : [{ id, model: row.uncounted_model }]
    })
  }

  counted(batchId: string): void {
    this.#sql.exec(
      "UPDATE pins SET uncounted_model = NULL WHERE kind = 'batch' AND id = ?",
      batchId,
    )
  }

  /** Records the owner, whoever it was before. A batch that was counted stays counted. */
  keep(pins: readonly NewPin[], credentialId: string): void {
    for (const { expiresAt, mimeType = null, purpose = null, ...pin } of pins) {
      this.#sql.exec(
        `INSERT INTO pins (kind, id, credential_id, expires_at, mime_type, purpose, uncounted_model)
         VALUES (?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (kind, id) DO UPDATE SET credential_id = excluded.credential_id, expires_at = excluded.expires_at,
           mime_type = COALESCE(excluded.mime_type, mime_type), purpose = COALESCE(excluded.purpose, purpose)`,
        pin.kind,
        keyOf(pin),
        credentialId,
        expiresAt,
        mimeType,
        purpose,
        pin.uncountedModel ?? null,
      )
    }
    this.#untilCount -= pins.length
    if (this.#untilCount <= 0) this.#evict()
  }

  drop(pin: Pin): void {
    this.#sql.exec('DELETE FROM pins WHERE kind = ? AND id = ?', pin.kind, keyOf(pin))
  }

  /** The credential was removed, so what it owned is out of reach. */
  forget(credentialId: string): void {
    this.#sql.exec('DELETE FROM pins WHERE credential_id = ?', credentialId)
  }

  prune(now: number): void {
    this.#sql.exec('DELETE FROM pins WHERE expires_at <= ?', now)
  }

  clear(): void {
    this.#sql.exec('DELETE FROM pins')
  }

  #evict(): void {
    this.#untilCount = COUNT_EVERY
    this.#sql.exec(
      `DELETE FROM pins WHERE (kind, id) IN (
         SELECT kind, id FROM pins ORDER BY expires_at DESC LIMIT -1 OFFSET ?)`,
      MAX_ROWS,
    )
  }
}

/** Only a token's hash is stored: tokens are long, and whoever has one can continue the answer. */
function keyOf({ kind, id }: Pin): string {
  return kind === 'continuation' ? sha256Now(id) : id
}
