import type { QuotaDimension, QuotaEvidence, Verdict } from '../upstreams/verdict.ts'
import { nextPacificMidnight } from './pacific-midnight.ts'

/** A (credential, model) pair that is not to be tried before `until` (epoch milliseconds). */
export interface Cooldown {
  readonly credentialId: string
  readonly model: string
  readonly since: number
  readonly until: number
  readonly cause: 'quota' | 'model_not_found' | 'permission_denied'
  readonly dimension: QuotaDimension
  readonly evidence: QuotaEvidence | 'fault'
  /** Failures in a row, each after the last cooldown had ended; what the backoff doubles by. */
  readonly strikes: number
}

/** Where Google gives no hint: 30 s, doubling with each strike, up to a quarter of an hour (field §2.3). */
const BACKOFF_MS = 30_000
const MAX_BACKOFF_MS = 15 * 60_000
/** A hint is a belief: none keeps a credential out for longer than this without a new try. */
const MAX_HINT_MS = 60 * 60_000
/** Google's `retryDelay` may be `0s`: without a floor the next request would run into the same wall. */
const MIN_COOLDOWN_MS = 1000
/** A model or permission may be granted at any time, but not by asking again at once. */
const FAULT_MS = 10 * 60_000

/** The cooldown that follows from a verdict; undefined where none does. Pure. `previous` is the pair's last one, ended or not. */
export function cooldownAfter(
  pair: { readonly credentialId: string; readonly model: string },
  verdict: Verdict,
  previous: Cooldown | undefined,
  now: number,
): Cooldown | undefined {
  if (verdict.kind === 'credential_fault' && verdict.scope === 'model') {
    const cause = verdict.reason === 'model_not_found' ? 'model_not_found' : 'permission_denied'
    const until = now + FAULT_MS
    return {
      ...pair,
      since: now,
      until,
      cause,
      dimension: 'unknown',
      evidence: 'fault',
      strikes: 1,
    }
  }
  if (verdict.kind !== 'quota') return undefined

  const { dimension, evidence } = verdict
  const open = previous !== undefined && previous.cause === 'quota' && previous.until > now
  // Concurrent answers about one exhausted quota are one strike.
  const strikes = open ? previous.strikes : (previous?.strikes ?? 0) + 1
  const until = now + quotaMs(verdict, strikes, now)
  return {
    ...pair,
    since: open ? previous.since : now,
    until: open ? Math.max(previous.until, until) : until,
    cause: 'quota',
    dimension,
    evidence,
    strikes,
  }
}

function quotaMs(verdict: Verdict & { kind: 'quota' }, strikes: number, now: number): number {
  if (verdict.dimension === 'day') return nextPacificMidnight(now) - now
  const hint = verdict.retryAfterMs ?? Math.min(BACKOFF_MS * 2 ** (strikes - 1), MAX_BACKOFF_MS)
  return Math.min(Math.max(hint, MIN_COOLDOWN_MS), MAX_HINT_MS)
}

/** The cooldowns of one user: in memory for every lease, in a table for the next life of the object. */
export class Cooldowns {
  readonly #sql: SqlStorage
  readonly #byPair = new Map<string, Cooldown>()

  constructor(sql: SqlStorage) {
    this.#sql = sql
    for (const row of sql.exec<CooldownRow>('SELECT * FROM cooldowns')) {
      const cooldown = fromRow(row)
      this.#byPair.set(keyOf(cooldown.credentialId, cooldown.model), cooldown)
    }
  }

  /** The last cooldown of the pair, which may have ended. */
  readonly of = (credentialId: string, model: string): Cooldown | undefined =>
    this.#byPair.get(keyOf(credentialId, model))

  all(): readonly Cooldown[] {
    return [...this.#byPair.values()]
  }

  set(cooldown: Cooldown): void {
    this.#byPair.set(keyOf(cooldown.credentialId, cooldown.model), cooldown)
    this.#sql.exec(
      `INSERT OR REPLACE INTO cooldowns (credential_id, model, since, until, cause, dimension, evidence, strikes)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      cooldown.credentialId,
      cooldown.model,
      cooldown.since,
      cooldown.until,
      cooldown.cause,
      cooldown.dimension,
      cooldown.evidence,
      cooldown.strikes,
    )
  }

  /** A success ends the pair's cooldown and its strikes, unless the attempt began before the cooldown did: that one proves nothing. */
  refute(credentialId: string, model: string, attemptBegan: number): void {
    const cooldown = this.of(credentialId, model)
    if (cooldown !== undefined && attemptBegan > cooldown.since) this.clear(credentialId, model)
  }

  clear(credentialId: string, model: string): void {
    if (!this.#byPair.delete(keyOf(credentialId, model))) return
    this.#sql.exec(
      'DELETE FROM cooldowns WHERE credential_id = ? AND model = ?',
      credentialId,
      model,
    )
  }

  /** A new secret starts afresh. */
  clearCredential(credentialId: string): void {
    for (const cooldown of this.all()) {
      if (cooldown.credentialId === credentialId) this.clear(credentialId, cooldown.model)
    }
  }

  /** Forgets what ended long enough ago that its strikes no longer tell anything; model names come from clients, so the table must not grow with them. */
  prune(now: number): void {
    for (const cooldown of this.all()) {
      if (cooldown.until + MAX_BACKOFF_MS < now) this.clear(cooldown.credentialId, cooldown.model)
    }
  }
}

type CooldownRow = {
  credential_id: string
  model: string
  since: number
  until: number
  cause: Cooldown['cause']
  dimension: Cooldown['dimension']
  evidence: Cooldown['evidence']
  strikes: number
}

function fromRow(row: CooldownRow): Cooldown {
  const { credential_id: credentialId, ...rest } = row
  return { credentialId, ...rest }
}

function keyOf(credentialId: string, model: string): string {
  return `${credentialId} ${model}`
}
