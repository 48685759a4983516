import type { BatchUse } from '../../gemini/batch-use.ts'
import type { Upstream } from '../../gemini/upstreams.ts'
import type { Outcome } from '../../upstreams/verdict.ts'
import type { LeaseRef, RequestOutcome } from './lease.ts'
import { Rollups } from './rollups.ts'
import { latencyFrom } from './latency.ts'
import {
  addSpent,
  addTokens,
  COUNT_COLUMNS,
  type CountColumns,
  countsFrom,
  countValues,
  keyOf,
  noUsage,
  type Spent,
  terminalSum,
  type Usage,
  type UsageKey,
} from './usage.ts'

/** Clients choose names of models, so counters must be bounded. Models beyond this number are counted together. */
const MAX_MODELS = 200
export const OTHER_MODELS = '(other)'

/** Attempts of one credential on one model, by terminal state, and the tokens that they used. */
export interface AttemptCounts extends Usage, UsageKey {
  /** Leases granted, counted when they are granted: the other side of the ledger's sum. */
  granted: number
  /** Epoch milliseconds of the last settled attempt; 0 before the first. */
  lastUsedAt: number
  /** The credential's upstream when it was first lent for the model; empty if that is no longer known. */
  upstream: Upstream | ''
}

export type RequestCounts = Record<RequestOutcome, number>

/**
 * The two groups of counters, attempts and requests. They are read from memory; `flush` writes the rows that changed,
 * with absolute values. `granted` is not stored: after a restart it is counted anew from what is settled and what is
 * open.
 */
export class Counters {
  /** The same attempts by the time at which they ended. */
  readonly rollups: Rollups
  readonly #sql: SqlStorage
  readonly #attempts = new Map<string, AttemptCounts>()
  readonly #requests: RequestCounts
  readonly #changed = new Set<AttemptCounts>()
  readonly #models = new Set<string>()

  constructor(sql: SqlStorage) {
    this.#sql = sql
    this.rollups = new Rollups(sql)
    for (const row of sql.exec<AttemptRow>('SELECT * FROM attempts')) {
      const counts = fromRow(row)
      this.#attempts.set(keyOf(counts), counts)
      this.#models.add(counts.model)
      this.rollups.restore(counts, row.running_minute)
    }
    const [row] = sql.exec<RequestCounts>('SELECT * FROM ledger').toArray()
    this.#requests = {
      ok: row?.ok ?? 0,
      failed: row?.failed ?? 0,
      refused: row?.refused ?? 0,
      cancelled: row?.cancelled ?? 0,
      lost: row?.lost ?? 0,
    }
  }

  /** The name under which attempts on this model are counted. */
  countedAs(model: string): string {
    return this.#models.has(model) || this.#models.size < MAX_MODELS ? model : OTHER_MODELS
  }

  granted(credentialId: string, model: string, upstream?: Upstream): void {
    const counts = this.#of(credentialId, model)
    counts.granted++
    if (upstream !== undefined && counts.upstream === '') counts.upstream = upstream
  }

  settled(lease: LeaseRef, outcome: Outcome, spent: Spent, now: number): void {
    const counts = this.#of(lease.credentialId, lease.countedAs)
    counts.lastUsedAt = Math.max(counts.lastUsedAt, now)
    for (const usage of this.#changing(counts, now)) {
      usage[outcome]++
      addSpent(usage, spent)
    }
  }

  /** Adds tokens and cost to an attempt that was settled without them. */
  usedLater({ credentialId, model }: UsageKey, use: BatchUse, now: number): void {
    const { tokens, costNano, isWhole } = use
    const counts = this.#of(credentialId, this.countedAs(model))
    for (const usage of this.#changing(counts, now)) {
      addTokens(usage, tokens)
      usage.costNano += costNano ?? 0
      // If the price is not known, the attempt itself was counted as unpriced already.
      if (!isWhole && costNano !== null) usage.unpriced++
    }
  }

  lost(lease: LeaseRef, now: number): void {
    const counts = this.#of(lease.credentialId, lease.countedAs)
    for (const usage of this.#changing(counts, now)) usage.lost++
  }

  amended(lease: LeaseRef, outcome: Outcome, spent: Spent, now: number): void {
    const counts = this.#of(lease.credentialId, lease.countedAs)
    for (const usage of this.#changing(counts, now)) {
      usage.lost--
      usage[outcome]++
      addSpent(usage, spent)
    }
  }

  /** The counts, and every sum over time to which they contribute now. A change must be made to all of them. */
  #changing(counts: AttemptCounts, now: number): readonly Usage[] {
    this.#changed.add(counts)
    return [counts, ...this.rollups.at(now, counts)]
  }

  requestEnded(outcome: RequestOutcome, by: 1 | -1): void {
    this.#requests[outcome] += by
  }

  attempts(): readonly AttemptCounts[] {
    return [...this.#attempts.values()]
  }

  costNano(): number {
    return this.attempts().reduce((sum, { costNano }) => sum + costNano, 0)
  }

  totalTokens(): number {
    return this.attempts().reduce(
      (sum, { promptTokens, outputTokens, reasoningTokens, toolUseTokens }) =>
        sum + promptTokens + outputTokens + reasoningTokens + toolUseTokens,
      0,
    )
  }

  requests(): Readonly<RequestCounts> {
    return this.#requests
  }

  /** Writes the attempts that changed. The counts of requests are part of the ledger's own row. */
  flush(): void {
    for (const counts of this.#changed) this.#write(counts)
    this.rollups.flush()
  }

  flushed(): void {
    this.#changed.clear()
    this.rollups.flushed()
  }

  #write(counts: AttemptCounts): void {
    this.#sql.exec(
      WRITE,
      counts.credentialId,
      counts.model,
      ...countValues(counts),
      counts.lastUsedAt,
      this.rollups.runningMinute(counts),
      counts.upstream,
      JSON.stringify(counts.latency),
    )
  }

  #of(credentialId: string, model: string): AttemptCounts {
    const key = keyOf({ credentialId, model })
    const known = this.#attempts.get(key)
    if (known !== undefined) return known
    const counts = noCounts(credentialId, model)
    this.#attempts.set(key, counts)
    this.#models.add(model)
    return counts
  }
}

/** Counts before the first attempt. */
export function noCounts(credentialId: string, model: string): AttemptCounts {
  return { credentialId, model, granted: 0, ...noUsage(), lastUsedAt: 0, upstream: '' }
}

type AttemptRow = CountColumns & {
  credential_id: string
  model: string
  last_used_at: number
  running_minute: string | null
  upstream: string
  latency: string | null
}

const WRITE = `INSERT OR REPLACE INTO attempts
  (credential_id, model, ${COUNT_COLUMNS.join(', ')}, last_used_at, running_minute, upstream, latency)
  VALUES (?, ?, ${COUNT_COLUMNS.map(() => '?').join(', ')}, ?, ?, ?, ?)`

function fromRow(row: AttemptRow): AttemptCounts {
  const usage = countsFrom(row)
  usage.latency = latencyFrom(JSON.parse(row.latency ?? 'null'))
  return {
    credentialId: row.credential_id,
    model: row.model,
    granted: terminalSum(usage),
    ...usage,
    lastUsedAt: row.last_used_at,
    upstream: row.upstream as Upstream | '',
  }
}
