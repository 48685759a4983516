import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import fc, { assert } from 'fast-check'
import { it } from 'vitest'
import { NO_TOKENS } from '../../../src/gemini/usage.ts'
import type { LeaseRef, Settlement } from '../../../src/objects/ledger/lease.ts'
import { GRACE_MS, LAPSE_MS, LEASE_MS } from '../../../src/objects/ledger/lease-times.ts'
import { Ledger } from '../../../src/objects/ledger/ledger.ts'
import { terminalSum } from '../../../src/objects/ledger/usage.ts'
import type { Verdict } from '../../../src/upstreams/verdict.ts'
import { migrate } from '../../../src/objects/storage.ts'
import { isLike, isSame } from './agree.ts'

const START = Date.parse('2026-11-22T12:00:00Z')
const OUTCOMES = ['ok', 'cancelled', 'client_fault'] as const
/**
 * Shorter and longer than the ledger's times: the checkpoint, a lease's deadline, the grace after it, and the age at
 * which leases are forgotten.
 */
const JUMPS = [
  1,
  9_999,
  10_000,
  LAPSE_MS - 1,
  LAPSE_MS,
  60_000,
  GRACE_MS,
  LEASE_MS - 1,
  LEASE_MS,
  LEASE_MS + GRACE_MS + 1,
]

/**
 * What may happen to the ledger, without an object around it. `cut`: the power fails, so whatever no flush has
 * written is lost.
 */
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('grant' as const), who: fc.nat({ max: 3 }) }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('settle' as const),
      pick: fc.nat({ max: 20 }),
      outcome: fc.constantFrom(...OUTCOMES),
      goesOn: fc.boolean(),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('flush' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('checkpoint' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('sweep' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('prune' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('renew' as const), pick: fc.nat({ max: 20 }) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('cut' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('clock' as const),
      ms: fc.constantFrom(...JUMPS),
    }),
  },
)
const steps = fc.array(step, { maxLength: 40, size: 'max' })
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

/** A lease as an observer sees it who forgets nothing. `disk`: its state after a power cut. */
interface Loan {
  readonly ref: LeaseRef
  memory: State
  disk: State
  /** When the lease was last known to be in use. */
  heardAt: number
}

function endOf({ ref, heardAt }: Loan): number {
  return Math.min(ref.deadline, heardAt + LAPSE_MS)
}

/** `unknown`: granted, but the ledger has no trace of it until it is reported. */
type State = 'open' | 'unknown' | 'lost' | (typeof OUTCOMES)[number]

interface Requests {
  ok: number
  failed: number
  cancelled: number
  lost: number
}

/** Runs inside the object without an await, so that thousands of ledgers' lives take a second. */
function play(sql: SqlStorage, story: readonly Step[]): void {
  for (const table of ['attempts', 'ledger', 'past_lives', 'open_leases']) {
    sql.exec(`DELETE FROM ${table}`)
  }
  let now = START
  let ledger = new Ledger(sql, now)
  const loans: Loan[] = []
  let requests: Requests = { ok: 0, failed: 0, cancelled: 0, lost: 0 }
  let written: Requests = { ...requests }

  const flush = (): void => {
    ledger.flush(now)
    ledger.flushed()
    written = { ...requests }
    for (const loan of loans) {
      // Open leases are only in memory. Settled and lost ones are on disk from here on.
      if (loan.memory !== 'open' && loan.memory !== 'unknown') loan.disk = loan.memory
    }
  }
  const take = (next: Step): void => {
    switch (next.do) {
      case 'grant': {
        const terms = { credentialId: `cred-${next.who % 2}`, model: `model-${next.who >> 1}` }
        const grantedTo = `request-${loans.length}`
        const versions = { credentialVersion: 0, tokenSerial: 0, upstream: 'vertex' as const }
        const request = { requestId: grantedTo, grantedTo, begins: { tokens: 10, calls: 1 } }
        const ref = ledger.grant({ ...terms, ...versions, ...request }, now)
        isSame(loans.map((loan) => loan.ref.id).includes(ref.id), false)
        loans.push({ ref, memory: 'open', disk: 'unknown', heardAt: now })
        return
      }
      case 'settle': {
        const loan = loans[next.pick % Math.max(1, loans.length)]
        if (loan === undefined) return
        const { outcome } = next
        const ended = outcome === 'client_fault' ? 'failed' : outcome
        const told: Settlement['request'] = next.goesOn ? null : ended
        const verdict = verdictOf(outcome)
        const isOver = loan.memory !== 'open' && loan.memory !== 'unknown' && loan.memory !== 'lost'
        const isTooLate = now > loan.ref.deadline + GRACE_MS
        const report = { lease: loan.ref, verdict, status: 200, tokens: NO_TOKENS, request: told }
        isSame(ledger.settle(report, now), !isOver && !isTooLate)
        if (isOver || isTooLate) return
        if (loan.memory === 'lost') requests.lost--
        if (told !== null) requests[told]++
        loan.memory = outcome
        return
      }
      case 'flush':
        return flush()
      case 'checkpoint':
        ledger.checkpoint(now)
        for (const loan of loans) {
          const isLong = loan.memory === 'open' && now - loan.ref.grantedAt >= 10_000
          if (isLong) loan.disk = 'open'
        }
        return
      case 'sweep': {
        const expired = loans.filter((loan) => loan.memory === 'open' && endOf(loan) <= now)
        isSame(ledger.sweep(now), expired.length > 0)
        for (const loan of expired) loan.memory = 'lost'
        requests.lost += expired.length
        return
      }
      case 'renew': {
        const loan = loans[next.pick % Math.max(1, loans.length)]
        if (loan === undefined) return
        isSame(ledger.renew(loan.ref.id, now), loan.memory === 'open')
        if (loan.memory === 'open') loan.heardAt = now
        return
      }
      case 'prune':
        return ledger.prune(now)
      case 'cut':
        ledger = new Ledger(sql, now)
        requests = { ...written }
        for (const loan of loans) {
          loan.memory = loan.disk
          loan.heardAt = now
        }
        return
      case 'clock':
        now += next.ms
    }
  }
  for (const next of story) {
    take(next)
    agree(ledger, loans, requests)
  }
  // What was confirmed must still be there, whatever comes next.
  flush()
  ledger = new Ledger(sql, now)
  for (const loan of loans) loan.memory = loan.disk
  agree(ledger, loans, requests)
}

function verdictOf(outcome: (typeof OUTCOMES)[number]): Verdict {
  return outcome === 'client_fault'
    ? { kind: outcome, reason: 'invalid_request' }
    : { kind: outcome }
}

function agree(ledger: Ledger, loans: readonly Loan[], requests: Requests): void {
  const booked = loans.filter(({ memory }) => memory !== 'unknown')
  isLike(ledger.requests(), requests)
  isSame(ledger.openLeases().length, ledger.openCount())
  isSame(
    new Set(ledger.openLeases().map(({ id }) => id)),
    new Set(booked.filter(({ memory }) => memory === 'open').map(({ ref }) => ref.id)),
  )
  let granted = 0
  for (const row of ledger.attempts()) {
    const own = booked.filter(
      ({ ref }) => ref.credentialId === row.credentialId && ref.model === row.model,
    )
    const inState = (state: State): number => own.filter(({ memory }) => memory === state).length
    isLike(row, {
      granted: own.length,
      lost: inState('lost'),
      ...Object.fromEntries(OUTCOMES.map((outcome) => [outcome, inState(outcome)])),
    })
    isSame(row.granted, terminalSum(row) + inState('open'))
    granted += row.granted
  }
  isSame(granted, booked.length)
}

it('keeps its books through any order of grants, reports, flushes and power cuts', async () => {
  const object = env.USERS.getByName(crypto.randomUUID())
  await runInDurableObject(object, (_instance, { storage }) => {
    migrate(storage, START, 'of-a-test')
    const property = fc.property(steps, (story) => play(storage.sql, story))
    assert(property, { seed: 20261122, numRuns: 800 })
    assert(property, { numRuns: 200 })
  })
}, 60_000)
