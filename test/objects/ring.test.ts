import { describe, expect, it } from 'vitest'
import { type Cooldown, cooldownAfter } from '../../src/objects/cooldowns.ts'
import type { Credential } from '../../src/objects/credential.ts'
import { nextPacificMidnight } from '../../src/objects/pacific-midnight.ts'
import {
  nextActive,
  nextCursor,
  type Ring,
  select,
  type SelectRequest,
} from '../../src/objects/ring.ts'
import type { Verdict } from '../../src/upstreams/verdict.ts'

const NOW = Date.parse('2026-11-22T12:00:00Z')
const MODEL = 'gemini-2.5-flash'

function credential(id: string, overrides: Partial<Credential> = {}): Credential {
  return {
    id,
    position: 0,
    type: 'api_key',
    upstream: 'gemini-api',
    label: null,
    project: null,
    location: null,
    quotaProject: null,
    quarantine: null,
    lastError: null,
    lastErrorAt: null,
    createdAt: 0,
    updatedAt: 0,
    ...overrides,
  }
}

function ring(cursor: string | null, ...credentials: Credential[]): Ring {
  return { credentials, cursor }
}

function cooling(credentialId: string, overrides: Partial<Cooldown> = {}): Cooldown {
  return {
    credentialId,
    model: MODEL,
    since: NOW - 1000,
    until: NOW + 5000,
    cause: 'quota',
    dimension: 'minute',
    evidence: 'retry_info',
    strikes: 1,
    ...overrides,
  }
}

function among(...cooldowns: Cooldown[]) {
  return (id: string, model: string): Cooldown | undefined =>
    cooldowns.find((cooldown) => cooldown.credentialId === id && cooldown.model === model)
}

const ANY: SelectRequest = { model: MODEL, tried: [], avoid: [] }
const A = credential('a')
const B = credential('b')
const C = credential('c', { upstream: 'vertex' })
const DEAD = credential('dead', { quarantine: 'invalid_grant' })

describe('select', () => {
  it.each<[string, Ring, ReturnType<typeof among>, Partial<SelectRequest>, object]>([
    ['the cursor’s credential', ring('b', A, B, C), among(), {}, { ok: true, credential: B }],
    [
      'the first where the cursor is nowhere',
      ring(null, A, B),
      among(),
      {},
      { ok: true, credential: A },
    ],
    [
      'the first where the cursor’s credential is gone',
      ring('gone', A, B),
      among(),
      {},
      { ok: true, credential: A },
    ],
    [
      'the next when one is cooling',
      ring('a', A, B, C),
      among(cooling('a')),
      {},
      { ok: true, credential: B },
    ],
    [
      'one whose cooldown has ended',
      ring('a', A, B),
      among(cooling('a', { until: NOW })),
      {},
      { ok: true, credential: A },
    ],
    [
      'one that cools for another model',
      ring('a', A, B),
      among(cooling('a', { model: 'other' })),
      {},
      { ok: true, credential: A },
    ],
    [
      'round the end of the ring',
      ring('c', A, B, C),
      among(cooling('c')),
      {},
      { ok: true, credential: A },
    ],
    ['past the quarantined', ring('dead', DEAD, B), among(), {}, { ok: true, credential: B }],
    ['past the tried', ring('a', A, B), among(), { tried: ['a'] }, { ok: true, credential: B }],
    [
      'past an upstream that is out',
      ring('a', A, B, C),
      among(),
      { avoid: ['gemini-api'] },
      { ok: true, credential: C },
    ],
    ['none in an empty ring', ring(null), among(), {}, { ok: false, reason: 'no_credentials' }],
    [
      'none where all are dead',
      ring('dead', DEAD),
      among(),
      {},
      { ok: false, reason: 'credentials_unusable' },
    ],
    [
      'none where all cool, with the earliest recovery',
      ring('a', A, B),
      among(cooling('a', { until: NOW + 9000 }), cooling('b', { until: NOW + 7000 })),
      {},
      { ok: false, reason: 'exhausted', retryAt: NOW + 7000, dimension: 'minute' },
    ],
    [
      'none where all were tried',
      ring('a', A, B),
      among(cooling('a')),
      { tried: ['b'] },
      { ok: false, reason: 'all_tried' },
    ],
    [
      'none where none has the model',
      ring('a', A),
      among(cooling('a', { cause: 'model_not_found' })),
      {},
      { ok: false, reason: 'model_not_found' },
    ],
    [
      'none where none may use the model',
      ring('a', A),
      among(cooling('a', { cause: 'permission_denied' })),
      {},
      { ok: false, reason: 'credentials_unusable' },
    ],
  ])('picks %s', (_, state, cooldownOf, request, selection) => {
    expect(select(state, cooldownOf, { ...ANY, ...request }, NOW)).toEqual(selection)
  })
})

describe('the cursor', () => {
  it('goes to the next that can serve the model', () => {
    expect(nextCursor(ring('a', A, DEAD, B, C), among(cooling('b')), 'a', MODEL, NOW)).toBe('c')
  })

  it('stays where it is when none can', () => {
    expect(nextCursor(ring('a', A, B), among(cooling('b')), 'a', MODEL, NOW)).toBe('a')
  })

  it('goes one on by hand, cooling or not, but not onto the dead', () => {
    expect(nextActive(ring('a', A, B, C), 'a')).toBe('b')
    expect(nextActive(ring('a', A, DEAD, C), 'a')).toBe('c')
    expect(nextActive(ring('a', A, DEAD), 'a')).toBe('a')
  })
})

describe('cooldownAfter', () => {
  const pair = { credentialId: 'a', model: MODEL }
  const quota = (
    retryAfterMs: number | null,
    dimension: 'day' | 'minute' | 'unknown' = 'unknown',
  ): Verdict => ({
    kind: 'quota',
    dimension,
    retryAfterMs,
    evidence: 'retry_info',
  })
  const lengthOf = (verdict: Verdict, previous?: Cooldown): number =>
    (cooldownAfter(pair, verdict, previous, NOW)?.until ?? 0) - NOW

  it('lasts as long as Google says, between a second and an hour', () => {
    expect(lengthOf(quota(34_000))).toBe(34_000)
    expect(lengthOf(quota(0))).toBe(1000)
    expect(lengthOf(quota(18 * 3_600_000))).toBe(3_600_000)
  })

  it('backs off where Google says nothing, once a window', () => {
    expect(lengthOf(quota(null))).toBe(30_000)
    const ended = cooling('a', { until: NOW - 1 })
    expect(lengthOf(quota(null), ended)).toBe(60_000)
    expect(lengthOf(quota(null), { ...ended, strikes: 9 })).toBe(900_000)
    const open = cooling('a', { until: NOW + 20_000 })
    expect(cooldownAfter(pair, quota(null), open, NOW)).toMatchObject({
      strikes: 1,
      until: NOW + 30_000,
    })
  })

  it('lasts to the end of Google’s day when the day is used up', () => {
    expect(lengthOf(quota(7000, 'day'))).toBe(nextPacificMidnight(NOW) - NOW)
  })

  it('follows from faults of one model, and from nothing else', () => {
    const gone: Verdict = { kind: 'credential_fault', reason: 'model_not_found', scope: 'model' }
    expect(cooldownAfter(pair, gone, undefined, NOW)).toMatchObject({ cause: 'model_not_found' })
    const others: Verdict[] = [
      { kind: 'ok' },
      { kind: 'cancelled' },
      { kind: 'client_fault', reason: 'invalid_request' },
      { kind: 'upstream_fault', reason: 'capacity' },
      { kind: 'token_rejected' },
      { kind: 'credential_fault', reason: 'api_key_invalid', scope: 'credential' },
    ]
    for (const verdict of others)
      expect(cooldownAfter(pair, verdict, undefined, NOW)).toBeUndefined()
  })
})

describe('nextPacificMidnight', () => {
  it.each([
    ['in winter', '2026-11-22T12:00:00Z', '2026-11-23T08:00:00Z'],
    ['in summer', '2026-07-01T12:00:00Z', '2026-07-02T07:00:00Z'],
    ['at midnight itself', '2026-11-22T08:00:00Z', '2026-11-23T08:00:00Z'],
    ['a second before', '2026-11-22T07:59:59.500Z', '2026-11-22T08:00:00Z'],
    ['across the change to summer time', '2026-03-08T09:30:00Z', '2026-03-09T07:00:00Z'],
    ['after the change to summer time', '2026-03-08T12:00:00Z', '2026-03-09T07:00:00Z'],
    ['across the change to winter time', '2026-11-01T07:30:00Z', '2026-11-02T08:00:00Z'],
    ['after the change to winter time', '2026-11-01T12:00:00Z', '2026-11-02T08:00:00Z'],
  ])('is the start of Google’s next day %s', (_, now, midnight) => {
    expect(new Date(nextPacificMidnight(Date.parse(now))).toISOString()).toBe(
      new Date(midnight).toISOString(),
    )
  })
})
