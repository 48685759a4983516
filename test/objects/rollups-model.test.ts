import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { Counters } from '../../src/objects/ledger/counters.ts'
import type { LeaseRef } from '../../src/objects/ledger/lease.ts'
import { oldestKept, type Span, SPAN_MS, SPANS } from '../../src/objects/ledger/time-spans.ts'
import { NO_LATENCY, withAttempt } from '../../src/objects/ledger/latency.ts'
import {
  COUNT_COLUMNS,
  countValues,
  noUsage,
  type Usage,
  USAGE_COLUMNS,
  usageValues,
} from '../../src/objects/ledger/usage.ts'
import type { UsageRow } from '../../src/objects/ledger/usage.ts'
import { OUTCOMES, type Outcome } from '../../src/upstreams/verdict.ts'
import { commit, leaseOf, NOW, SPENT, TOKENS, withStorage } from '../support/rollups.ts'

type Act =
  | { readonly kind: 'settle' | 'amend'; readonly lease: LeaseRef; readonly outcome: Outcome }
  | { readonly kind: 'lose'; readonly lease: LeaseRef }
  | { readonly kind: 'jump'; readonly by: number }
  | { readonly kind: 'commit' | 'fold' | 'fail' | 'crash' | 'restart' }

const { minute: MINUTE, hour: HOUR, day: DAY } = SPAN_MS
const lease = fc.constantFrom(leaseOf('a', 'm'), leaseOf('a', 'n'), leaseOf('b', 'm'))
const outcome = fc.constantFrom(...OUTCOMES)
/** Less than two years in all, so that the days hold everything that was ever counted. */
const by = fc.oneof(
  fc.integer({ min: 1, max: 2 * MINUTE }),
  fc.integer({ min: 1, max: 3 * HOUR }),
  fc.integer({ min: 1, max: 10 * DAY }),
  fc.integer({ min: -2 * DAY, max: -1 }),
)
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('settle' as const), lease, outcome }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('amend' as const), lease, outcome }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('lose' as const), lease }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('jump' as const), by }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constantFrom('commit', 'fold', 'fail', 'crash', 'restart'),
    }),
  },
)

/** Without `size`, fast-check makes lists of at most ten. */
const LONG = { maxLength: 60, size: 'max' } as const

const USED: Usage = {
  ...noUsage(),
  promptTokens: TOKENS.prompt,
  cachedTokens: TOKENS.cached,
  outputTokens: TOKENS.output,
  reasoningTokens: TOKENS.reasoning,
  toolUseTokens: TOKENS.toolUse,
  costNano: SPENT.costNano,
  searches: SPENT.searches,
  latency: withAttempt(NO_LATENCY, SPENT.took),
}

describe('roll-ups and counters', () => {
  it(
    'agree after whatever sequence of attempts, folding, clock jumps, failed writes and restarts',
    { timeout: 60_000 },
    async () => {
      expect.hasAssertions()
      await withStorage((storage) => {
        const property = fc.property(fc.array(act, LONG), (acts) => {
          for (const table of ['attempts', 'rollups', 'rollups_folded']) {
            storage.sql.exec(`DELETE FROM ${table}`)
          }
          play(storage, acts)
        })
        fc.assert(property, { numRuns: 100 })
      })
    },
  )
})

function play(storage: DurableObjectStorage, acts: readonly Act[]): void {
  const reference = new Reference()
  let counters = new Counters(storage.sql)
  let now = NOW
  for (const step of acts) {
    switch (step.kind) {
      case 'settle':
        counters.settled(step.lease, step.outcome, SPENT, now)
        reference.count(step.lease, now, { ...USED, [step.outcome]: 1 })
        break
      case 'amend':
        counters.amended(step.lease, step.outcome, SPENT, now)
        reference.count(step.lease, now, { ...USED, [step.outcome]: 1 })
        reference.count(step.lease, now, { ...noUsage(), lost: -1 })
        break
      case 'lose':
        counters.lost(step.lease, now)
        reference.count(step.lease, now, { ...noUsage(), lost: 1 })
        break
      case 'jump':
        now += step.by
        break
      case 'fold':
        commit(storage, counters, now)
        reference.commit(now)
        break
      case 'fail':
        failToCommit(storage, counters, now)
        break
      case 'crash':
        counters = new Counters(storage.sql)
        reference.crash()
        break
      case 'commit':
      case 'restart':
        commit(storage, counters)
        reference.commit()
        if (step.kind === 'restart') counters = new Counters(storage.sql)
    }
    expectSame(counters, reference, now)
  }
}

/** As if the disk were full: everything is rolled back, and tried again with the next commit. */
function failToCommit(storage: DurableObjectStorage, counters: Counters, now: number): void {
  const failing = () =>
    storage.transactionSync(() => {
      counters.flush()
      counters.rollups.foldAndPrune(now)
      throw new Error('disk full')
    })
  expect(failing).toThrow('disk full')
}

/** What the roll-ups should say, computed in the plainest way: from a list of everything that was counted. */
class Reference {
  #committed: UsageRow[] = []
  #pending: UsageRow[] = []
  /** The latest `now` with which anything was pruned. */
  #prunedAt = 0

  count({ credentialId, countedAs: model }: LeaseRef, at: number, usage: Usage): void {
    this.#pending.push({ ...usage, start: at, credentialId, model })
  }

  commit(prunedAt = 0): void {
    this.#committed.push(...this.#pending)
    this.#pending = []
    this.#prunedAt = Math.max(this.#prunedAt, prunedAt)
  }

  crash(): void {
    this.#pending = []
  }

  /** Everything since this time must still be there. */
  keptSince(span: Span, now: number): number {
    return oldestKept(span, Math.max(now, this.#prunedAt))
  }

  /** Sums by span and key. */
  series(span: Span, since: number): Record<string, number[]> {
    const sums: Record<string, number[]> = {}
    for (const row of [...this.#committed, ...this.#pending]) {
      const name = nameOf({ ...row, start: startIn(span, row.start) })
      if (row.start >= since) sums[name] = total([sums[name] ?? [], usageValues(row)])
    }
    return sums
  }

  usedIn(span: Span, now: number): number[] {
    const rows = [...this.#committed, ...this.#pending]
    const own = rows.filter(({ start }) => startIn(span, start) === startIn(span, now))
    return total(own.map(usageValues))
  }
}

function startIn(span: Span, at: number): number {
  return Math.floor(at / SPAN_MS[span]) * SPAN_MS[span]
}

function nameOf({ start, credentialId, model }: UsageRow): string {
  return `${new Date(start).toISOString()} ${credentialId} ${model}`
}

function total(lists: readonly number[][]): number[] {
  return USAGE_COLUMNS.map((_, index) => lists.reduce((sum, list) => sum + (list[index] ?? 0), 0))
}

function expectSame(counters: Counters, reference: Reference, now: number): void {
  const { rollups } = counters
  for (const span of SPANS) {
    const since = reference.keptSince(span, now)
    const rows = rollups.usageSince({ span, since, per: 'key', withLatency: true }, now)
    const named = Object.fromEntries(rows.map((row) => [nameOf(row), usageValues(row)]))
    expect(named).toEqual(reference.series(span, since))
    // If the clock was set back to before what is pruned, there is nothing to compare with.
    if (startIn(span, now) < since) continue
    // The roll-ups know latencies only since they were first asked, so latencies are not compared.
    const used = countValues(rollups.usedIn(span, now))
    expect(used).toEqual(reference.usedIn(span, now).slice(0, COUNT_COLUMNS.length))
  }
  const days = rollups.usageSince({ span: 'day', since: 0, per: 'key', withLatency: true }, now)
  for (const counts of counters.attempts()) {
    const { credentialId, model } = counts
    const own = days.filter((row) => row.credentialId === credentialId && row.model === model)
    expect(total(own.map(usageValues))).toEqual(usageValues(counts))
  }
}
