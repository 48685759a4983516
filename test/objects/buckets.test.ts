import { describe, expect, it } from 'vitest'
import { type Bucket, closed, gateOf, nextChance } from '../../src/objects/ring/quota-buckets.ts'
import { nextPacificMidnight } from '../../src/objects/ring/pacific-midnight.ts'
import type { QuotaDimension, Verdict } from '../../src/upstreams/verdict.ts'

const NOW = Date.parse('2026-11-22T12:00:00Z')
const HOUR = 3_600_000
const KEY = { principal: 'p', model: 'gemini-2.5-flash' }

function quota(retryAfterMs: number | null, dimension: QuotaDimension = 'unknown') {
  return {
    kind: 'quota',
    dimension,
    retryAfterMs,
    evidence: 'retry_info',
  } as const satisfies Verdict
}

function bucket(overrides: Partial<Bucket> = {}): Bucket {
  return {
    ...KEY,
    dimension: 'unknown',
    closedAt: NOW - 1000,
    until: NOW + 5000,
    retestAt: null,
    evidence: 'retry_info',
    strikes: 1,
    ...overrides,
  }
}

function lengthOf(verdict: ReturnType<typeof quota>, previous?: Bucket): number {
  return closed(KEY, verdict, previous, NOW, NOW).until - NOW
}

describe('a bucket that a 429 closes', () => {
  it.each<[string, number | null, QuotaDimension, number]>([
    ['as long as Google says', 34_000, 'requests_per_minute', 34_000],
    ['a second at least, though Google says none', 0, 'unknown', 1000],
    ['five minutes at most for a minute’s quota', HOUR, 'tokens_per_minute', 300_000],
    ['25 hours at most whatever is said', 156 * HOUR, 'unknown', 25 * HOUR],
    ['a second where nothing is said', null, 'unknown', 1000],
  ])('stays closed %s', (_, hint, dimension, length) => {
    expect(lengthOf(quota(hint, dimension))).toBe(length)
  })

  it.each(['requests_per_day', 'tokens_per_day'] as const)(
    'stays closed to the end of Google’s day for %s, whatever the hint',
    (dimension) => {
      expect(lengthOf(quota(7000, dimension))).toBe(nextPacificMidnight(NOW) + 30_000 - NOW)
    },
  )

  it('backs off where nothing is said: doubling with each strike, to a quarter of an hour', () => {
    const ended = bucket({ closedAt: NOW - 60_000, until: NOW - 1 })
    expect(lengthOf(quota(null), ended)).toBe(2000)
    expect(lengthOf(quota(null), { ...ended, strikes: 2 })).toBe(4000)
    expect(lengthOf(quota(null), { ...ended, strikes: 10 })).toBe(900_000)
  })

  it('counts the answers to attempts that began before it closed as the same news', () => {
    const ended = bucket({ closedAt: NOW - 500, until: NOW - 1, strikes: 3 })
    expect(closed(KEY, quota(null), ended, NOW - 600, NOW).strikes).toBe(3)
    expect(closed(KEY, quota(null), ended, NOW - 400, NOW).strikes).toBe(4)
    const open = bucket({ until: NOW + 20_000 })
    expect(closed(KEY, quota(4000), open, NOW - 2000, NOW)).toMatchObject({
      strikes: 1,
      until: NOW + 20_000,
      closedAt: NOW - 1000,
    })
  })

  it('is tested within the hour where the hint is long, and never where it is short', () => {
    expect(closed(KEY, quota(HOUR), undefined, NOW, NOW).retestAt).toBeNull()
    expect(closed(KEY, quota(5 * HOUR), undefined, NOW, NOW).retestAt).toBe(NOW + HOUR / 2)
    expect(closed(KEY, quota(20 * HOUR), undefined, NOW, NOW).retestAt).toBe(NOW + HOUR)
  })

  it('re-arms the same deadline when the test fails, without a strike', () => {
    const long = closed(KEY, quota(20 * HOUR), undefined, NOW, NOW)
    const later = NOW + HOUR
    const again = closed(KEY, quota(19 * HOUR), long, later, later)
    expect(again).toMatchObject({ until: long.until, strikes: 1, retestAt: later + HOUR })
  })
})

describe('the gate of a bucket', () => {
  const long = bucket({ until: NOW + 10 * HOUR, retestAt: NOW + HOUR })
  it.each<[string, Bucket, boolean, number, string]>([
    ['is closed until its time', bucket(), false, NOW, 'closed'],
    ['opens at its time', bucket(), false, NOW + 5000, 'open'],
    ['is closed before its test is due', long, false, NOW + HOUR - 1, 'closed'],
    ['lets one test through when it is due', long, false, NOW + HOUR, 'test'],
    ['lets no second test through beside it', long, true, NOW + HOUR, 'closed'],
  ])('%s', (_, given, isTested, now, gate) => {
    expect(gateOf(given, isTested, now)).toBe(gate)
  })

  it('tells when the next request has a chance', () => {
    expect(nextChance(bucket(), NOW)).toBe(NOW + 5000)
    expect(nextChance(long, NOW)).toBe(NOW + HOUR)
    expect(nextChance(long, NOW + 2 * HOUR)).toBe(NOW + 2 * HOUR + 5000)
  })
})
