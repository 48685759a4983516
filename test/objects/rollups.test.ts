import { countingRows } from '../support/counting-rows.ts'
import { describe, expect, it } from 'vitest'
import { Counters } from '../../src/objects/ledger/counters.ts'
import type { LeaseRef, Settlement, Grant } from '../../src/objects/ledger/lease.ts'
import { Ledger } from '../../src/objects/ledger/ledger.ts'
import { LEASE_MS } from '../../src/objects/ledger/lease-times.ts'
import { type Span, SPAN_MS, SPANS, startOf } from '../../src/objects/ledger/time-spans.ts'
import { fold, noUsage, terminalSum } from '../../src/objects/ledger/usage.ts'
import type { UsageRow } from '../../src/objects/ledger/usage.ts'
import { commit, leaseOf, NOW, SPENT, TOKENS, withStorage } from '../support/rollups.ts'

const { minute: MINUTE, hour: HOUR, day: DAY } = SPAN_MS

function grant(credentialId = 'a', model = 'm'): Grant {
  const requestId = crypto.randomUUID()
  const terms = {
    credentialId,
    credentialVersion: 0,
    tokenSerial: 0,
    model,
    upstream: 'vertex' as const,
  }
  return { ...terms, requestId, grantedTo: requestId, begins: { tokens: 10, calls: 1 } }
}

function ok(lease: LeaseRef): Settlement {
  return { lease, verdict: { kind: 'ok' }, status: 200, tokens: TOKENS, request: 'ok' }
}

/** Counts and commits attempts that end with `ok` at these times. */
function settleAt(
  storage: DurableObjectStorage,
  counters: Counters,
  instants: readonly number[],
): void {
  for (const at of instants) {
    counters.settled(leaseOf(), 'ok', SPENT, at)
    commit(storage, counters)
  }
}

/** The start and the number of attempts of each span. */
function series(counters: Counters, span: Span, now: number): [string, number][] {
  return counters.rollups
    .usageSince({ span, since: 0, per: 'user' }, now)
    .map((row) => [new Date(row.start).toISOString().slice(0, 16), terminalSum(row)])
}

function rowsOf(storage: DurableObjectStorage, span: Span): number {
  const query = 'SELECT count(*) AS n FROM rollups WHERE span_ms = ?'
  return Number(storage.sql.exec(query, SPAN_MS[span]).one()['n'])
}

describe('a span', () => {
  it.each([
    ['minute', '2026-11-22T12:34:56.789Z', '2026-11-22T12:34:00Z'],
    ['hour', '2026-11-22T12:34:56.789Z', '2026-11-22T12:00:00Z'],
    ['day', '2026-11-22T12:34:56.789Z', '2026-11-22T00:00:00Z'],
    ['day', '2026-11-22T00:00:00.000Z', '2026-11-22T00:00:00Z'],
    ['day', '2026-11-22T23:59:59.999Z', '2026-11-22T00:00:00Z'],
    // Here every day has 24 hours, even where clocks change.
    ['day', '2026-03-08T23:59:59.999Z', '2026-03-08T00:00:00Z'],
    ['day', '2026-10-25T23:30:00.000Z', '2026-10-25T00:00:00Z'],
    ['day', '2028-02-29T12:00:00.000Z', '2028-02-29T00:00:00Z'],
  ] as const)('%s: %s began at %s', (span, at, start) => {
    expect(startOf(span, Date.parse(at))).toBe(Date.parse(start))
  })

  it('is folded from finer ones by key, oldest first', () => {
    const row = (start: number, credentialId: string, count: number): UsageRow => {
      return { ...noUsage(), start, credentialId, model: 'm', ok: count }
    }
    const minutes = [row(HOUR, 'a', 1), row(0, 'a', 2), row(MINUTE, 'a', 3), row(MINUTE, 'b', 4)]
    const hours = [row(0, 'a', 5), row(0, 'b', 4), row(HOUR, 'a', 1)]
    expect(fold(minutes, 'hour')).toEqual(hours)
    expect(fold(hours, 'hour')).toEqual(hours)
    expect(fold(hours, 'day')).toEqual([row(0, 'a', 6), row(0, 'b', 4)])
  })
})

describe('roll-ups', () => {
  it('are folded when an hour or a day is over, and say the same before and after', () =>
    withStorage((storage) => {
      const counters = new Counters(storage.sql)
      const midnight = Date.parse('2026-11-23T00:00:00Z')
      settleAt(storage, counters, [
        midnight - HOUR - 1,
        midnight - HOUR,
        midnight - 1,
        midnight,
        midnight + MINUTE,
      ])
      const hours = [
        ['2026-11-22T22:00', 1],
        ['2026-11-22T23:00', 2],
        ['2026-11-23T00:00', 2],
      ]
      const days = [
        ['2026-11-22T00:00', 3],
        ['2026-11-23T00:00', 2],
      ]
      for (const [now, folded] of [
        [midnight - 1, [1, 0]],
        [midnight, [2, 1]],
        [midnight + 2 * MINUTE, [2, 1]],
        [midnight + HOUR, [3, 1]],
        [midnight + HOUR, [3, 1]],
      ] as const) {
        commit(storage, counters, now)
        expect([rowsOf(storage, 'hour'), rowsOf(storage, 'day')]).toEqual(folded)
        for (const reader of [counters, new Counters(storage.sql)]) {
          expect(series(reader, 'hour', now)).toEqual(hours)
          expect(series(reader, 'day', now)).toEqual(days)
        }
      }
    }))

  it('count in its folded hour and day what is written after they were folded', () =>
    withStorage((storage) => {
      const counters = new Counters(storage.sql)
      settleAt(storage, counters, [NOW])
      commit(storage, counters, NOW + 2 * DAY) // The minute is still the key's running one.
      const later = NOW + 2 * DAY
      settleAt(storage, counters, [later, NOW + 1, later])
      commit(storage, counters, later + HOUR)
      for (const reader of [counters, new Counters(storage.sql)]) {
        expect(series(reader, 'hour', later)).toEqual([
          ['2026-11-22T12:00', 2],
          ['2026-11-24T12:00', 2],
        ])
        expect(series(reader, 'day', later)).toEqual([
          ['2026-11-22T00:00', 2],
          ['2026-11-24T00:00', 2],
        ])
      }
    }))

  it('lose nothing when a transaction that folds does not come through', () =>
    withStorage((storage) => {
      const counters = new Counters(storage.sql)
      settleAt(storage, counters, [NOW, NOW + MINUTE])
      counters.settled(leaseOf(), 'ok', SPENT, NOW + 2 * MINUTE)
      const broken = () =>
        storage.transactionSync(() => {
          counters.flush()
          counters.rollups.foldAndPrune(NOW + DAY)
          throw new Error('disk full')
        })
      expect(broken).toThrow('disk full')
      expect(series(counters, 'hour', NOW + DAY)).toEqual([['2026-11-22T12:00', 3]])
      commit(storage, counters, NOW + DAY)
      for (const reader of [counters, new Counters(storage.sql)]) {
        expect(series(reader, 'minute', NOW + DAY).length).toBe(3)
        expect(series(reader, 'hour', NOW + DAY)).toEqual([['2026-11-22T12:00', 3]])
        expect(series(reader, 'day', NOW + DAY)).toEqual([['2026-11-22T00:00', 3]])
      }
    }))

  it('are kept for 48 hours, 60 days and two years', () =>
    withStorage((storage) => {
      const counters = new Counters(storage.sql)
      settleAt(storage, counters, [NOW, NOW + MINUTE])
      for (const [age, kept] of [
        [2 * DAY, [1, 1, 1]],
        [2 * DAY + MINUTE, [0, 1, 1]],
        [60 * DAY, [0, 1, 1]],
        [60 * DAY + HOUR, [0, 0, 1]],
        [730 * DAY, [0, 0, 1]],
        [731 * DAY, [0, 0, 0]],
      ] as const) {
        commit(storage, counters, NOW + age)
        expect(SPANS.map((span) => rowsOf(storage, span))).toEqual(kept)
      }
      expect(counters.attempts()[0]?.ok).toBe(2)
    }))

  it('show nothing that is older, even where nobody has pruned since', () =>
    withStorage((storage) => {
      const counters = new Counters(storage.sql)
      settleAt(storage, counters, [NOW, NOW + MINUTE])
      expect(series(counters, 'minute', NOW + 3 * DAY)).toEqual([])
      expect(series(counters, 'hour', NOW + 3 * DAY)).toEqual([['2026-11-22T12:00', 2]])
      expect(series(counters, 'day', NOW + 3 * 365 * DAY)).toEqual([])
    }))

  it('count an attempt when it is settled, a lost one when it is swept, an amended one as it is', () =>
    withStorage((storage) => {
      const ledger = new Ledger(storage.sql)
      const [stream, silent] = [ledger.grant(grant(), NOW), ledger.grant(grant(), NOW)]
      const settled = NOW + 10 * MINUTE
      const swept = NOW + LEASE_MS
      const amended = swept + MINUTE
      ledger.settle(ok(stream), settled)
      ledger.sweep(swept)
      ledger.settle(ok(silent), amended)
      const minutes = ledger.rollups.usageSince({ span: 'minute', since: NOW, per: 'key' }, amended)
      expect(minutes).toMatchObject([
        { start: settled, ok: 1, lost: 0, promptTokens: 10 },
        { start: swept, ok: 0, lost: 1, promptTokens: 0 },
        { start: amended, ok: 1, lost: -1, promptTokens: 10 },
      ])
      expect(ledger.rollups.usedIn('hour', NOW)).toMatchObject({ ok: 2, lost: 0, promptTokens: 20 })
    }))

  it('tell credentials and models apart where asked to', () =>
    withStorage((storage) => {
      const counters = new Counters(storage.sql)
      for (const [credential, model] of [
        ['a', 'm'],
        ['a', 'n'],
        ['b', 'm'],
        ['a', 'm'],
      ] as const) {
        counters.settled(leaseOf(credential, model), 'ok', SPENT, NOW)
      }
      commit(storage, counters, NOW + HOUR)
      const query = { span: 'day', since: NOW } as const
      const rows = counters.rollups.usageSince({ ...query, per: 'key' }, NOW)
      expect(rows.map((row) => [row.credentialId, row.model, row.ok])).toEqual([
        ['a', 'm', 2],
        ['a', 'n', 1],
        ['b', 'm', 1],
      ])
      expect(counters.rollups.usageSince({ ...query, per: 'user' }, NOW)).toMatchObject([
        { start: startOf('day', NOW), ok: 4, outputTokens: 20 },
      ])
    }))

  it('begin with the first attempt that ends, for counters that are older', () =>
    withStorage((storage) => {
      settleAt(storage, new Counters(storage.sql), [NOW])
      storage.sql.exec('UPDATE attempts SET running_minute = NULL') // As the migration leaves it.
      const counters = new Counters(storage.sql)
      settleAt(storage, counters, [NOW + DAY])
      expect(series(counters, 'day', NOW + DAY)).toEqual([['2026-11-23T00:00', 1]])
      expect(counters.attempts()[0]?.ok).toBe(2)
    }))
})

describe('the cost of roll-ups', () => {
  it.each([
    { together: 1, keys: 1, seconds: 60, most: 2.1 },
    { together: 4, keys: 1, seconds: 60, most: 0.6 },
    { together: 4, keys: 5, seconds: 60, most: 1.6 },
    { together: 1, keys: 50, seconds: 3600, most: 3.2 },
  ])(
    'rows written a settlement: at most $most, $together at a time, $keys keys, 1,000 in $seconds s',
    ({ together, keys, seconds, most }) =>
      withStorage((storage) => {
        const { sql, written } = countingRows(storage.sql)
        const ledger = new Ledger(sql)
        for (let index = 0; index < 1000; index++) {
          const at = NOW + Math.floor((index * seconds) / 1000) * 1000
          ledger.settle(ok(ledger.grant(grant(`c${index % keys}`), at)), at)
          if (index % together !== together - 1) continue
          storage.transactionSync(() => ledger.flush(at))
          ledger.flushed()
        }
        storage.transactionSync(() => ledger.prune(NOW + HOUR))
        const each = written() / 1000
        console.info(`${together} together, ${keys} keys, ${seconds} s: ${each} rows a settlement`)
        expect(each).toBeLessThanOrEqual(most)
      }),
  )
})
