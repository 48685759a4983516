import { MINUTE_MS, DAY_MS } from '../json/time.ts'

/** What happened to the first request with an Idempotency-Key. */
export type Begun =
  /** The caller must do the act. If its Worker dies, another caller does it again, as the same operation. */
  | { readonly kind: 'run'; readonly operation: string }
  | { readonly kind: 'done'; readonly sealedAnswer: string }
  | { readonly kind: 'running'; readonly retryAfterMs: number }
  /** The key was used for something else. */
  | { readonly kind: 'other_request' }

export interface Attempted {
  /** SHA-256 of the key, in hex. */
  readonly key: string
  /** SHA-256 of method, address and body, in hex. */
  readonly fingerprint: string
  readonly requestId: string
}

/** As docs/admin.md promises. */
export const KEPT_MS = DAY_MS
const MAX_KEYS = 10_000
/** A Worker that has not answered within this time is assumed dead. */
const RUNNING_MS = MINUTE_MS
const RETRY_AFTER_MS = 1000

/**
 * The Idempotency-Keys of the last day, with their sealed answers. Synchronous, so that only one of several requests
 * begins.
 */
export class IdempotencyKeys {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
    sql.exec(
      `CREATE TABLE IF NOT EXISTS idempotency_keys (
         seq INTEGER PRIMARY KEY AUTOINCREMENT,
         key TEXT NOT NULL UNIQUE,
         fingerprint TEXT NOT NULL,
         operation TEXT NOT NULL,
         request_id TEXT NOT NULL,
         running_until INTEGER NOT NULL,
         sealed_answer TEXT,
         created_at INTEGER NOT NULL
       ) STRICT`,
    )
  }

  begin({ key, fingerprint, requestId }: Attempted, now: number): Begun {
    this.#prune(now)
    const [row] = this.#sql
      .exec<KeyRow>('SELECT * FROM idempotency_keys WHERE key = ?', key)
      .toArray()
    if (row === undefined) return this.#add({ key, fingerprint, requestId }, now)
    if (row.fingerprint !== fingerprint) return { kind: 'other_request' }
    if (row.sealed_answer !== null) return { kind: 'done', sealedAnswer: row.sealed_answer }
    // It lasts no longer than that, unless the clock was ahead and was set back.
    const isRunning = row.running_until > now && row.running_until <= now + RUNNING_MS
    // The same request asks again if the answer to its first call was lost.
    if (isRunning && row.request_id !== requestId) {
      return { kind: 'running', retryAfterMs: RETRY_AFTER_MS }
    }
    this.#sql.exec(
      'UPDATE idempotency_keys SET request_id = ?, running_until = ? WHERE key = ?',
      requestId,
      now + RUNNING_MS,
      key,
    )
    return { kind: 'run', operation: row.operation }
  }

  /** Stores the answer, unless another one has been stored meanwhile. */
  finish(key: string, operation: string, sealedAnswer: string): void {
    this.#sql.exec(
      `UPDATE idempotency_keys SET sealed_answer = ?
       WHERE key = ? AND operation = ? AND sealed_answer IS NULL`,
      sealedAnswer,
      key,
      operation,
    )
  }

  /** The act failed, but may succeed later. The next request with this key does it, as the same operation. */
  release(key: string, operation: string): void {
    this.#sql.exec(
      'UPDATE idempotency_keys SET running_until = 0 WHERE key = ? AND operation = ?',
      key,
      operation,
    )
  }

  #add({ key, fingerprint, requestId }: Attempted, now: number): Begun {
    const operation = `op_${crypto.randomUUID()}`
    this.#sql.exec(
      `INSERT INTO idempotency_keys (key, fingerprint, operation, request_id, running_until, created_at)
       VALUES (?, ?, ?, ?, ?, ?)`,
      key,
      fingerprint,
      operation,
      requestId,
      now + RUNNING_MS,
      now,
    )
    return { kind: 'run', operation }
  }

  /** Runs with every new key. The rows are in order of age, so the oldest are dropped first. */
  #prune(now: number): void {
    for (;;) {
      const [oldest] = this.#sql
        .exec<{ seq: number; created_at: number; newest: number }>(
          `SELECT seq, created_at, (SELECT max(seq) FROM idempotency_keys) AS newest
           FROM idempotency_keys ORDER BY seq LIMIT 1`,
        )
        .toArray()
      if (oldest === undefined) return
      const isOld = oldest.created_at <= now - KEPT_MS
      if (!isOld && oldest.newest - oldest.seq < MAX_KEYS) return
      this.#sql.exec('DELETE FROM idempotency_keys WHERE seq = ?', oldest.seq)
    }
  }
}

type KeyRow = {
  fingerprint: string
  operation: string
  request_id: string
  running_until: number
  sealed_answer: string | null
}
