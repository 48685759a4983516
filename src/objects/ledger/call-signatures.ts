import { DAY_MS } from '../../json/time.ts'
import {
  type CallSignature,
  type KnownSignatures,
  type Maker,
  MAX_ASKED,
  MAX_CALL_ID,
} from '../../gemini/signatures.ts'

/** How long signatures are kept: a user may come back after a weekend. After that, a turn gets a dummy signature. */
const KEPT_MS = 3 * DAY_MS
const MAX_ROWS = 2000
const MAX_CHARS = 8_000_000
/** Longer signatures are not kept. */
const MAX_SIGNATURE = 65_536
/** Counting reads the whole table, so it is done only after this many rows were written. */
const COUNT_EVERY = 100

interface Row extends CallSignature, Maker {
  readonly expiresAt: number
}

/**
 * The thought signatures of the latest calls, for clients that do not send them back. Bounded by age, number and
 * size. Written with the settlements, in their commit. Read only if a request has calls in it, and never held in
 * memory.
 */
export class CallSignatures {
  readonly #sql: SqlStorage
  #pending: Row[] = []
  /** Rows to be written before the table is counted again. A new life counts at once. */
  #untilCount = 0
  /** Whether the table has no rows, as with models that do not sign; undefined until it was asked. */
  #isEmpty: boolean | undefined

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  get isChanged(): boolean {
    return this.#pending.length > 0
  }

  keep(signatures: readonly CallSignature[], { model, upstream }: Maker, now: number): void {
    for (const { callId, signature } of signatures.slice(0, MAX_ASKED)) {
      if (callId.length > MAX_CALL_ID || signature.length > MAX_SIGNATURE) continue
      this.#pending.push({ callId, signature, model, upstream, expiresAt: now + KEPT_MS })
    }
  }

  /** What is known of these calls: the signature, or null if another model or upstream made the call. */
  of(callIds: readonly string[], maker: Maker, now: number): KnownSignatures {
    const wanted = new Set(callIds.slice(0, MAX_ASKED))
    const pending = this.#pending.filter(({ callId }) => wanted.has(callId))
    const rows = [...this.#read([...wanted]), ...pending].filter(({ expiresAt }) => expiresAt > now)
    return new Map(
      rows.map((row) => {
        const isOwn = row.model === maker.model && row.upstream === maker.upstream
        return [row.callId, isOwn ? row.signature : null]
      }),
    )
  }

  #read(callIds: readonly string[]): Row[] {
    this.#isEmpty ??= this.#sql.exec('SELECT 1 FROM call_signatures LIMIT 1').toArray().length === 0
    if (this.#isEmpty) return []
    const rows = this.#sql.exec<SignatureRow>(
      `SELECT call_id, model, upstream, signature, expires_at FROM call_signatures
       WHERE call_id IN (SELECT value FROM json_each(?))`,
      JSON.stringify(callIds),
    )
    return Array.from(rows, ({ call_id: callId, expires_at: expiresAt, ...rest }) => ({
      callId,
      expiresAt,
      ...rest,
    }))
  }

  /** To be called within a transaction, and `flushed` after its commit. */
  flush(): void {
    if (this.#pending.length > 0) this.#isEmpty = false
    for (const { callId, model, upstream, signature, expiresAt } of this.#pending) {
      this.#sql.exec(
        `INSERT OR REPLACE INTO call_signatures (call_id, model, upstream, signature, expires_at)
         VALUES (?, ?, ?, ?, ?)`,
        callId,
        model,
        upstream,
        signature,
        expiresAt,
      )
    }
    if (this.#pending.length > 0 && this.#untilCount <= this.#pending.length) this.#evict()
  }

  flushed(): void {
    const written = this.#pending.length
    this.#pending = []
    this.#untilCount = this.#untilCount <= written ? COUNT_EVERY : this.#untilCount - written
  }

  prune(now: number): void {
    this.#sql.exec('DELETE FROM call_signatures WHERE expires_at <= ?', now)
  }

  clear(): void {
    this.#pending = []
    this.#sql.exec('DELETE FROM call_signatures')
  }

  /** Deletes the oldest rows. */
  #evict(): void {
    this.#sql.exec(
      `DELETE FROM call_signatures WHERE call_id IN (
         SELECT call_id FROM (
           SELECT call_id,
             row_number() OVER newest AS number,
             sum(octet_length(signature)) OVER newest AS chars
           FROM call_signatures
           WINDOW newest AS (ORDER BY expires_at DESC, call_id ROWS UNBOUNDED PRECEDING)
         ) WHERE number > ? OR chars > ?)`,
      MAX_ROWS,
      MAX_CHARS,
    )
  }
}

type SignatureRow = {
  call_id: string
  model: string
  upstream: Maker['upstream']
  signature: string
  expires_at: number
}
