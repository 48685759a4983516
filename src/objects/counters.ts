import type { TokenCounts } from '../gemini/usage.ts'
import { OUTCOMES, type Outcome } from '../upstreams/verdict.ts'
import type { LeaseRef, RequestOutcome } from './lease.ts'

/** Attempts of one credential on one model, by terminal state, and the tokens they used. */
export interface AttemptCounts extends Record<Outcome, number> {
  readonly credentialId: string
  readonly model: string
  /** Leases granted, counted where they are granted: the other side of the ledger's sum. */
  granted: number
  promptTokens: number
  cachedTokens: number
  outputTokens: number
  reasoningTokens: number
  toolUseTokens: number
  /** Epoch milliseconds of the last settled attempt; 0 before the first. */
  lastUsedAt: number
}

export type RequestCounts = Record<RequestOutcome, number>

/**
 * The two families of counters, attempts and requests. Memory is what is read; `flush` writes the rows that changed, with
 * absolute values. `granted` is not stored: after a restart it is what is settled and what is open, counted anew.
 */
export class Counters {
  readonly #sql: SqlStorage
  readonly #attempts = new Map<string, AttemptCounts>()
  readonly #requests: RequestCounts
  readonly #changed = new Set<AttemptCounts>()
  readonly #models = new Set<string>()

  constructor(sql: SqlStorage) {
    this.#sql = sql
    for (const row of sql.exec<AttemptRow>('SELECT * FROM attempts')) {
      const counts = fromRow(row)
      this.#attempts.set(keyOf(counts.credentialId, counts.model), counts)
      this.#models.add(counts.model)
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

  /** Whether the model has counters of its own, or may still get them. */
  knowsModel(model: string, limit: number): boolean {
    return this.#models.has(model) || this.#models.size < limit
  }

  granted(credentialId: string, model: string): void {
    this.#of(credentialId, model).granted++
  }

  settled(lease: LeaseRef, outcome: Outcome, tokens: TokenCounts, now: number): void {
    const counts = this.#of(lease.credentialId, lease.countedAs)
    counts[outcome]++
    counts.lastUsedAt = Math.max(counts.lastUsedAt, now)
    addTokens(counts, tokens)
    this.#changed.add(counts)
  }

  lost(lease: LeaseRef): void {
    const counts = this.#of(lease.credentialId, lease.countedAs)
    counts.lost++
    this.#changed.add(counts)
  }

  amended(lease: LeaseRef, outcome: Outcome, tokens: TokenCounts): void {
    const counts = this.#of(lease.credentialId, lease.countedAs)
    counts.lost--
    counts[outcome]++
    addTokens(counts, tokens)
    this.#changed.add(counts)
  }

  requestEnded(outcome: RequestOutcome, by: 1 | -1): void {
    this.#requests[outcome] += by
  }

  attempts(): readonly AttemptCounts[] {
    return [...this.#attempts.values()]
  }

  requests(): Readonly<RequestCounts> {
    return this.#requests
  }

  /** Writes the attempts that changed. The request counts are part of the ledger's own row. */
  flush(): void {
    for (const counts of this.#changed) this.#write(counts)
  }

  flushed(): void {
    this.#changed.clear()
  }

  #write(counts: AttemptCounts): void {
    this.#sql.exec(
      `INSERT OR REPLACE INTO attempts (
         credential_id, model, ok, client_fault, credential_fault, quota, upstream_fault, cancelled, lost,
         prompt_tokens, cached_tokens, output_tokens, reasoning_tokens, tool_use_tokens, last_used_at
       ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      counts.credentialId,
      counts.model,
      ...OUTCOMES.map((outcome) => counts[outcome]),
      counts.promptTokens,
      counts.cachedTokens,
      counts.outputTokens,
      counts.reasoningTokens,
      counts.toolUseTokens,
      counts.lastUsedAt,
    )
  }

  #of(credentialId: string, model: string): AttemptCounts {
    const key = keyOf(credentialId, model)
    const known = this.#attempts.get(key)
    if (known !== undefined) return known
    const counts = noCounts(credentialId, model)
    this.#attempts.set(key, counts)
    this.#models.add(model)
    return counts
  }
}

function addTokens(counts: AttemptCounts, tokens: TokenCounts): void {
  counts.promptTokens += tokens.prompt
  counts.cachedTokens += tokens.cached
  counts.outputTokens += tokens.output
  counts.reasoningTokens += tokens.reasoning
  counts.toolUseTokens += tokens.toolUse
}

/** Counts before the first attempt. */
export function noCounts(credentialId: string, model: string): AttemptCounts {
  return {
    credentialId,
    model,
    granted: 0,
    ok: 0,
    client_fault: 0,
    credential_fault: 0,
    quota: 0,
    upstream_fault: 0,
    cancelled: 0,
    lost: 0,
    promptTokens: 0,
    cachedTokens: 0,
    outputTokens: 0,
    reasoningTokens: 0,
    toolUseTokens: 0,
    lastUsedAt: 0,
  }
}

type AttemptRow = Record<Outcome, number> & {
  credential_id: string
  model: string
  prompt_tokens: number
  cached_tokens: number
  output_tokens: number
  reasoning_tokens: number
  tool_use_tokens: number
  last_used_at: number
}

function fromRow(row: AttemptRow): AttemptCounts {
  const counts = noCounts(row.credential_id, row.model)
  for (const outcome of OUTCOMES) counts[outcome] = row[outcome]
  counts.granted = OUTCOMES.reduce((sum, outcome) => sum + row[outcome], 0)
  counts.promptTokens = row.prompt_tokens
  counts.cachedTokens = row.cached_tokens
  counts.outputTokens = row.output_tokens
  counts.reasoningTokens = row.reasoning_tokens
  counts.toolUseTokens = row.tool_use_tokens
  counts.lastUsedAt = row.last_used_at
  return counts
}

function keyOf(credentialId: string, model: string): string {
  return `${credentialId} ${model}`
}
