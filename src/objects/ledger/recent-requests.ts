import { toUsd } from '../../json/money.ts'
import { iso } from '../../json/time.ts'
import type { Verdict } from '../../upstreams/verdict.ts'
import type { AttemptLine, RequestEntry } from '../../wire/requests.ts'
import type { LeaseRef, RequestOutcome, Settlement } from './lease.ts'

/** How many requests are shown. */
const KEPT = 200
/**
 * This many entries fill a row of their own. Fewer are part of the ledger's row, which every group of settlements
 * writes anyway.
 */
const CHUNK = 16
/** One more than needed: when a new row is begun, the oldest one is no longer complete. */
const SLOTS = Math.ceil(KEPT / CHUNK) + 1
/** Requests under way whose attempts are remembered. If there are more, those of the oldest are forgotten. */
const MAX_OPEN = 1000

/** A request under way. */
interface Open {
  /** The client's name for it. */
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
  /** In 1e-9 dollars; null if it is not known for some attempt. */
  costNano: number | null
}

/**
 * What the ledger's row holds: the number of the last request, and the entries that are in no other row, each as
 * JSON.
 */
interface Tail {
  readonly last: number
  readonly entries: readonly string[]
}

/**
 * The user's newest requests, with their attempts: ids, names, numbers and verdicts. A row for each would be a third
 * of what a request writes. So they are stored in the ledger's own row, and a group of CHUNK gets a row of its own.
 * Attempts of a request under way are only in memory: if the object dies meanwhile, its entry has only the later
 * attempts.
 */
export class RecentRequests {
  readonly #sql: SqlStorage
  readonly #open = new Map<string, Open>()
  #last: number
  /** Oldest first. The number of the first one is one more than a multiple of CHUNK. */
  #tail: string[]

  constructor(sql: SqlStorage, kept: string | undefined) {
    this.#sql = sql
    const { last, entries } = JSON.parse(kept ?? '{"last":0,"entries":[]}') as Tail
    this.#last = last
    this.#tail = [...entries]
  }

  /** A request asks for its first lease, or for the first one that this object knows of. */
  began(requestId: string, model: string, now: number): void {
    if (this.#open.has(requestId)) return
    if (this.#open.size >= MAX_OPEN) {
      const [oldest] = this.#open.keys()
      this.#open.delete(oldest ?? '')
    }
    const spent = { prompt: 0, cached: 0, output: 0, reasoning: 0, toolUse: 0, costNano: 0 }
    this.#open.set(requestId, { model, began: now, attempts: [], spent })
  }

  /** An attempt ended, and with it the request if `settlement.request` says so. */
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

  /** No report came for an attempt, so its request counts as lost too. */
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

  /** `reason`: why a request got no lease, or no further one. */
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
      cost_usd: spent.costNano === null ? null : toUsd(spent.costNano),
    }
    this.#tail.push(JSON.stringify(entry))
  }

  #of({ requestId, model, grantedAt }: LeaseRef): Open {
    // The lease was granted in an earlier life, so the client's name for the model is lost.
    this.began(requestId, model, grantedAt)
    const open = this.#open.get(requestId)
    if (open === undefined) throw new Error('A request that began is not known.')
    return open
  }

  /** The entries that are not in a row of their own, to be written with each change. */
  text(): string {
    const entries = this.#tail.slice(this.#full())
    return JSON.stringify({ last: this.#last, entries } satisfies Tail)
  }

  /**
   * Writes the entries that fill a row. To be called in the same transaction that writes `text`, and `flushed` after
   * its commit.
   */
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

  /** The number of the newest request. */
  get last(): number {
    return this.#last
  }

  /**
   * The newest first, and only those newer than `after`. A request that was lost but ended after all is shown as it
   * ended.
   */
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

/** The time to the first byte of the attempt that answered, plus the attempts before it. */
function firstByteOf(attempts: readonly AttemptLine[]): number | null {
  const at = attempts.findIndex((attempt) => attempt.first_byte_ms !== null)
  if (at === -1) return null
  const before = attempts.slice(0, at).reduce((sum, { ms }) => sum + (ms ?? 0), 0)
  return before + (attempts[at]?.first_byte_ms ?? 0)
}

function plus(sum: number | null, more: number | null): number | null {
  return sum === null || more === null ? null : sum + more
}
