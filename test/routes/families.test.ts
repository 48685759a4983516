/**
 * Every refusal has the form of the family to which the path belongs, whatever went wrong and wherever it was
 * noticed.
 */
import { env } from 'cloudflare:workers'
import { describe, expect, it, vi } from 'vitest'
import { ANTHROPIC_FAMILY, toStreamError } from '../../src/dialects/anthropic-messages/family.ts'
import { GOOGLE_FAMILY } from '../../src/dialects/gemini-native/family.ts'
import { OPENAI_FAMILY } from '../../src/dialects/openai/family.ts'
import type { Failure } from '../../src/failure/failure.ts'
import { handleRequest } from '../../src/routes/handle.ts'
import { fetchPollux, givenUser, MODEL } from '../support/pollux.ts'

type Name = 'openai' | 'anthropic' | 'google'

const STATUS = expect.any(Number)

/** The exact form of each family's refusals. */
const FORMS: Readonly<Record<Name, object>> = {
  openai: {
    error: {
      message: expect.any(String),
      type: expect.any(String),
      param: null,
      code: expect.any(String),
    },
  },
  anthropic: {
    type: 'error',
    error: {
      type: expect.stringMatching(/_error$|^request_too_large$/),
      message: expect.any(String),
    },
    request_id: expect.stringMatching(/^req_[0-9a-f]{32}$/),
  },
  google: {
    error: {
      code: STATUS,
      message: expect.any(String),
      status: expect.stringMatching(/^[A-Z_]+$/),
    },
  },
}

async function expectForm(answer: Response, name: Name): Promise<string> {
  expect(answer.headers.get('content-type')).toBe('application/json')
  const body = await answer.json<{
    error: { message: string; param?: unknown; details?: unknown; code?: unknown }
  }>()
  if (name === 'openai') body.error.param = null
  if (name === 'google') delete body.error.details
  expect(body).toEqual(FORMS[name])
  expect(name === 'google' ? body.error.code : answer.status).toBe(answer.status)
  const id = answer.headers.get('x-request-id')
  expect(id).toMatch(/^req_/)
  expect(answer.headers.get('request-id')).toBe(name === 'anthropic' ? id : null)
  return body.error.message
}

const GOOGLES = { 'x-goog-api-key': 'nobodys' }
const ANTHROPICS = { 'x-api-key': 'nobodys', 'anthropic-version': '2023-06-01' }
const OPENAIS = { authorization: 'Bearer nobodys' }

describe('a path of one family', () => {
  it.each<[Name, string, string, number, Record<string, string>]>([
    ['openai', 'POST', '/v1/nowhere', 404, OPENAIS],
    ['openai', 'GET', '/nowhere', 404, {}],
    ['openai', 'PUT', '/v1/chat/completions', 405, GOOGLES],
    ['google', 'POST', '/v1/files', 405, GOOGLES],
    ['openai', 'POST', '/v1beta/openai/nowhere', 404, GOOGLES],
    ['openai', 'GET', '/v1/config/nowhere', 404, GOOGLES],
    ['openai', 'DELETE', '/debug/stats', 405, ANTHROPICS],
    ['anthropic', 'POST', '/v1/messages/nowhere', 404, OPENAIS],
    ['anthropic', 'POST', '/v1/complete', 404, {}],
    ['google', 'POST', '/v1beta/nowhere', 404, OPENAIS],
    ['google', 'POST', `/v1/models/${MODEL}:predict`, 401, OPENAIS],
    ['google', 'PUT', `/v1/models/${MODEL}:predict`, 405, OPENAIS],
    ['google', 'GET', '/v1alpha/nowhere', 404, {}],
    ['google', 'POST', '/upload/v1beta/nowhere', 404, {}],
    ['google', 'GET', '//ws/nowhere', 501, {}],
  ])('of %s: %s %s is %i in its form', async (name, method, path, status, headers) => {
    const answer = await fetchPollux(path, { method, headers })
    expect(answer.status).toBe(status)
    await expectForm(answer, name)
  })
})

describe('a path of several families', () => {
  const ASKED: readonly [Name, Record<string, string>, string][] = [
    ['openai', OPENAIS, ''],
    ['anthropic', ANTHROPICS, ''],
    ['google', GOOGLES, ''],
    ['google', {}, '?key=nobodys'],
  ]

  it.each(ASKED)('refuses a wrong key as %s does, by %j%s', async (name, headers, query) => {
    const answer = await fetchPollux(`/v1/models${query}`, { headers })
    expect(answer.status).toBe(401)
    await expectForm(answer, name)
  })

  it.each(ASKED)('refuses a method as %s does, by %j%s', async (name, headers, query) => {
    const answer = await fetchPollux(`/v1/models${query}`, { method: 'DELETE', headers })
    expect(answer.status).toBe(405)
    expect(answer.headers.get('allow')).toBe('GET, HEAD')
    await expectForm(answer, name)
  })

  it.each<[Name, (key: string) => Record<string, string>]>([
    ['openai', (key) => ({ authorization: `Bearer ${key}` })],
    ['anthropic', (key) => ({ 'x-api-key': key, 'anthropic-version': '2023-06-01' })],
    ['google', (key) => ({ 'x-goog-api-key': key })],
  ])('does not know a model in the words of %s', async (name, headersOf) => {
    const { key } = await givenUser()
    const answer = await fetchPollux('/v1/models/gemini-nowhere', { headers: headersOf(key) })
    expect(answer.status).toBe(404)
    expect(await expectForm(answer, name)).toContain('gemini-nowhere')
  })

  it('takes a key in the address only from Google’s clients', async () => {
    const { key } = await givenUser()
    expect((await fetchPollux(`/v1/models?key=${key}`)).status).toBe(200)
    expect((await fetchPollux(`/v1/key?key=${key}`)).status).toBe(401)
  })

  it.each<[Name, Record<string, string>]>([
    ['openai', OPENAIS],
    ['anthropic', ANTHROPICS],
    ['google', GOOGLES],
  ])('tells of a crash as %s does', async (name, headers) => {
    const log = vi.spyOn(console, 'error').mockReturnValue()
    const broken = new Proxy(env, {
      get(target, key) {
        if (key === 'USERS' || key === 'DIRECTORY') throw new Error('a bug')
        return Reflect.get(target, key) as unknown
      },
    })
    const request = new Request('http://pollux.test/v1/models', { headers })
    const answer = await handleRequest(request, broken, {
      waitUntil: () => undefined,
    } as unknown as ExecutionContext)
    log.mockRestore()
    expect(answer.status).toBe(500)
    expect(await expectForm(answer, name)).not.toContain('a bug')
  })
})

const REQUEST_ID = `req_${'0'.repeat(32)}`

describe('the words of each family', () => {
  const told = async (failure: Failure): Promise<readonly string[]> => {
    const words: string[] = []
    for (const family of [OPENAI_FAMILY, ANTHROPIC_FAMILY, GOOGLE_FAMILY]) {
      const answer = family.refuse(failure, REQUEST_ID)
      answer.headers.set('x-request-id', REQUEST_ID)
      if (family.requestIdHeader !== null) answer.headers.set(family.requestIdHeader, REQUEST_ID)
      words.push(await expectForm(answer, family.name))
    }
    return words
  }

  it('name the tokens of what is too long as its clients look for them', async () => {
    const failure = { reason: 'context_length_exceeded', message: 'too long' } as const
    expect(await told({ ...failure, used: 1_200_000, limit: 1_048_576 })).toEqual([
      "This model's maximum context length is 1048576 tokens. However, your messages resulted in 1200000 tokens.",
      'prompt is too long: 1200000 tokens > 1048576 maximum',
      'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).',
    ])
  })

  it('say when to come back, where the whole quota is used up', async () => {
    const usedUp = { of: 'ring', forTheDay: false } as const
    const failure: Failure = {
      reason: 'rate_limited',
      message: 'Out.',
      retryAfterMs: 11_001,
      usedUp,
    }
    expect(await told(failure)).toEqual([
      'Out. Please try again in 12s.',
      'Out. Please try again in 12s.',
      'Out. Please retry in 12s.',
    ])
  })

  it('name the header of their own for a key', async () => {
    const [openai, anthropic, google] = await told({ reason: 'missing_api_key', message: 'None.' })
    expect(openai).toContain('Authorization: Bearer')
    expect(anthropic).toContain('x-api-key')
    expect(google).toContain('x-goog-api-key')
  })
})

describe('Google’s 429', () => {
  const details = async (failure: Failure): Promise<Record<string, unknown>[]> => {
    const answer = GOOGLE_FAMILY.refuse(failure, REQUEST_ID)
    expect(answer.status).toBe(429)
    expect(answer.headers.get('retry-after')).toBe('12')
    const { error } = await answer.json<{ error: { details: Record<string, unknown>[] } }>()
    return error.details
  }
  const base: Failure = { reason: 'rate_limited', message: 'Out.', retryAfterMs: 11_001 }

  it('says in RetryInfo when to come back, and of no day that is not over', async () => {
    expect(await details({ ...base, usedUp: { of: 'ring', forTheDay: false } })).toEqual([
      { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '12s' },
    ])
    expect(await details(base)).toHaveLength(1)
  })

  it('names a quota of the day where all of it is used up', async () => {
    const usedUp = { of: 'ring', forTheDay: true } as const
    const [quota] = await details({ ...base, reason: 'quota_exhausted', usedUp })
    expect(JSON.stringify(quota)).toContain('PerDay')
  })
})

describe('Anthropic’s errors', () => {
  it.each([
    ['upstream_overloaded', 529, 'overloaded_error', null],
    ['upstream_error', 500, 'api_error', null],
    ['upstream_timeout', 504, 'timeout_error', null],
    ['invalid_api_key', 401, 'authentication_error', 'false'],
    ['invalid_value', 400, 'invalid_request_error', 'false'],
    ['model_not_found', 404, 'not_found_error', 'false'],
    ['body_too_large', 413, 'request_too_large', 'false'],
    ['quota_exhausted', 429, 'rate_limit_error', 'false'],
    ['rate_limited', 429, 'rate_limit_error', null],
  ] as const)('%s is %i %s, with x-should-retry %s', async (reason, status, type, again) => {
    const answer = ANTHROPIC_FAMILY.refuse({ reason, message: 'Why.' }, REQUEST_ID)
    expect(answer.status).toBe(status)
    expect(answer.headers.get('x-should-retry')).toBe(again)
    expect(await answer.json()).toMatchObject({ error: { type } })
  })

  it('say in a stream whether to ask again, by the type', () => {
    const typeOf = (reason: Failure['reason']): string =>
      toStreamError({ reason, message: 'Why.' }, REQUEST_ID).error.type
    expect(typeOf('upstream_truncated')).toBe('overloaded_error')
    expect(typeOf('upstream_error')).toBe('overloaded_error')
    expect(typeOf('internal_error')).toBe('api_error')
  })

  it('tell what is left in headers of their own, with a time for when it is whole again', () => {
    const headers = new Headers()
    const requests = { limit: 10, remaining: 3, resetMs: 1500 }
    ANTHROPIC_FAMILY.rateLimits(headers, { requests, tokens: null }, Date.UTC(2026, 10, 29))
    expect(Object.fromEntries(headers)).toEqual({
      'anthropic-ratelimit-requests-limit': '10',
      'anthropic-ratelimit-requests-remaining': '3',
      'anthropic-ratelimit-requests-reset': '2026-11-29T00:00:02Z',
    })
  })
})
