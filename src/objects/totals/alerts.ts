import { HOUR_MS, DAY_MS, iso } from '../../json/time.ts'
import { logError } from '../../http/log.ts'
import type { Condition } from './conditions.ts'

/** A condition that ends and holds again is reported only once within this time. */
const QUIET_MS = HOUR_MS
/** Alerts within this time go out with one call. */
export const GATHER_MS = 2000
/**
 * A receiver that does not answer is called again after 5 s, doubled up to an hour. Alerts older than a day are given
 * up.
 */
const RETRY_MS = 5000
const MAX_RETRY_MS = HOUR_MS
const GIVEN_UP_MS = DAY_MS
/** The most alerts of one call. */
const MAX_ALERTS = 100
const ANSWER_MS = 10_000

export interface Receiver {
  readonly url: string
  readonly secret: string
  readonly send: (request: Request) => Promise<Response>
}

/** Alerts on their way to the operator's webhook. They are kept until it has accepted them. */
export class Alerts {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
    sql.exec(`
      CREATE TABLE IF NOT EXISTS alerts (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, tries INTEGER NOT NULL, body TEXT NOT NULL
      ) STRICT;
      CREATE TABLE IF NOT EXISTS alerted (name TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    `)
  }

  /**
   * Records conditions of a user that hold now and did not before. Returns whether there is anything to send. To be
   * called within a transaction.
   */
  note(
    user: { readonly id: string; readonly label: string | null },
    before: readonly Condition[],
    now: readonly Condition[],
    at: number,
  ): boolean {
    const known = new Set(before.map(nameOf))
    let isNew = false
    this.#sql.exec('DELETE FROM alerted WHERE at <= ? OR at > ?', at - QUIET_MS, at)
    for (const condition of now.filter((one) => !known.has(nameOf(one)))) {
      const name = `${user.id} ${nameOf(condition)}`
      if (this.#sql.exec('SELECT 1 FROM alerted WHERE name = ?', name).toArray().length > 0)
        continue
      this.#sql.exec('INSERT INTO alerted (name, at) VALUES (?, ?)', name, at)
      const alert = {
        kind: condition.kind,
        user: user.id,
        label: user.label,
        at: iso(at),
        ...condition.detail,
      }
      this.#sql.exec(
        'INSERT INTO alerts (at, tries, body) VALUES (?, 0, ?)',
        at,
        JSON.stringify(alert),
      )
      isNew = true
    }
    return isNew
  }

  /**
   * Sends what waits, with one call. Returns when to try again (epoch milliseconds); null if nothing is left. Never
   * throws.
   */
  async deliver({ url, secret, send }: Receiver, now: number): Promise<number | null> {
    this.#sql.exec('DELETE FROM alerts WHERE at <= ?', now - GIVEN_UP_MS)
    const waiting = this.#sql
      .exec<{ seq: number; tries: number; body: string }>(
        'SELECT seq, tries, body FROM alerts ORDER BY seq LIMIT ?',
        MAX_ALERTS,
      )
      .toArray()
    const [first] = waiting
    if (first === undefined) return null
    // A repetition sends the same rows under the same id, so that a receiver which has accepted them already
    // recognises them.
    const others = waiting.findIndex(({ tries }) => tries !== first.tries)
    const rows = others === -1 ? waiting : waiting.slice(0, others)
    const last = rows.at(-1) ?? first
    const id = `alerts_${first.seq}_${last.seq}`
    const alerts = rows.map(({ body }) => body).join(',')
    const body = `{"type":"pollux.alerts","alerts":[${alerts}]}`
    if (await wasTaken(() => signed(url, secret, { id, body, now }), send)) {
      this.#sql.exec('DELETE FROM alerts WHERE seq <= ?', last.seq)
      const isMore = this.#sql.exec('SELECT 1 FROM alerts LIMIT 1').toArray().length > 0
      return isMore ? now + GATHER_MS : null
    }
    this.#sql.exec('UPDATE alerts SET tries = tries + 1 WHERE seq <= ?', last.seq)
    return now + Math.min(RETRY_MS * 2 ** first.tries, MAX_RETRY_MS)
  }
}

function nameOf({ kind, subject }: Condition): string {
  return `${kind} ${subject}`
}

/**
 * Alerts that are not accepted are sent again. The log says why, since an operator who hears nothing takes it for
 * good news.
 */
async function wasTaken(request: () => Promise<Request>, send: Receiver['send']): Promise<boolean> {
  try {
    const response = await send(await request())
    await response.body?.cancel()
    if (!response.ok) logError('alerts_not_taken', { status: response.status })
    return response.ok
  } catch (error) {
    logError('alerts_not_taken', { error: error instanceof Error ? error.name : 'unknown' })
    return false
  }
}

/** The bytes of a secret: with the prefix `whsec_` it is base64. Null if that is malformed or empty. */
export function signingKey(secret: string): Uint8Array | null {
  if (!secret.startsWith('whsec_')) return secret === '' ? null : new TextEncoder().encode(secret)
  try {
    const bytes = Uint8Array.fromBase64(secret.slice('whsec_'.length))
    return bytes.length === 0 ? null : bytes
  } catch {
    return null // not base64; /health/ready reports it
  }
}

/** Signed as in Standard Webhooks 1.0: HMAC-SHA256 over `id.timestamp.body`. */
async function signed(
  url: string,
  secret: string,
  { id, body, now }: { readonly id: string; readonly body: string; readonly now: number },
): Promise<Request> {
  const timestamp = String(Math.floor(now / 1000))
  const utf8 = new TextEncoder()
  const bytes = signingKey(secret)
  if (bytes === null) throw new TypeError('ALERT_WEBHOOK_SECRET is malformed.')
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const key = await crypto.subtle.importKey('raw', bytes, algorithm, false, ['sign'])
  const tag = await crypto.subtle.sign('HMAC', key, utf8.encode(`${id}.${timestamp}.${body}`))
  return new Request(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${new Uint8Array(tag).toBase64()}`,
    },
    body,
    redirect: 'manual',
    signal: AbortSignal.timeout(ANSWER_MS),
  })
}
