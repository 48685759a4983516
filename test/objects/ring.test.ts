import { describe, expect, it } from 'vitest'
import type { Credential } from '../../src/objects/ring/credential.ts'
import { nextPacificMidnight } from '../../src/objects/ring/pacific-midnight.ts'
import type { Ring } from '../../src/objects/ring/ring.ts'
import {
  nextActive,
  nextCursor,
  select,
  type SelectRequest,
} from '../../src/objects/ring/select.ts'
import type { Standing, StandingOf } from '../../src/objects/ring/standing.ts'

const NOW = Date.parse('2026-11-22T12:00:00Z')

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
    priority: 0,
    models: null,
    pausedUntil: null,
    quarantine: null,
    quarantineLink: null,
    lastError: null,
    lastErrorAt: null,
    createdAt: 0,
    updatedAt: 0,
    ...overrides,
  }
}

function ring(cursor: string | null, ...credentials: Credential[]): Ring {
  return { credentials, cursor, mode: 'sticky', pinned: null }
}

/** A view in which no credential is in use. */
function seen(standingOf: StandingOf) {
  return { standingOf, useOf: () => ({ open: 0, lentAt: 0 }) }
}

/** Credentials are open unless told otherwise. */
function standing(others: Readonly<Record<string, Standing>> = {}): StandingOf {
  return ({ id, quarantine }) =>
    quarantine === null ? (others[id] ?? { kind: 'open' }) : { kind: 'quarantined' }
}

function cooling(ms: number): Standing {
  return { kind: 'cooling', until: NOW + ms, dimension: 'requests_per_minute' }
}

const TEST: Standing = { kind: 'test' }
const ABSENT: Standing = { kind: 'fault', cause: 'model_not_found', until: NOW + 1 }
const FORBIDDEN: Standing = { kind: 'fault', cause: 'permission_denied', until: NOW + 1 }
const ANY: SelectRequest = { model: 'm', tried: [], avoid: [], session: null }
const A = credential('a')
const B = credential('b')
const C = credential('c', { upstream: 'vertex' })
const DEAD = credential('dead', { quarantine: 'invalid_grant' })

describe('select', () => {
  it.each<[string, Ring, StandingOf, Partial<SelectRequest>, Credential, boolean]>([
    ['the cursor’s credential', ring('b', A, B, C), standing(), {}, B, false],
    ['the first where the cursor is nowhere', ring(null, A, B), standing(), {}, A, false],
    [
      'the first where the cursor’s credential is gone',
      ring('gone', A, B),
      standing(),
      {},
      A,
      false,
    ],
    ['the next when one is cooling', ring('a', A, B, C), standing({ a: cooling(9) }), {}, B, false],
    ['round the end of the ring', ring('c', A, B, C), standing({ c: cooling(9) }), {}, A, false],
    ['past the quarantined', ring('dead', DEAD, B), standing(), {}, B, false],
    ['past one without the model', ring('a', A, B), standing({ a: ABSENT }), {}, B, false],
    ['past the tried', ring('a', A, B), standing(), { tried: ['a'] }, B, false],
    [
      'past an upstream that is out',
      ring('a', A, B, C),
      standing(),
      { avoid: ['gemini-api'] },
      C,
      false,
    ],
    [
      'an open one before one that is due for a test',
      ring('a', A, B),
      standing({ a: TEST }),
      {},
      B,
      false,
    ],
    [
      'a test where nothing healthier is',
      ring('a', A, B),
      standing({ a: cooling(9), b: TEST }),
      {},
      B,
      true,
    ],
  ])('picks %s', (_, state, standingOf, request, picked, test) => {
    expect(select(state, seen(standingOf), { ...ANY, ...request })).toEqual({
      ok: true,
      credential: picked,
      test,
      affinity: null,
    })
  })

  it.each<[string, Ring, StandingOf, Partial<SelectRequest>, object]>([
    ['the ring is empty', ring(null), standing(), {}, { reason: 'no_credentials' }],
    ['all are dead', ring('dead', DEAD), standing(), {}, { reason: 'credentials_unusable' }],
    [
      'all cool, with the earliest recovery',
      ring('a', A, B),
      standing({ a: cooling(9000), b: cooling(7000) }),
      {},
      { reason: 'exhausted', retryAt: NOW + 7000, dimension: 'requests_per_minute' },
    ],
    [
      'one cools and the others were tried',
      ring('a', A, B),
      standing({ a: cooling(9) }),
      { tried: ['b'] },
      { reason: 'all_tried' },
    ],
    [
      'none has the model',
      ring('a', A),
      standing({ a: ABSENT }),
      {},
      { reason: 'model_not_found' },
    ],
    [
      'none may use the model',
      ring('a', A),
      standing({ a: FORBIDDEN }),
      {},
      { reason: 'credentials_unusable' },
    ],
  ])('says why it picks none: %s', (_, state, standingOf, request, why) => {
    expect(select(state, seen(standingOf), { ...ANY, ...request })).toEqual({ ok: false, ...why })
  })
})

describe('the cursor', () => {
  it('goes to the next that can serve the model', () => {
    expect(nextCursor(ring('a', A, DEAD, B, C), standing({ b: cooling(9) }), 'a')).toBe('c')
  })

  it('stays where it is when none can', () => {
    expect(nextCursor(ring('a', A, B), standing({ b: cooling(9) }), 'a')).toBe('a')
  })

  it('goes one on by hand, cooling or not, but not onto the dead', () => {
    expect(nextActive(ring('a', A, B, C), 'a')).toBe('b')
    expect(nextActive(ring('a', A, DEAD, C), 'a')).toBe('c')
    expect(nextActive(ring('a', A, DEAD), 'a')).toBe('a')
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

describe('an operation that only some upstreams offer', () => {
  const CODE_ASSIST = credential('code-assist', { upstream: 'code-assist' })
  const embed = { ...ANY, operation: 'embed' } as const

  it('passes over the others', () => {
    const all = ring('code-assist', CODE_ASSIST, C)
    expect(select(all, seen(standing()), embed)).toMatchObject({ ok: true, credential: C })
    expect(select(all, seen(standing()), ANY)).toMatchObject({ credential: CODE_ASSIST })
  })

  it('is told as such where there are no others, or one that is pinned', () => {
    const reason = 'operation_not_served'
    const alone = ring('code-assist', CODE_ASSIST)
    expect(select(alone, seen(standing()), embed)).toEqual({ ok: false, reason })
    const pinned = { ...ring('c', CODE_ASSIST, C), pinned: 'code-assist' }
    expect(select(pinned, seen(standing()), embed)).toEqual({ ok: false, reason })
  })

  it('is not blamed where the ring is empty, or those that offer it are out of quota', () => {
    expect(select(ring(null), seen(standing()), embed)).toMatchObject({ reason: 'no_credentials' })
    const all = ring('code-assist', CODE_ASSIST, C)
    const out = seen(standing({ c: cooling(1000) }))
    expect(select(all, out, embed)).toMatchObject({ reason: 'exhausted', retryAt: NOW + 1000 })
  })
})
