/** What Google says of counting, of caches, batches and interactions is not held against the model in chats. */
import { describe, expect, it } from 'vitest'
import { chat, givenUser, google, MODEL, settledStats, type User } from '../support/pollux.ts'
import { ask } from '../support/things.ts'

const contents = [{ role: 'user', parts: [{ text: 'word '.repeat(6000) }] }]
const requests = { requests: [{ request: { contents } }] }
const batch = { displayName: 'b', inputConfig: { requests } }

const CALLS = {
  countTokens: (user: User) =>
    ask(user, 'POST', `/v1beta/models/${MODEL}:countTokens`, { contents }),
  createCachedContent: (user: User) =>
    ask(user, 'POST', '/v1beta/cachedContents', { model: `models/${MODEL}`, contents }),
  batchGenerateContent: (user: User) =>
    ask(user, 'POST', `/v1beta/models/${MODEL}:batchGenerateContent`, { batch }),
  createInteraction: (user: User) =>
    ask(user, 'POST', '/v1beta/interactions', { model: MODEL, input: 'Hi' }),
}
type Method = keyof typeof CALLS
const METHODS = Object.keys(CALLS) as Method[]

/** Status, and words that would be held against the model if a chat met them. */
const REFUSALS = [
  [
    404,
    'NOT_FOUND',
    `models/${MODEL} is not found for API version v1beta, or is not supported for createCachedContent.`,
  ],
  [403, 'PERMISSION_DENIED', 'The caller does not have permission'],
  [400, 'FAILED_PRECONDITION', 'Precondition check failed.'],
  [429, 'RESOURCE_EXHAUSTED', 'You exceeded your current quota, limit: 0'],
] as const
const LIMIT = [
  429,
  'RESOURCE_EXHAUSTED',
  `TotalCachedContentStorageTokensPerModelFreeTier limit exceeded for model ${MODEL}: limit=0, requested=4022`,
] as const

async function refused(
  kind: 'api_key' | 'service_account' | 'authorized_user',
  method: Method,
  [status, name, message]: readonly [number, string, string],
): Promise<{ user: User; answer: Response }> {
  const user = await givenUser([kind, kind])
  for (const { handle } of user.credentials) {
    const body = { error: { code: status, message, status: name } }
    await google.script({
      credential: handle,
      method,
      times: 0,
      reply: { error: { status, body } },
    })
  }
  const answer = await CALLS[method](user)
  await answer.clone().text()
  return { user, answer }
}

/** What the ring holds against its credentials, and whether a chat is served. */
async function after(user: User): Promise<unknown> {
  const { ring, ledger } = await settledStats(user)
  const cooldowns = ring.credentials.flatMap((credential) => credential.cooldowns)
  const { status } = await chat(user.key)
  return { cooldowns, holds: ledger.holds, chat: status }
}

const CLEAN = { cooldowns: [], holds: true, chat: 200 }

describe.each(METHODS)('a refusal of %s', (method) => {
  it.each(REFUSALS)('takes the model from no chat: %i %s', async (...refusal) => {
    const { user, answer } = await refused('api_key', method, refusal)
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.status).toBeLessThan(500)
    expect(await after(user)).toEqual(CLEAN)
  })
})

describe('a limit', () => {
  it.each(['countTokens', 'createCachedContent', 'batchGenerateContent'] as const)(
    'of %s is told with when to come back, and is no limit of chats',
    async (method) => {
      const { user, answer } = await refused('api_key', method, LIMIT)
      expect(answer.status).toBe(429)
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
      expect(await after(user)).toEqual(CLEAN)
    },
  )

  it('of counting is none of chats on the other upstreams either', async () => {
    for (const kind of ['service_account', 'authorized_user'] as const) {
      const { user, answer } = await refused(kind, 'countTokens', [
        429,
        'RESOURCE_EXHAUSTED',
        'Quota exceeded: count_tokens_requests_per_minute. Please retry in 50s.',
      ])
      expect(answer.status).toBe(429)
      expect(await after(user)).toEqual(CLEAN)
    }
  })

  const SEARCHES = [
    [
      '/v1/chat/completions',
      { messages: [{ role: 'user', content: 'Hi' }], tools: [{ google_search: {} }] },
    ],
    [`/v1beta/models/${MODEL}:generateContent`, { contents, tools: [{ googleSearch: {} }] }],
    [
      `/v1beta/models/${MODEL}:streamGenerateContent?alt=sse`,
      { contents, tools: [{ url_context: {} }] },
    ],
    ['/v1/responses', { input: 'Hi', tools: [{ type: 'web_search' }] }],
    [
      '/v1/messages',
      {
        messages: [{ role: 'user', content: 'Hi' }],
        max_tokens: 100,
        tools: [{ type: 'web_search_20250305', name: 'web_search' }],
      },
    ],
  ] as const
  it.each(SEARCHES)(
    'that nothing says to be the model’s may be one of searches: %s',
    async (path, body) => {
      for (const [message, cooldowns] of [
        ['Resource has been exhausted (e.g. check quota).', []],
        ['Quota exceeded for requests per minute. Please retry in 50s.', [{ cause: 'quota' }]],
      ] as const) {
        const user = await givenUser(['api_key'])
        await google.script({
          credential: user.credentials[0]?.handle ?? '',
          times: 0,
          reply: {
            error: {
              status: 429,
              body: { error: { code: 429, message, status: 'RESOURCE_EXHAUSTED' } },
            },
          },
        })
        const answer = await ask(user, 'POST', path, { model: MODEL, ...body })
        expect(answer.status).toBe(429)
        await answer.text()
        const { ring } = await settledStats(user)
        expect(ring.credentials[0]?.cooldowns).toMatchObject(cooldowns)
      }
    },
    15_000,
  )

  it('is the model’s where only the client’s functions are offered', async () => {
    const user = await givenUser(['api_key'])
    const body = {
      error: { code: 429, message: 'Resource has been exhausted.', status: 'RESOURCE_EXHAUSTED' },
    }
    await google.script({
      credential: user.credentials[0]?.handle ?? '',
      times: 0,
      reply: { error: { status: 429, body } },
    })
    const tools = [{ type: 'function', function: { name: 'f' } }]
    expect((await chat(user.key, { tools })).status).toBe(429)
    expect((await settledStats(user)).ring.credentials[0]?.cooldowns).toHaveLength(1)
  })

  it('that an interaction meets is one of the model, since it generates', async () => {
    const { user, answer } = await refused('api_key', 'createInteraction', [
      429,
      'RESOURCE_EXHAUSTED',
      'Quota exceeded, please retry in 50s.',
    ])
    expect(answer.status).toBe(429)
    expect(await after(user)).toMatchObject({
      cooldowns: [{ cause: 'quota' }, { cause: 'quota' }],
      chat: 429,
    })
  })

  it('of the model stays where a count is served meanwhile', async () => {
    const user = await givenUser(['api_key'])
    const credential = user.credentials[0]?.handle ?? ''
    await google.script({ credential, method: 'countTokens', reply: { delayMs: 400 } })
    const counting = CALLS.countTokens(user)
    await scheduler.wait(100)
    const body = {
      error: { code: 429, message: 'Please retry in 50s.', status: 'RESOURCE_EXHAUSTED' },
    }
    await google.script({
      credential,
      method: 'generateContent',
      reply: { error: { status: 429, body } },
    })
    expect((await chat(user.key)).status).toBe(429)
    expect((await counting).status).toBe(200)
    expect((await settledStats(user)).ring.credentials[0]?.cooldowns).toMatchObject([
      { cause: 'quota' },
    ])
  })

  it('that is the credential’s is held whatever was asked', async () => {
    const { user } = await refused('api_key', 'countTokens', [
      400,
      'INVALID_ARGUMENT',
      'API key not valid. Please pass a valid API key.',
    ])
    expect((await settledStats(user)).ring.credentials).toMatchObject([
      { quarantine_reason: 'api_key_invalid' },
      { quarantine_reason: 'api_key_invalid' },
    ])
  })
})
