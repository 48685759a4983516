import { MINUTE_MS } from '../../json/time.ts'
import { type Bucket, MAX_BACKOFF_MS } from './quota-buckets.ts'

/** Clocks of two machines may differ by so much, in milliseconds. */
const SKEW_MS = MINUTE_MS

/** A lease that tests a closed bucket with one real request. */
interface Test {
  readonly id: string
  readonly model: string
  /** Epoch milliseconds. From then on another test may be made. */
  readonly deadline: number
}

/** The user's quota buckets: in memory for every lease, and in a table for the next life of the object. */
export class BucketTable {
  readonly #sql: SqlStorage
  readonly #byKey = new Map<string, Bucket[]>()
  /**
   * Leases that test a closed bucket, by principal and model. If the memory of a test is lost, it may be made again.
   */
  readonly #tests = new Map<string, Test>()

  constructor(sql: SqlStorage, now = Date.now()) {
    this.#sql = sql
    // One that closed in the future was noted while the clock was ahead, and nobody can say until when it holds. It must
    // not come back when its day has come.
    sql.exec('DELETE FROM buckets WHERE closed_at > ?', now + SKEW_MS)
    for (const row of sql.exec<BucketRow>('SELECT * FROM buckets')) this.#keep(fromRow(row))
  }

  /** All dimensions of a principal's quota for a model, closed or not. */
  of(principal: string, model: string): readonly Bucket[] {
    return this.#byKey.get(keyOf(principal, model)) ?? []
  }

  all(): readonly Bucket[] {
    return [...this.#byKey.values()].flat()
  }

  set(bucket: Bucket): void {
    this.#keep(bucket)
    this.#sql.exec(
      `INSERT OR REPLACE INTO buckets
         (principal, model, dimension, closed_at, until, retest_at, evidence, strikes)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      bucket.principal,
      bucket.model,
      bucket.dimension,
      bucket.closedAt,
      bucket.until,
      bucket.retestAt,
      bucket.evidence,
      bucket.strikes,
    )
  }

  /** A success proves that the quota is open, unless its attempt began before the bucket closed. */
  refute(principal: string, model: string, leasedAt: number): void {
    for (const bucket of this.of(principal, model)) {
      if (leasedAt > bucket.closedAt) this.#delete(bucket)
    }
  }

  /** Forgets everything known of a principal: its secret was replaced, or an admin reset it. */
  clear(principal: string): void {
    for (const bucket of this.all()) {
      if (bucket.principal === principal) this.#delete(bucket)
    }
  }

  clearAll(): void {
    for (const bucket of this.all()) this.#delete(bucket)
  }

  /** Whether a test is under way. Only one real request may test at a time. */
  isTested(principal: string, model: string, now: number): boolean {
    const test = this.#tests.get(keyOf(principal, model))
    return test !== undefined && test.deadline > now
  }

  beginTest(principal: string, test: Test): void {
    this.#tests.set(keyOf(principal, test.model), test)
  }

  isTestedBy(leaseId: string): boolean {
    for (const { id } of this.#tests.values()) if (id === leaseId) return true
    return false
  }

  /** Whatever the lease's outcome, the next test may be made. */
  endTest(leaseId: string): void {
    for (const [key, tester] of this.#tests) {
      if (tester.id === leaseId) this.#tests.delete(key)
    }
  }

  /**
   * Forgets buckets that ended so long ago that their strikes tell nothing any more. Names of models come from
   * clients, so the table must not grow with them.
   */
  prune(now: number): void {
    for (const bucket of this.all()) {
      if (bucket.until + MAX_BACKOFF_MS < now) this.#delete(bucket)
    }
  }

  #keep(bucket: Bucket): void {
    const key = keyOf(bucket.principal, bucket.model)
    const others = this.of(bucket.principal, bucket.model).filter(
      ({ dimension }) => dimension !== bucket.dimension,
    )
    this.#byKey.set(key, [...others, bucket])
  }

  #delete(bucket: Bucket): void {
    const key = keyOf(bucket.principal, bucket.model)
    const others = this.of(bucket.principal, bucket.model).filter((other) => other !== bucket)
    if (others.length === 0) this.#byKey.delete(key)
    else this.#byKey.set(key, others)
    this.#sql.exec(
      'DELETE FROM buckets WHERE principal = ? AND model = ? AND dimension = ?',
      bucket.principal,
      bucket.model,
      bucket.dimension,
    )
  }
}

type BucketRow = {
  principal: string
  model: string
  dimension: Bucket['dimension']
  closed_at: number
  until: number
  retest_at: number | null
  evidence: Bucket['evidence']
  strikes: number
}

function fromRow({ closed_at: closedAt, retest_at: retestAt, ...rest }: BucketRow): Bucket {
  return { ...rest, closedAt, retestAt }
}

function keyOf(principal: string, model: string): string {
  return `${principal} ${model}`
}
