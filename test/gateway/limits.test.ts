import { afterEach, describe, expect, it, vi } from 'vitest'
import { evictDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { reachedBy, NO_LIMITS, type Use } from '../../src/objects/config/limits.ts'
import {
  admin,
  callsOf,
  chat,
  configure,
  type ErrorBody,
  fetchPollux,
  givenUser,
  google,
  settledStats,
  type User,
} from '../support/pollux.ts'

function limit(user: User, limits: Record<string, number | null>): Promise<void> {
  return configure(user, { limits })
}

async function reached(user: User): Promise<number> {
  const calls = await Promise.all(user.credentials.map(({ handle }) => callsOf(handle)))
  return calls.flat().length
}

function many(user: User, count: number): Promise<Response[]> {
  return Promise.all(Array.from({ length: count }, () => chat(user.key, { max_tokens: 50 })))
}

async function refusalOf(answer: Response): Promise<object> {
  const { error } = await answer.json<ErrorBody>()
  const retryAfter = answer.headers.get('retry-after')
  return {
    status: answer.status,
    code: error.code,
    type: error.type,
    retryAfter: Number(retryAfter),
    shouldRetry: answer.headers.get('x-should-retry'),
  }
}

afterEach(() => {
  vi.useRealTimers()
})

/** Keeps the minute from ending while a test runs. */
function holdTheMinute(): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-11-22T12:00:10Z') })
}

describe('limits', () => {
  it.each(['requests_per_minute', 'requests_per_day'])(
    'let exactly 7 of 100 concurrent requests reach Google (%s)',
    async (name) => {
      holdTheMinute()
      const user = await givenUser(['api_key', 'api_key'])
      await limit(user, { [name]: 7 })
      const answers = await many(user, 100)
      expect(answers.filter(({ status }) => status === 200).length).toBe(7)
      expect(answers.filter(({ status }) => status === 429).length).toBe(93)
      expect(await reached(user)).toBe(7)
      expect((await settledStats(user)).requests).toMatchObject({ total: 100, ok: 7, refused: 93 })
    },
  )

  it.each(['usd_per_day', 'usd_per_month', 'usd_total'])(
    'let exactly 7 of 100 concurrent requests reach Google by a budget for seven (%s)',
    async (name) => {
      holdTheMinute()
      const user = await givenUser()
      // No attempt is settled before the last request has asked.
      const credential = user.credentials[0]?.handle ?? ''
      await google.script({ credential, times: 7, reply: { text: 'x', delayMs: 700 } })
      // Two words and fifty tokens of gemini-2.5-flash cost about $0.000127.
      await limit(user, { [name]: 0.0009 })
      const answers = await many(user, 100)
      expect(answers.filter(({ status }) => status === 200).length).toBe(7)
      const refused = answers.filter(({ status }) => status === 429)
      expect(refused.length).toBe(93)
      expect(await reached(user)).toBe(7)
      const { cost } = (await settledStats(user)).ring.credentials[0] ?? {}
      expect(cost?.usd).toBeGreaterThan(0)
    },
  )

  it('settle a budget by the truth: what was reserved and not used is free again', async () => {
    const user = await givenUser()
    await limit(user, { usd_total: 0.002 })
    const dear = (): Promise<Response> => chat(user.key, { max_tokens: 700 })
    const first = await dear()
    expect(first.status).toBe(200)
    expect(Number(first.headers.get('x-pollux-cost'))).toBeGreaterThan(0)
    expect(Number(first.headers.get('x-pollux-cost'))).toBeLessThan(0.0002)
    await settledStats(user)
    expect((await dear()).status).toBe(200)
    const tooDear = await chat(user.key, { max_tokens: 5000 })
    expect(tooDear.status).toBe(429)
  })

  it('let no more than so many through at the same time', async () => {
    const user = await givenUser()
    await limit(user, { max_concurrency: 3 })
    await google.script({
      credential: user.credentials[0]?.handle ?? '',
      times: 3,
      reply: { text: 'x', delayMs: 300 },
    })
    const answers = await many(user, 10)
    expect(answers.filter(({ status }) => status === 200).length).toBe(3)
    await settledStats(user)
    expect((await chat(user.key)).status).toBe(200)
  })

  it('of the minute say when they open, and open', async () => {
    holdTheMinute()
    const user = await givenUser()
    await limit(user, { requests_per_minute: 1 })
    const first = await chat(user.key)
    expect([...first.headers].filter(([name]) => name.startsWith('x-ratelimit'))).toEqual([
      ['x-ratelimit-limit-requests', '1'],
      ['x-ratelimit-remaining-requests', '0'],
      ['x-ratelimit-reset-requests', '50s'],
    ])
    expect(await refusalOf(await chat(user.key))).toEqual({
      status: 429,
      code: 'rate_limit_exceeded',
      type: 'requests',
      retryAfter: 50,
      shouldRetry: null,
    })
    vi.setSystemTime(Date.now() + 50_000)
    expect((await chat(user.key)).status).toBe(200)
  })

  it('are told by the tightest of them, refused or not', async () => {
    holdTheMinute()
    const user = await givenUser()
    await limit(user, { requests_per_minute: 5, requests_per_day: 1, total_tokens: 5000 })
    const told = ({ headers }: Response): Record<string, string> =>
      Object.fromEntries([...headers].filter(([name]) => name.startsWith('x-ratelimit')))
    const first = told(await chat(user.key))
    expect(first).toMatchObject({
      'x-ratelimit-limit-requests': '1',
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-limit-tokens': '5000',
    })
    expect(Number.parseInt(first['x-ratelimit-reset-requests'] ?? '', 10)).toBeGreaterThan(60)
    // A budget never refills.
    expect(first['x-ratelimit-reset-tokens']).toBeUndefined()
    const refused = await chat(user.key)
    expect(refused.status).toBe(429)
    expect(told(refused)['x-ratelimit-remaining-requests']).toBe('0')
  })

  it('of tokens count what is reserved, and then what was used', async () => {
    holdTheMinute()
    const user = await givenUser()
    await limit(user, { tokens_per_minute: 1000 })
    // Each may use four hundred tokens, and a few for the prompt. So two fit, however many ask at once.
    const answers = await Promise.all([1, 2, 3, 4].map(() => chat(user.key, { max_tokens: 400 })))
    expect(answers.filter(({ status }) => status === 200).length).toBe(2)
    const refused = answers.find(({ status }) => status === 429)
    expect(refused === undefined ? null : await refusalOf(refused)).toMatchObject({
      type: 'tokens',
    })
    // They used far less than they reserved.
    await settledStats(user)
    const next = await chat(user.key, { max_tokens: 400 })
    expect(next.status).toBe(200)
    expect(Number(next.headers.get('x-ratelimit-remaining-tokens'))).toBeLessThan(600)
  })

  it('that are used up for the day or for good are not to be retried', async () => {
    holdTheMinute()
    const user = await givenUser()
    await limit(user, { requests_per_day: 1 })
    await chat(user.key)
    expect(await refusalOf(await chat(user.key))).toEqual({
      status: 429,
      code: 'insufficient_quota',
      type: 'insufficient_quota',
      retryAfter: 43_190,
      shouldRetry: 'false',
    })
    await limit(user, { requests_per_day: null, total_tokens: 10 })
    expect(await refusalOf(await chat(user.key))).toEqual({
      status: 429,
      code: 'insufficient_quota',
      type: 'insufficient_quota',
      retryAfter: 0,
      shouldRetry: 'false',
    })
  })

  it('are not spent by a request that no credential could serve, and survive the loss of memory', async () => {
    holdTheMinute()
    const user = await givenUser()
    await limit(user, { requests_per_minute: 2, requests_per_day: 2 })
    await google.script({
      credential: user.credentials[0]?.handle ?? '',
      reply: { error: 'gemini_429_minute' },
    })
    expect((await chat(user.key)).status).toBe(429)
    expect((await chat(user.key)).status).toBe(429)
    await settledStats(user)
    await evictDurableObject(env.USERS.getByName(user.userId))
    const info = await fetchPollux('/v1/key', { headers: { authorization: `Bearer ${user.key}` } })
    expect(await info.json()).toMatchObject({
      status: 'ok',
      user: user.userId,
      limits: { requests_per_minute: 2, tokens_per_minute: null },
      use: { open_requests: 0, minute: { requests: 1 }, day: { requests: 1 } },
      ring: { credentials: 1, serving: 1 },
    })
  })

  it('tell a request that is larger than they are not to come back', async () => {
    const user = await givenUser()
    await limit(user, { tokens_per_minute: 100 })
    expect(await refusalOf(await chat(user.key, { max_tokens: 500 }))).toMatchObject({
      status: 429,
      type: 'tokens',
      shouldRetry: 'false',
    })
    expect((await chat(user.key, { max_tokens: 50 })).status).toBe(200)
  })

  it('are told by /debug/explain', async () => {
    const user = await givenUser()
    await limit(user, { requests_per_minute: 0 })
    const headers = { authorization: `Bearer ${user.key}` }
    const answer = await fetchPollux('/debug/explain', {
      method: 'POST',
      headers,
      body: JSON.stringify({ model: 'gemini-2.5-flash' }),
    })
    expect(await answer.json()).toMatchObject({
      chosen: null,
      reason: 'limit_reached: requests_per_minute',
    })
  })

  it('count a request once, however many attempts it takes', async () => {
    holdTheMinute()
    const user = await givenUser(['api_key', 'api_key', 'api_key'])
    await limit(user, { requests_per_minute: 2 })
    for (const position of [0, 1]) {
      await google.script({
        credential: user.credentials[position]?.handle ?? '',
        reply: { error: 'gemini_429_minute' },
      })
    }
    expect((await chat(user.key)).status).toBe(200)
    expect((await chat(user.key)).status).toBe(200)
    expect((await chat(user.key)).status).toBe(429)
  })

  it.each([
    [{ requests_per_minute: -1 }, 'invalid_value', 'limits.requests_per_minute'],
    [{ requests_per_minute: 1.5 }, 'invalid_type', 'limits.requests_per_minute'],
    [{ requests_per_hour: 1 }, 'unknown_parameter', 'limits.requests_per_hour'],
  ])('that are none (%j) are refused', async (limits, code, param) => {
    const user = await givenUser()
    const answer = await admin('PATCH', `users/${user.userId}`, { limits })
    expect((await answer.json<ErrorBody>()).error).toMatchObject({ code, param })
  })
})

describe('reachedBy', () => {
  const ONE = { tokens: 10, calls: 1, places: 1, costNano: 1000 }
  const NOW = Date.parse('2026-11-22T12:00:10Z')
  const IDLE: Use = {
    openRequests: 0,
    reservedTokens: 0,
    minuteRequests: 0,
    minuteTokens: 0,
    dayRequests: 0,
    dayTokens: 0,
    totalTokens: 0,
    reservedCostNano: 0,
    dayCostNano: 0,
    monthCostNano: 0,
    totalCostNano: 0,
  }

  it.each([
    ['nothing without limits', {}, { minuteRequests: 1e9, totalTokens: 1e12 }, null],
    [
      'nothing below them',
      { requestsPerMinute: 2, tokensPerDay: 100 },
      { minuteRequests: 1 },
      null,
    ],
    [
      'everything by a limit of zero',
      { requestsPerMinute: 0 },
      {},
      {
        limit: 'requestsPerMinute',
        retryAt: Date.parse('2026-11-22T12:01:00Z'),
        isTooLarge: false,
      },
    ],
    [
      'what is reserved',
      { tokensPerDay: 100 },
      { reservedTokens: 95 },
      { limit: 'tokensPerDay', retryAt: Date.parse('2026-11-23T00:00:00Z'), isTooLarge: false },
    ],
    [
      'what does not pass before what does',
      { totalTokens: 5, requestsPerMinute: 0 },
      {},
      { limit: 'totalTokens', retryAt: null, isTooLarge: true },
    ],
    [
      'places for a moment',
      { maxConcurrency: 1 },
      { openRequests: 1 },
      { limit: 'maxConcurrency', retryAt: NOW + 1000, isTooLarge: false },
    ],
  ])('finds %s', (_, limits, use, reached) => {
    expect(reachedBy({ ...NO_LIMITS, ...limits }, { ...IDLE, ...use }, ONE, NOW)).toEqual(reached)
  })
})
