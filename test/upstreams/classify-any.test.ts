/** Whatever is answered in Google's place, the verdict is a valid one. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { UPSTREAMS } from '../../src/gemini/upstreams.ts'
import { classify } from '../../src/upstreams/classify.ts'
import {
  type GoogleError,
  parseGoogleError,
  readGoogleError,
} from '../../src/upstreams/google-error.ts'
import type { Verdict } from '../../src/upstreams/verdict.ts'
import { VERDICTS } from './corpus/expected/index.ts'
import { readCase } from './corpus/read.ts'

const callers = fc.record({
  upstream: fc.constantFrom(...UPSTREAMS),
  scheme: fc.constantFrom('bearer' as const, 'api_key' as const),
})
const statuses = fc.oneof(fc.integer({ min: 200, max: 599 }), fc.integer())
const clocks = fc.integer({ min: 0, max: 8.64e15 })

/** Meaningful words, so that random answers get beyond the first check. */
const words = fc.oneof(
  fc.string(),
  fc.json(),
  fc.constantFrom(
    'QUOTA_EXHAUSTED',
    'VALIDATION_REQUIRED',
    'API_KEY_INVALID',
    'constructor',
    '__proto__',
    'GenerateRequestsPerDayPerProjectPerModel',
    'Quota exceeded, limit: 0',
    'Please retry in 5s.',
    '1e999s',
    '-1s',
    '0s',
    `${'9'.repeat(310)}h`,
    '+275760-09-13T00:00:00Z',
    '9999-12-31T23:59:59Z',
    '0000-01-01T00:00:00Z',
    'https://accounts.google.com/verify',
    'javascript:alert(1)',
  ),
)
const anything = fc.oneof(words, fc.jsonValue(), fc.constant(null))
const details = fc.record(
  {
    '@type': fc.constantFrom(
      'type.googleapis.com/google.rpc.ErrorInfo',
      'type.googleapis.com/google.rpc.QuotaFailure',
      'type.googleapis.com/google.rpc.RetryInfo',
      'type.googleapis.com/google.rpc.Help',
    ),
    reason: anything,
    metadata: fc.oneof(
      anything,
      fc.dictionary(
        fc.constantFrom('quotaResetTimeStamp', 'quotaResetDelay', 'validation_link', 'quota_limit'),
        anything,
      ),
    ),
    violations: fc.oneof(
      anything,
      fc.array(fc.record({ quotaId: anything, quotaValue: anything })),
    ),
    retryDelay: anything,
    links: fc.oneof(anything, fc.array(fc.record({ url: anything }))),
  },
  { requiredKeys: ['@type'] },
)
const envelopes = fc.record({
  error: fc.record(
    {
      code: anything,
      message: anything,
      status: anything,
      errors: fc.oneof(anything, fc.array(fc.record({ reason: anything }))),
      details: fc.oneof(anything, fc.array(details)),
    },
    { requiredKeys: [] },
  ),
})
/** Pieces of real bodies, cut anywhere. */
const torn = fc
  .tuple(
    fc.constantFrom(...Object.keys(VERDICTS['gemini-api'])),
    fc.nat({ max: 2000 }),
    fc.nat({ max: 2000 }),
  )
  .map(([name, start, length]) => readCase('gemini-api', name).body.slice(start, start + length))
const bodies = fc.oneof(
  words,
  torn,
  envelopes.map((envelope) => JSON.stringify(envelope)),
)

const FIELDS: Readonly<Record<Verdict['kind'], readonly string[]>> = {
  ok: ['kind'],
  cancelled: ['kind'],
  token_rejected: ['kind'],
  client_fault: ['kind', 'reason', 'suspicion'],
  upstream_fault: ['kind', 'reason'],
  credential_fault: ['kind', 'link', 'reason', 'scope'],
  quota: ['dimension', 'evidence', 'kind', 'retryAfterMs'],
}

/** What is wrong with a verdict: an unknown field or word, or a value that must be a number and is not. */
function complaintsAbout(verdict: Verdict): string[] {
  const { kind } = verdict
  const { link, ...rest } = { link: null, ...verdict }
  const ms = kind === 'quota' ? verdict.retryAfterMs : null
  const complaints = {
    field: Object.keys(verdict).some((field) => !FIELDS[kind].includes(field)),
    word: Object.values(rest).some((it) => typeof it === 'string' && !/^[a-z_]{2,30}$/.test(it)),
    number: ms !== null && !(Number.isFinite(ms) && ms > 0),
    evidence: ms !== null && kind === 'quota' && verdict.evidence === 'none',
    link: typeof link === 'string' && !/^https:\/\/([\w-]+\.)*google\.com\//.test(link),
  }
  return Object.entries(complaints).flatMap(([name, isSo]) => (isSo ? [name] : []))
}

const RUNS = { numRuns: 2000 }

describe('classify', () => {
  it('makes a verdict of any text with any status', () => {
    fc.assert(
      fc.property(
        callers,
        statuses,
        bodies,
        fc.option(words),
        clocks,
        (caller, status, body, retryAfter, now) => {
          expect(
            complaintsAbout(classify(caller, parseGoogleError(status, body, retryAfter), now)),
          ).toEqual([])
        },
      ),
      RUNS,
    )
  })

  it('makes a verdict of any event', () => {
    fc.assert(
      fc.property(callers, fc.oneof(envelopes, anything), clocks, (caller, body, now) => {
        expect(complaintsAbout(classify(caller, readGoogleError(200, body), now))).toEqual([])
      }),
      RUNS,
    )
  })

  it('never takes a credential out for good over an outage', () => {
    fc.assert(
      fc.property(callers, fc.integer({ min: 500, max: 599 }), bodies, (caller, status, body) => {
        const error: GoogleError = { ...parseGoogleError(status, body), httpStatus: status }
        const verdict = classify(caller, error, 0)
        expect(verdict).not.toMatchObject({ scope: 'credential' })
      }),
      RUNS,
    )
  })

  it('never takes a credential out for what a message says further on', () => {
    fc.assert(
      fc.property(
        callers,
        fc.constantFrom(400, 404, 429),
        fc.string(),
        torn,
        (caller, code, start, quoted) => {
          const message = `Invalid value: "${start}${quoted}"`
          const verdict = classify(
            caller,
            parseGoogleError(code, JSON.stringify({ error: { code, message } })),
            0,
          )
          expect(verdict).not.toMatchObject({ scope: 'credential' })
        },
      ),
      RUNS,
    )
  })

  it('reads hostile lengths in no time', () => {
    const long = 50_000
    const hostiles = [
      '['.repeat(long),
      '{"a":'.repeat(long),
      `[${', '.repeat(long)}`,
      `"${'\\'.repeat(long)}`,
      JSON.stringify({ error: { message: `reset after ${'9'.repeat(long)}` } }),
      JSON.stringify({
        error: {
          message: `${'1h'.repeat(long)}x`,
          details: [{ '@type': 'RetryInfo', retryDelay: `${'1h'.repeat(long)}x` }],
        },
      }),
      JSON.stringify({ error: { message: `${'a '.repeat(long)} has not been used` } }),
    ]
    const caller = { upstream: 'vertex', scheme: 'bearer' } as const
    const start = performance.now()
    for (const status of [400, 403, 429]) {
      for (const hostile of hostiles) {
        const verdict = classify(caller, parseGoogleError(status, hostile), 0)
        expect(complaintsAbout(verdict)).toEqual([])
      }
    }
    expect(performance.now() - start).toBeLessThan(1000)
  })
})
