import type { BatchUse } from '../../gemini/batch-use.ts'
import { dearCost } from '../../gemini/cost.ts'
import { outcomeOf } from '../../upstreams/verdict.ts'
import { type AttemptCounts, Counters, type RequestCounts } from './counters.ts'
import {
  type Grant,
  type LeaseRef,
  REQUEST_OUTCOMES,
  type RequestOutcome,
  type Settlement,
} from './lease.ts'
import { close, leaseId, type LifeRow, parseLeaseId, stateOf, toRow } from './lives.ts'
import { Lives } from './past-lives.ts'
import { CHECKPOINT_AFTER_MS, endOf, GRACE_MS, LEASE_MS } from './lease-times.ts'
import { Meter, type MeterReading } from './meter.ts'
import { deleteOpenLease, type OpenLease, readOpenLeases, writeOpenLease } from './open-leases.ts'
import { RecentRequests } from './recent-requests.ts'
import { RequestRollups } from './request-rollups.ts'
import type { Rollups } from './rollups.ts'
import { Tallies } from './tallies.ts'
import { tokensIn, type UsageKey } from './usage.ts'

/**
 * Every lease ends in exactly one terminal state, so at any moment granted = Σ terminal states + open. A disk write for
 * each grant would delay the first byte by a commit, so open leases live in memory. A settlement changes the counters at
 * once. The next `flush` writes all settlements since the last one, and only then are their callers answered.
 */
export class Ledger {
  readonly #sql: SqlStorage
  readonly #counters: Counters
  readonly #open = new Map<string, OpenLease>()
  readonly #byAttempt = new Map<string, LeaseRef>()
  readonly #lives: Lives
  /** What the limits count. Updated when requests begin and end. */
  readonly meter: Meter
  readonly requestRollups: RequestRollups
  /** The newest requests, with their attempts. */
  readonly recent: RecentRequests
  /** Counts of what happened to the ring and the limits, by name. */
  readonly tallies: Tallies
  /** Grows with every write, so that an older copy can be recognised. */
  #version: number
  #closedCheckpoints: string[] = []
  #changed = false

  constructor(sql: SqlStorage, now = Date.now()) {
    this.#sql = sql
    this.#counters = new Counters(sql)
    const [row] = sql.exec<LedgerRow>('SELECT * FROM ledger').toArray()
    this.#lives = new Lives(sql, row)
    this.requestRollups = new RequestRollups(sql, row?.running_requests)
    this.recent = new RecentRequests(sql, row?.recent ?? undefined)
    this.tallies = new Tallies(row?.tallies)
    this.#version = row?.version ?? 0
    this.meter = new Meter(JSON.parse(row?.meter ?? '{}') as Partial<MeterReading>)
    for (const lease of readOpenLeases(sql, now)) {
      this.meter.hold(lease.requestId, lease.reservedTokens, lease.reservedCostNano)
      this.#open.set(lease.id, lease)
      this.#counters.granted(lease.credentialId, lease.countedAs)
    }
  }

  /** Opens a lease, in memory only. */
  grant({ grantedTo, begins, model, upstream, ...terms }: Grant, now: number): LeaseRef {
    if (begins === null) this.meter.goesOn(terms.requestId)
    else this.meter.begin(terms.requestId, begins.tokens, now, begins.calls, begins.costNano)
    const countedAs = this.#counters.countedAs(model)
    const life = this.#lives.current
    const number = ++life.granted
    life.open.add(number)
    const id = leaseId(life, number)
    const times = { grantedAt: now, deadline: now + LEASE_MS }
    const lease = { id, model, countedAs, upstream, ...terms, ...times }
    this.#open.set(id, { ...lease, checkpointed: false, renewedAt: now, grantedTo })
    this.#byAttempt.set(grantedTo, lease)
    this.#counters.granted(terms.credentialId, countedAs, upstream)
    return lease
  }

  /** The attempt goes on; false if its lease is not open. */
  renew(id: string, now: number): boolean {
    const lease = this.#open.get(id)
    if (lease !== undefined) lease.renewedAt = now
    return lease !== undefined
  }

  /** The open lease of this attempt, if it was granted before and the answer was lost on the way. */
  grantedTo(attempt: string): LeaseRef | undefined {
    return this.#byAttempt.get(attempt)
  }

  /** Closes a lease. False if it was closed before, or if the report is so late that it may be a repetition. */
  settle(settlement: Settlement, now: number): boolean {
    const { lease, verdict, tokens, request, searches = 0, took = null } = settlement
    // A Worker of an earlier version does not send the cost.
    const { costNano = tokensIn(tokens) > 0 ? null : 0 } = settlement
    const spent = { tokens, costNano, searches, took }
    const { life: lifeId, number } = parseLeaseId(lease.id)
    const life = this.#lives.of(lifeId)
    const state = stateOf(life, number)
    if (state === 'settled' || now > lease.deadline + GRACE_MS) return false

    const outcome = outcomeOf(verdict)
    if (state === 'lost') {
      this.#counters.amended(lease, outcome, spent, now)
      this.#requestEnded('lost', -1, now)
    } else {
      // The lease was granted before this object restarted. The report is enough to count it.
      if (!this.#open.has(lease.id)) {
        this.#counters.granted(lease.credentialId, lease.countedAs, lease.upstream)
        // Otherwise each restart would let as many requests through again as were under way.
        if (number > life.metered) this.meter.countLate(lease.calls ?? 0, lease.grantedAt, now)
      }
      this.#counters.settled(lease, outcome, spent, now)
    }
    this.#close(lease.id)
    this.meter.used(tokensIn(tokens), now, costNano ?? dearCost(tokens))
    if (request !== null) {
      this.#requestEnded(request, 1, now)
      this.meter.end(lease.requestId)
    }
    this.recent.settled({ ...settlement, costNano }, now)
    return true
  }

  /** Counts what an attempt turned out to have used after it had ended. Leases and terminal states stay as they are. */
  usedLater(key: UsageKey, use: BatchUse, now: number): void {
    this.#counters.usedLater(key, use, now)
    this.meter.used(tokensIn(use.tokens), now, use.costNano ?? Math.ceil(dearCost(use.tokens) / 2))
    this.#changed = true
  }

  /** A request ended without a lease for its next attempt, or for any. `reason`: why there was none. */
  requestEnded(requestId: string, outcome: 'refused' | 'failed', reason: string): void {
    const now = Date.now()
    this.#requestEnded(outcome, 1, now)
    this.recent.ended(requestId, outcome, reason, now)
    this.meter.end(requestId)
    this.#changed = true
  }

  #requestEnded(outcome: RequestOutcome, by: 1 | -1, now: number): void {
    this.#counters.requestEnded(outcome, by)
    this.requestRollups.ended(outcome, by, now)
  }

  /** Counts leases as lost that are past their deadline or were not renewed; true if there were any. */
  sweep(now: number): boolean {
    const expired = [...this.#open.values()].filter((lease) => endOf(lease) <= now)
    for (const lease of expired) {
      const { life, number } = parseLeaseId(lease.id)
      this.#close(lease.id)
      this.#lives.of(life).lost.add(number)
      this.#counters.lost(lease, now)
      this.#requestEnded('lost', 1, now)
      this.recent.lost(lease, now)
      this.meter.end(lease.requestId)
    }
    return expired.length > 0
  }

  #close(id: string): void {
    const { life: lifeId, number } = parseLeaseId(id)
    const life = this.#lives.of(lifeId)
    close(life, number)
    this.#lives.changed(life)
    const open = this.#open.get(id)
    if (open?.checkpointed === true) this.#closedCheckpoints.push(id)
    this.#open.delete(id)
    this.#byAttempt.delete(open?.grantedTo ?? '')
    this.#changed = true
  }

  get isChanged(): boolean {
    return this.#changed
  }

  get version(): number {
    return this.#version
  }

  /** Counts what happened. Written with the next `flush`. */
  tally(name: string): void {
    this.tallies.add(name)
    this.#changed = true
  }

  /** Writes all changes. To be called within a transaction, and `flushed` after its commit. */
  flush(now: number): void {
    if (!this.#changed) return
    this.#counters.flush()
    this.requestRollups.flush()
    this.recent.flush()
    const requests = this.#counters.requests()
    const life = toRow(this.#lives.current)
    this.#sql.exec(
      `INSERT OR REPLACE INTO ledger
         (only_row, ok, failed, refused, cancelled, lost, life, granted, open, lost_leases, meter, running_requests,
          tallies, version, recent)
       VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...REQUEST_OUTCOMES.map((outcome) => requests[outcome]),
      life.life,
      life.granted,
      life.open,
      life.lost_leases,
      JSON.stringify(this.meter.reading()),
      this.requestRollups.running(),
      this.tallies.text(),
      this.#version + 1,
      this.recent.text(),
    )
    this.#lives.flush(now)
    for (const id of this.#closedCheckpoints) {
      deleteOpenLease(this.#sql, id)
    }
  }

  /** Marks everything as written, unless `flush` wrote nothing: then an earlier life still waits for its row. */
  flushed(): void {
    if (!this.#changed) return
    this.#changed = false
    this.#version++
    this.requestRollups.flushed()
    this.recent.flushed()
    this.#counters.flushed()
    this.#lives.flushed()
    this.#closedCheckpoints = []
  }

  /** Writes leases to disk that have been open for CHECKPOINT_AFTER_MS. */
  checkpoint(now: number): void {
    for (const lease of this.#open.values()) {
      if (lease.checkpointed || now - lease.grantedAt < CHECKPOINT_AFTER_MS) continue
      lease.checkpointed = true
      writeOpenLease(this.#sql, lease, this.meter.heldBy(lease.requestId))
      this.#changed = true // the meter is written with it
    }
  }

  /** Forgets past lives about which no report can come any more. Folds roll-ups, and drops those past their age. */
  prune(now: number): void {
    this.#counters.rollups.foldAndPrune(now)
    this.requestRollups.prune(now)
    this.#lives.prune(now)
  }

  /** When the next open lease ends if it is not renewed (epoch milliseconds); null if none is open. */
  nextDeadline(): number | null {
    const ends = [...this.#open.values()].map(endOf)
    return ends.length === 0 ? null : Math.min(...ends)
  }

  /** Whether any open lease is not yet on disk. */
  hasUnwritten(): boolean {
    return [...this.#open.values()].some(({ checkpointed }) => !checkpointed)
  }

  openCount(): number {
    return this.#open.size
  }

  openLeases(): readonly LeaseRef[] {
    return [...this.#open.values()]
  }

  attempts(): readonly AttemptCounts[] {
    return this.#counters.attempts()
  }

  /** The known cost of everything so far, in 1e-9 dollars. */
  costNano(): number {
    return this.#counters.costNano()
  }

  /** All tokens that the user ever used: input, output, thoughts and tools. */
  totalTokens(): number {
    return this.#counters.totalTokens()
  }

  get rollups(): Rollups {
    return this.#counters.rollups
  }

  requests(): Readonly<RequestCounts> {
    return this.#counters.requests()
  }
}

type LedgerRow = LifeRow & {
  meter: string
  running_requests: string
  tallies: string
  version: number
  recent: string | null
}
