import { iso } from '../../json/time.ts'
import type { Verdict } from '../../upstreams/verdict.ts'
import type { AttemptLine, RequestEntry } from '../../wire/requests.ts'
import type { LeaseRef, RequestOutcome, Settlement } from './lease.ts'

/** So many are told. */
const KEPT = 200
/** So many fill a row of their own; fewer are part of the ledger's row, which every group of settlements writes anyway. */
const CHUNK = 16
/** The oldest row is not whole any more when the newest is begun. */
const SLOTS = Math.ceil(KEPT / CHUNK) + 1
/** Requests under way that attempts are remembered of; more at the same time lose those of the oldest. */
const MAX_OPEN = 1000

/** A request under way. */
interface Open {
  /** As the client named it. */
  readonly model: string
  readonly began: number
  readonly attempts: AttemptLine[]
  readonly spent: Spent
}

interface Spent {
  prompt: number
  cached: number
  output: number
  reasoning: number
  toolUse: number
  /** 1e-9 dollars; null: not known of some attempt. */
  costNano: number | null
}

/** What is kept in the ledger's row: the number of the last request, and those that are in no other row, each as JSON. */
interface Tail {
  readonly last: number
  readonly entries: readonly string[]
}

/**
 * The user's newest requests, with their attempts: ids, names, numbers and verdicts. A row for each would be a third of what a
 * request writes, so they go to disk with the ledger's own row, and in a row of their own by the dozen. Attempts of a request
 * under way are in memory only: where the object dies in between, its entry has the later ones.
 */
export class RecentRequests {
  readonly #sql: SqlStorage
  readonly #open = new Map<string, Open>()
  #last: number
  /** Oldest first; the first one's number is divided by CHUNK with a rest of 1. */
  #tail: string[]

  constructor(sql: SqlStorage, kept: string | undefined) {
    this.#sql = sql
    const { last, entries } = JSON.parse(kept ?? '{"last":0,"entries":[]}') as Tail
    this.#last = last
    this.#tail = [...entries]
  }

  /** A request asks for its first lease, or its first that is known of. */
  began(requestId: string, model: string, now: number): void {
    if (this.#open.has(requestId)) return
    if (this.#open.size >= MAX_OPEN) {
      const [oldest] = this.#open.keys()
      this.#open.delete(oldest ?? '')
    }
    const spent = { prompt: 0, cached: 0, output: 0, reasoning: 0, toolUse: 0, costNano: 0 }
    this.#open.set(requestId, { model, began: now, attempts: [], spent })
  }

  /** An attempt ended, and the request with it where `settlement.request` says so. */
  settled(settlement: Settlement, now: number): void {
    const { lease, verdict, status, tokens, took = null, costNano = null, request } = settlement
    const { attempts, spent } = this.#of(lease)
    attempts.push({
      credential: lease.credentialId,
      model: lease.model,
      upstream: lease.upstream ?? null,
      verdict: verdict.kind,
      reason: reasonOf(verdict),
      status,
      ms: took?.wholeMs ?? null,
      first_byte_ms: took?.firstByteMs ?? null,
    })
    spent.prompt += tokens.prompt
    spent.cached += tokens.cached
    spent.output += tokens.output
    spent.reasoning += tokens.reasoning
    spent.toolUse += tokens.toolUse
    spent.costNano = plus(spent.costNano, costNano)
    if (request !== null) this.ended(lease.requestId, request, null, now)
  }

  /** Nothing was heard of an attempt, nor of its request. */
  lost(lease: LeaseRef, now: number): void {
    const { attempts, spent } = this.#of(lease)
    attempts.push({
      credential: lease.credentialId,
      model: lease.model,
      upstream: lease.upstream ?? null,
      verdict: 'lost',
      reason: null,
      status: 0,
      ms: null,
      first_byte_ms: null,
    })
    spent.costNano = null
    this.ended(lease.requestId, 'lost', null, now)
  }

  /** `reason`: why a request got no lease, or not another. */
  ended(requestId: string, outcome: RequestOutcome, reason: string | null, now: number): void {
    const open = this.#open.get(requestId)
    if (open === undefined) return
    this.#open.delete(requestId)
    const { model, began, attempts, spent } = open
    const last = attempts.at(-1)
    const entry: RequestEntry = {
      seq: ++this.#last,
      request_id: requestId,
      began_at: iso(began),
      ended_at: iso(now),
      model,
      served_model: outcome === 'ok' || outcome === 'cancelled' ? (last?.model ?? null) : null,
      outcome,
      reason,
      attempts,
      first_byte_ms: firstByteOf(attempts),
      ms: Math.max(0, now - began),
      prompt_tokens: spent.prompt,
      cached_tokens: spent.cached,
      output_tokens: spent.output,
      reasoning_tokens: spent.reasoning,
      tool_use_tokens: spent.toolUse,
      cost_usd: spent.costNano === null ? null : spent.costNano / 1e9,
    }
    this.#tail.push(JSON.stringify(entry))
  }

  #of({ requestId, model, grantedAt }: LeaseRef): Open {
    // Granted in a life whose memory is gone: what the client called the model is gone too.
    this.began(requestId, model, grantedAt)
    const open = this.#open.get(requestId)
    if (open === undefined) throw new Error('A request that began is not known.')
    return open
  }

  /** What is in no row of its own, to be written down with each change. */
  text(): string {
    const entries = this.#tail.slice(this.#full())
    return JSON.stringify({ last: this.#last, entries } satisfies Tail)
  }

  /** Writes those that fill a row. To be called within a transaction with the writing of `text`, and `flushed` after it. */
  flush(): void {
    const first = this.#last - this.#tail.length
    for (let at = 0; at < this.#full(); at += CHUNK) {
      this.#sql.exec(
        'INSERT OR REPLACE INTO recent_requests (slot, entries) VALUES (?, ?)',
        Math.floor((first + at) / CHUNK) % SLOTS,
        `[${this.#tail.slice(at, at + CHUNK).join(',')}]`,
      )
    }
  }

  flushed(): void {
    if (this.#full() > 0) this.#tail = this.#tail.slice(this.#full())
  }

  #full(): number {
    return this.#tail.length - (this.#tail.length % CHUNK)
  }

  /** The number of the newest. */
  get last(): number {
    return this.#last
  }

  /** The newest first, and none that is not newer than `after`. A request that was lost and ended after all is told as it ended. */
  read(after: number, limit: number): readonly RequestEntry[] {
    const rows = this.#sql.exec<{ entries: string }>('SELECT entries FROM recent_requests')
    const kept = Array.from(rows, ({ entries }) => JSON.parse(entries) as RequestEntry[]).flat()
    const tail = this.#tail.map((entry) => JSON.parse(entry) as RequestEntry)
    const ids = new Set<string>()
    return [...kept, ...tail]
      .filter(({ seq }) => seq > after && seq > this.#last - KEPT)
      .toSorted((one, other) => other.seq - one.seq)
      .filter(({ request_id: id }) => !ids.has(id) && ids.add(id))
      .slice(0, limit)
  }
}

function reasonOf(verdict: Verdict): string | null {
  if (verdict.kind === 'quota') return verdict.dimension
  return 'reason' in verdict ? verdict.reason : null
}

/** Of the attempt that answered, with what went before it. */
function firstByteOf(attempts: readonly AttemptLine[]): number | null {
  const at = attempts.findIndex((attempt) => attempt.first_byte_ms !== null)
  if (at === -1) return null
  const before = attempts.slice(0, at).reduce((sum, { ms }) => sum + (ms ?? 0), 0)
  return before + (attempts[at]?.first_byte_ms ?? 0)
}

function plus(sum: number | null, more: number | null): number | null {
  return sum === null || more === null ? null : sum + more
}
