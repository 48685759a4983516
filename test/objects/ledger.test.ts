import { describe, expect, it } from 'vitest'
import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { NO_TOKENS } from '../../src/gemini/usage.ts'
import {
  CHECKPOINT_AFTER_MS,
  GRACE_MS,
  LAPSE_MS,
  LEASE_MS,
} from '../../src/objects/ledger/lease-times.ts'
import { countingRows } from '../support/counting-rows.ts'
import { OTHER_MODELS } from '../../src/objects/ledger/counters.ts'
import { Ledger } from '../../src/objects/ledger/ledger.ts'
import { terminalSum } from '../../src/objects/ledger/usage.ts'
import type { Grant, LeaseRef, Settlement } from '../../src/objects/ledger/lease.ts'
import { migrate } from '../../src/objects/storage.ts'

const NOW = Date.parse('2026-11-22T12:00:00Z')

/** Runs in the storage of a real object. `restart` creates a new ledger over the same tables. */
function withLedger(test: (start: () => Ledger, sql: SqlStorage) => void): Promise<void> {
  const object = env.USERS.getByName(crypto.randomUUID())
  return runInDurableObject(object, (_instance, state) => {
    migrate(state.storage, NOW, 'of-a-test')
    test(() => new Ledger(state.storage.sql, NOW), state.storage.sql)
  })
}

function terms(): Grant {
  const grantedTo = crypto.randomUUID()
  const requestId = grantedTo
  const of = {
    credentialId: 'a',
    credentialVersion: 0,
    tokenSerial: 0,
    upstream: 'vertex' as const,
  }
  return { ...of, model: 'm', requestId, grantedTo, begins: { tokens: 10, calls: 1 } }
}

/** Flushes as the object does, so that nothing is written twice. */
function flush(ledger: Ledger, now: number): void {
  ledger.flush(now)
  ledger.flushed()
}

function report(lease: LeaseRef, overrides: Partial<Settlement> = {}): Settlement {
  return {
    lease,
    verdict: { kind: 'ok' },
    status: 200,
    tokens: NO_TOKENS,
    request: 'ok',
    ...overrides,
  }
}

function sums(ledger: Ledger): { granted: number; settled: number; open: number } {
  const rows = ledger.attempts()
  const granted = rows.reduce((sum, row) => sum + row.granted, 0)
  const settled = rows.reduce((sum, row) => sum + terminalSum(row), 0)
  expect(granted).toBe(settled + ledger.openCount())
  return { granted, settled, open: ledger.openCount() }
}

describe('the ledger', () => {
  it('counts a lease once, however often it is settled', () =>
    withLedger((start) => {
      const ledger = start()
      const lease = ledger.grant(terms(), NOW)
      expect(sums(ledger)).toEqual({ granted: 1, settled: 0, open: 1 })
      expect(ledger.settle(report(lease), NOW)).toBe(true)
      expect(ledger.settle(report(lease, { verdict: { kind: 'cancelled' } }), NOW)).toBe(false)
      expect(sums(ledger)).toEqual({ granted: 1, settled: 1, open: 0 })
      expect(ledger.requests()).toMatchObject({ ok: 1, cancelled: 0 })
    }))

  it('remembers after a restart what was settled before it', () =>
    withLedger((start) => {
      const before = start()
      const [one, two, three] = [1, 2, 3].map(() => before.grant(terms(), NOW)) as [
        LeaseRef,
        LeaseRef,
        LeaseRef,
      ]
      before.settle(report(two), NOW)
      flush(before, NOW)

      const after = start()
      expect(sums(after)).toEqual({ granted: 1, settled: 1, open: 0 })
      expect(after.settle(report(two), NOW)).toBe(false)
      // The memory in which the other two were open is gone. Their reports are the only trace of them, and each
      // counts once.
      expect(after.settle(report(one), NOW)).toBe(true)
      expect(after.settle(report(one), NOW)).toBe(false)
      flush(after, NOW)

      const later = start()
      expect(later.settle(report(one), NOW)).toBe(false)
      expect(later.settle(report(three), NOW)).toBe(true)
      expect(sums(later)).toEqual({ granted: 3, settled: 3, open: 0 })
    }))

  it('counts a request for the limits that was under way when it restarted, and counts it once', () =>
    withLedger((start) => {
      const before = start()
      const [one, two] = [1, 2].map(() => before.grant({ ...terms(), calls: 1 }, NOW)) as [
        LeaseRef,
        LeaseRef,
      ]
      before.settle(report(before.grant({ ...terms(), calls: 1 }, NOW)), NOW)
      flush(before, NOW)
      // None of these is on disk.
      const four = before.grant({ ...terms(), calls: 4 }, NOW)
      const retried = before.grant({ ...terms(), begins: null, calls: 0 }, NOW)
      const last = before.grant({ ...terms(), calls: 1 }, NOW)

      const after = start()
      expect(after.meter.use(0, NOW)).toMatchObject({ minuteRequests: 3, dayRequests: 3 })
      // The numbers below this one are taken to be open from here on, and are counted all the same.
      after.settle(report(last), NOW)
      flush(after, NOW)
      for (const lease of [one, retried]) after.settle(report(lease), NOW)
      expect(after.meter.use(0, NOW)).toMatchObject({ minuteRequests: 4, dayRequests: 4 })
      flush(after, NOW)

      const later = start()
      for (const lease of [two, four, four, last]) later.settle(report(lease), NOW)
      expect(later.meter.use(0, NOW)).toMatchObject({ minuteRequests: 8, dayRequests: 8 })
      expect(sums(later)).toEqual({ granted: 6, settled: 6, open: 0 })
    }))

  it('counts such a request in its own minute and day', () =>
    withLedger((start) => {
      const lease = start().grant({ ...terms(), calls: 1 }, NOW)
      const after = start()
      after.settle(report(lease), NOW + 60_000)
      expect(after.meter.use(0, NOW + 60_000)).toMatchObject({ minuteRequests: 0, dayRequests: 1 })
    }))

  it('counts a settlement of a life that never wrote anything', () =>
    withLedger((start) => {
      const lease = start().grant(terms(), NOW)
      const after = start()
      expect(after.settle(report(lease), NOW)).toBe(true)
      expect(after.settle(report(lease), NOW)).toBe(false)
      expect(sums(after)).toEqual({ granted: 1, settled: 1, open: 0 })
    }))

  it('loses nothing that was flushed, and everything that was not', () =>
    withLedger((start) => {
      const before = start()
      const leases = [1, 2].map(() => before.grant(terms(), NOW)) as [LeaseRef, LeaseRef]
      before.settle(report(leases[0]), NOW)
      flush(before, NOW)
      before.settle(report(leases[1]), NOW) // Not acknowledged yet, so the Worker will report it again.
      const after = start()
      expect(sums(after).settled).toBe(1)
      expect(after.settle(report(leases[1]), NOW)).toBe(true)
      expect(sums(after).settled).toBe(2)
    }))

  it('keeps open what is renewed, and counts as lost what nobody renews for a minute', () =>
    withLedger((start) => {
      const ledger = start()
      const left = ledger.grant(terms(), NOW)
      const kept = ledger.grant(terms(), NOW)
      for (const later of [15_000, 30_000, 45_000]) ledger.renew(kept.id, NOW + later)
      expect(ledger.nextDeadline()).toBe(NOW + LAPSE_MS)
      expect(LAPSE_MS).toBeLessThan(60_000)
      expect(ledger.sweep(NOW + LAPSE_MS)).toBe(true)
      expect(ledger.openLeases().map(({ id }) => id)).toEqual([kept.id])
      expect(ledger.meter.use(0, NOW + LAPSE_MS).openRequests).toBe(1)
      expect(ledger.renew(left.id, NOW + LAPSE_MS)).toBe(false)
      expect(ledger.settle(report(left), NOW + LAPSE_MS + 1)).toBe(true)
      expect(ledger.requests()).toMatchObject({ lost: 0, ok: 1 })
    }))

  it('frees the places of an earlier life within a minute, unless they are renewed', () =>
    withLedger((start) => {
      const before = start()
      const [left, kept] = [before.grant(terms(), NOW), before.grant(terms(), NOW)]
      before.checkpoint(NOW + CHECKPOINT_AFTER_MS)
      flush(before, NOW)
      const after = start()
      expect(after.meter.use(0, NOW).openRequests).toBe(2)
      expect(after.renew(kept.id, NOW + 20_000)).toBe(true)
      after.sweep(NOW + LAPSE_MS)
      expect(after.meter.use(0, NOW + LAPSE_MS).openRequests).toBe(1)
      expect(after.openLeases().map(({ id }) => id)).not.toContain(left.id)
    }))

  it('counts as lost what is not settled by its deadline, and lets a late true report amend it once', () =>
    withLedger((start) => {
      const ledger = start()
      const lease = ledger.grant(terms(), NOW)
      ledger.renew(lease.id, NOW + LEASE_MS - 1)
      ledger.sweep(NOW + LEASE_MS - 1)
      expect(ledger.openCount()).toBe(1)
      ledger.sweep(NOW + LEASE_MS)
      expect(sums(ledger)).toEqual({ granted: 1, settled: 1, open: 0 })
      expect(ledger.requests()).toMatchObject({ lost: 1 })
      const late = NOW + LEASE_MS + 1000
      expect(ledger.settle(report(lease), late)).toBe(true)
      expect(ledger.settle(report(lease), late)).toBe(false)
      expect(ledger.attempts()[0]).toMatchObject({ lost: 0, ok: 1 })
      expect(ledger.requests()).toMatchObject({ lost: 0, ok: 1 })
      sums(ledger)
    }))

  it('does not count a report that comes too late to be told from a second one', () =>
    withLedger((start) => {
      const lease = start().grant(terms(), NOW)
      expect(start().settle(report(lease), NOW + LEASE_MS + GRACE_MS + 1)).toBe(false)
    }))

  it('writes down what stays open, so that it is lost on the books and not only in fact', () =>
    withLedger((start) => {
      const before = start()
      before.grant(terms(), NOW)
      const long = before.grant(terms(), NOW)
      const kept = before.grant(terms(), NOW)
      before.checkpoint(NOW + CHECKPOINT_AFTER_MS - 1)
      expect(start().openCount()).toBe(0)
      before.checkpoint(NOW + CHECKPOINT_AFTER_MS)
      before.settle(report(kept), NOW)
      flush(before, NOW)

      const after = start()
      expect(sums(after)).toEqual({ granted: 3, settled: 1, open: 2 })
      after.sweep(NOW + LEASE_MS)
      flush(after, NOW + LEASE_MS)
      const later = start()
      expect(sums(later)).toEqual({ granted: 3, settled: 3, open: 0 })
      expect(later.settle(report(long), NOW + LEASE_MS + 1)).toBe(true)
      expect(later.attempts()[0]).toMatchObject({ ok: 2, lost: 1 })
    }))

  it('keeps the place of a long request among the limits, also in its next life', () =>
    withLedger((start) => {
      const before = start()
      const long = before.grant({ ...terms(), begins: { tokens: 40, calls: 1 } }, NOW)
      before.checkpoint(NOW + CHECKPOINT_AFTER_MS)
      flush(before, NOW)
      const after = start()
      expect(after.meter.use(0, NOW)).toMatchObject({
        openRequests: 1,
        reservedTokens: 40,
        dayRequests: 1,
      })
      after.settle(report(long), NOW)
      expect(after.meter.use(0, NOW)).toMatchObject({ openRequests: 0, reservedTokens: 0 })
    }))

  it('writes a handful of rows for however many settlements arrived together', () =>
    withLedger((start, sql) => {
      const ledger = start()
      const leases = Array.from({ length: 100 }, () => ledger.grant(terms(), NOW))
      for (const lease of leases) ledger.settle(report(lease), NOW)
      flush(ledger, NOW)
      const rows = ['attempts', 'ledger', 'past_lives', 'open_leases'].map(
        (table) => sql.exec(`SELECT count(*) AS n FROM ${table}`).one()['n'],
      )
      expect(rows).toEqual([1, 1, 0, 0])
      expect(ledger.isChanged).toBe(false)
    }))

  it('forgets earlier lives when nobody can report about them any more', () =>
    withLedger((start, sql) => {
      for (let life = 0; life < 3; life++) {
        const ledger = start()
        ledger.settle(report(ledger.grant(terms(), NOW)), NOW)
        flush(ledger, NOW)
      }
      const lives = () => sql.exec('SELECT count(*) AS n FROM past_lives').one()['n']
      expect(lives()).toBe(2)
      start().prune(NOW + LEASE_MS + GRACE_MS + 1)
      expect(lives()).toBe(0)
    }))

  it('begins with as few reads after many lives as after one', () =>
    withLedger((start, sql) => {
      const readsOf = (): number => {
        const counting = countingRows(sql)
        expect(new Ledger(counting.sql, NOW).openCount()).toBe(0)
        return counting.read()
      }
      const live = (): LeaseRef => {
        const ledger = start()
        const lease = ledger.grant(terms(), NOW)
        ledger.settle(report(lease), NOW)
        flush(ledger, NOW)
        return lease
      }
      const first = live()
      const few = readsOf()
      for (let life = 0; life < 30; life++) live()
      expect(readsOf()).toBe(few)
      // It is remembered all the same.
      expect(start().settle(report(first), NOW)).toBe(false)
    }))

  it('bounds its rows, whatever models a client thinks up', () =>
    withLedger((start) => {
      const ledger = start()
      for (let model = 0; model < 300; model++) {
        const lease = ledger.grant({ ...terms(), model: `model-${model}` }, NOW)
        expect(lease.model).toBe(`model-${model}`)
        ledger.settle(report(lease), NOW)
      }
      const rows = ledger.attempts()
      expect(rows.length).toBe(201)
      expect(rows.find(({ model }) => model === OTHER_MODELS)?.ok).toBe(100)
      sums(ledger)
    }))
})
