/**
 * A limit on requests limits calls to Google. A request that needs several calls counts them all before the first
 * one, or is refused.
 */
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  chat,
  configure,
  type ErrorBody,
  fetchPollux,
  givenUser,
  google,
  post,
  settledStats,
  type User,
} from '../support/pollux.ts'

beforeEach(() => {
  // The minute must not end while a test runs.
  vi.useFakeTimers({ toFake: ['Date'], now: Math.floor(Date.now() / 60_000) * 60_000 + 1000 })
})
afterEach(() => {
  vi.useRealTimers()
})

const NOT_TOKENS = /generateContent|embed|predict/i

/** How many calls of any kind reached Google. */
async function reached({ credentials }: User): Promise<number> {
  const calls = await Promise.all(
    credentials.map(({ handle }) => google.calls({ credential: handle })),
  )
  return calls.flat().filter(({ method }) => NOT_TOKENS.test(method)).length
}

async function used(user: User): Promise<number> {
  const headers = { authorization: `Bearer ${user.key}` }
  const answer = await fetchPollux('/v1/key', { headers })
  return (await answer.json<{ use: { day: { requests: number } } }>()).use.day.requests
}

const embeddings = (user: User, texts: number, model: string): Promise<Response> =>
  post('/v1/embeddings', user.key, { model, input: Array.from({ length: texts }, () => 'a') })

const ASKED: readonly (readonly [string, number, (user: User) => Promise<Response>])[] = [
  ['a chat with n', 3, (user) => chat(user.key, { n: 3 })],
  [
    'a stream with n',
    3,
    async (user) => {
      const answer = await chat(user.key, { n: 3, stream: true })
      return new Response(await answer.text(), answer)
    },
  ],
  [
    'completions of several prompts',
    4,
    (user) =>
      post('/v1/completions', user.key, { model: 'gemini-2.5-flash', prompt: ['a', 'b'], n: 2 }),
  ],
  [
    'images',
    3,
    (user) =>
      post('/v1/images/generations', user.key, {
        model: 'gemini-2.5-flash-image',
        prompt: 'A cat',
        n: 3,
      }),
  ],
]

describe.each(['api_key', 'service_account'] as const)('through %s', (kind) => {
  it.each(ASKED)('%s that does not fit uses up nothing (%i calls)', async (_, calls, ask) => {
    const user = await givenUser([kind])
    await configure(user, { limits: { requests_per_day: calls - 1 } })
    const refused = await ask(user)
    expect(refused.status).toBe(429)
    expect(refused.headers.get('x-should-retry')).toBe('false')
    expect((await refused.json<ErrorBody>()).error.message).toContain('requests per day')
    expect([await reached(user), await used(user)]).toEqual([0, 0])
    expect((await chat(user.key)).status).toBe(200)
  })

  it.each(ASKED)('%s that fits counts each call (%i)', async (_, calls, ask) => {
    const user = await givenUser([kind])
    await configure(user, { limits: { requests_per_day: calls + 1 } })
    expect((await ask(user)).status).toBe(200)
    await settledStats(user)
    expect([await reached(user), await used(user)]).toEqual([calls, calls])
    // One call is left, which is not enough for this request.
    expect((await ask(user)).status).toBe(429)
    expect((await chat(user.key)).status).toBe(200)
    expect((await chat(user.key)).status).toBe(429)
    const stats = await settledStats(user)
    expect(stats.ledger.holds).toBe(true)
  })
})

describe('embeddings', () => {
  const CASES = [
    ['api_key', 'gemini-embedding-001', 250, 3],
    ['service_account', 'gemini-embedding-001', 4, 4],
    ['service_account', 'text-embedding-005', 251, 2],
  ] as const
  it.each(CASES)(
    'of %s with %s: %i texts are counted as %i calls',
    async (kind, model, texts, calls) => {
      const user = await givenUser([kind])
      await configure(user, { limits: { requests_per_minute: calls - 1 } })
      expect((await embeddings(user, texts, model)).status).toBe(429)
      expect([await reached(user), await used(user)]).toEqual([0, 0])
      await configure(user, { limits: { requests_per_minute: calls } })
      expect((await embeddings(user, texts, model)).status).toBe(200)
      await settledStats(user)
      expect([await reached(user), await used(user)]).toEqual([calls, calls])
      expect((await embeddings(user, 1, model)).status).toBe(429)
    },
  )

  it('of 2,048 texts on one request a day make no call', async () => {
    const user = await givenUser(['service_account'])
    await configure(user, { limits: { requests_per_day: 1 } })
    expect((await embeddings(user, 2048, 'gemini-embedding-001')).status).toBe(429)
    expect(await reached(user)).toBe(0)
    expect((await embeddings(user, 1, 'gemini-embedding-001')).status).toBe(200)
  })

  it('do not count a retry', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    await configure(user, { limits: { requests_per_day: 3 } })
    await google.script({
      credential: user.credentials[0]?.handle ?? '',
      method: 'batchEmbedContents',
      reply: { error: 'gemini_429_minute' },
    })
    expect((await embeddings(user, 250, 'gemini-embedding-001')).status).toBe(200)
    await settledStats(user)
    expect(await used(user)).toBe(3)
  })

  it('that go on where they take more calls count those first', async () => {
    const user = await givenUser(['api_key', 'service_account'])
    await configure(user, { limits: { requests_per_day: 3 } })
    await google.script({
      credential: user.credentials[0]?.handle ?? '',
      method: 'batchEmbedContents',
      reply: { error: 'gemini_429_minute' },
    })
    expect((await embeddings(user, 4, 'gemini-embedding-001')).status).toBe(429)
    expect(await reached(user)).toBe(1)
  })
})

describe('places at the same time', () => {
  it('are there for all choices, or none is asked for', async () => {
    const user = await givenUser()
    await configure(user, { limits: { max_concurrency: 2 } })
    expect((await chat(user.key, { n: 3 })).status).toBe(429)
    expect([await reached(user), await used(user)]).toEqual([0, 0])
    expect((await chat(user.key, { n: 2 })).status).toBe(200)
    await settledStats(user)
    expect((await chat(user.key, { n: 2 })).status).toBe(200)
  })
})

describe('files', () => {
  const picture = (mark: string): Record<string, unknown> => ({
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Look' },
          { type: 'image_url', image_url: { url: `${env.FILES_URL}/image.png?mark=${mark}` } },
        ],
      },
    ],
  })
  const hits = async (mark: string): Promise<unknown[]> =>
    (await fetch(`${env.FILES_URL}/hits?mark=${mark}`)).json()

  it.each([
    ['a limit', { limits: { requests_per_day: 0 } }, 429],
    ['a model that is not allowed', { models: ['gemini-2.5-pro'] }, 404],
    ['an end', { disabled: true }, 403],
  ])('are not fetched for who is refused by %s', async (name, change, status) => {
    const user = await givenUser()
    await configure(user, change)
    const mark = `refused-${name.length}`
    expect((await chat(user.key, picture(mark))).status).toBe(status)
    expect(await hits(mark)).toEqual([])
  })

  it('are not fetched while the whole ring is out of quota', async () => {
    const user = await givenUser()
    await google.script({
      credential: user.credentials[0]?.handle ?? '',
      reply: { error: 'gemini_429_minute' },
    })
    expect((await chat(user.key)).status).toBe(429)
    expect((await chat(user.key, picture('cooling'))).status).toBe(429)
    expect(await hits('cooling')).toEqual([])
    const stats = await settledStats(user)
    expect(stats.requests).toMatchObject({ total: 2, failed: 1, refused: 1 })
  })

  it('are fetched once for who is served', async () => {
    const user = await givenUser()
    await configure(user, { limits: { requests_per_day: 1 } })
    expect((await chat(user.key, picture('served'))).status).toBe(200)
    expect(await hits('served')).toHaveLength(1)
  })
})
