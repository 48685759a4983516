/** What else Anthropic's clients call: counts, models and the first greeting. Also how they are refused. */
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Reply } from '../../emulator/protocol.ts'
import { ask, messageBody } from '../support/messages.ts'
import { atTenPastNoon } from '../support/noon.ts'
import {
  callsOf,
  configure,
  fetchPollux,
  givenUser,
  google,
  MODEL,
  post,
  settledStats,
  statsOf,
} from '../support/pollux.ts'

const HI = [{ role: 'user', content: 'Hi' }]

function count(
  key: string,
  body: Record<string, unknown>,
  path = '/v1/messages/count_tokens',
): Promise<Response> {
  return ask(key, { max_tokens: undefined, ...body }, { path })
}

function models(key: string, path = '/v1/models?limit=1000'): Promise<Response> {
  return fetchPollux(path, { headers: { 'x-api-key': key, 'anthropic-version': '2023-06-01' } })
}

describe('count_tokens', () => {
  it('counts twenty-five prompts at once, without a lease, an attempt or a limit', async () => {
    const user = await givenUser()
    await configure(user, { limits: { requests_per_minute: 1, max_concurrency: 1 } })
    const answers = await Promise.all(
      Array.from({ length: 25 }, (_, at) =>
        count(user.key, {
          tools: [
            { name: `tool_${at}`, description: 'x'.repeat(400), input_schema: { type: 'object' } },
          ],
        }),
      ),
    )
    for (const answer of answers) {
      expect(answer.status).toBe(200)
      expect(await answer.json()).toEqual({ input_tokens: expect.any(Number) })
    }
    const stats = await statsOf(user)
    expect(stats.requests).toMatchObject({ total: 0 })
    expect((await ask(user.key)).status).toBe(200)
    await settledStats(user)
  })

  it.each(['/v1/messages/count_tokens?beta=true', '/messages/count_tokens'])(
    'is at %s',
    async (path) => {
      const user = await givenUser()
      const answer = await count(user.key, {}, path)
      expect(await answer.json()).toEqual({ input_tokens: expect.any(Number) })
    },
  )

  it('counts system, tools and messages, rather too low than too high', async () => {
    const user = await givenUser()
    const tokens = async (body: Record<string, unknown>): Promise<number> =>
      (await (await count(user.key, body)).json<{ input_tokens: number }>()).input_tokens
    const bare = await tokens({ messages: [{ role: 'user', content: 'a'.repeat(4000) }] })
    expect(bare).toBeGreaterThanOrEqual(900)
    expect(bare).toBeLessThanOrEqual(1000)
    expect(await tokens({ system: 'b'.repeat(4000) })).toBeGreaterThan(900)
    expect(
      await tokens({
        tools: [{ name: 't', description: 'c'.repeat(4000), input_schema: { type: 'object' } }],
      }),
    ).toBeGreaterThan(900)
  })

  const COUNT = 4321
  const counted = { body: { totalTokens: COUNT } }

  it.each(['api_key', 'service_account', 'authorized_user'] as const)(
    'has Google count where the token of a %s is at hand',
    async (kind) => {
      const user = await givenUser([kind])
      const [{ handle } = { handle: '' }] = user.credentials
      await ask(user.key)
      await settledStats(user)
      await google.script({ method: 'countTokens', credential: handle, times: 0, reply: counted })
      expect(await (await count(user.key, { messages: HI })).json()).toEqual({
        input_tokens: COUNT,
      })
      expect((await statsOf(user)).requests).toMatchObject({ total: 1 })
    },
  )

  it('estimates what Code Assist would leave out', async () => {
    const user = await givenUser(['authorized_user'])
    await ask(user.key)
    const answer = await count(user.key, { messages: HI, system: 'Be brief.' })
    expect(await answer.json()).toEqual({ input_tokens: expect.any(Number) })
    const calls = await google.calls({ credential: user.credentials[0]?.handle ?? '' })
    expect(calls.filter(({ method }) => method === 'countTokens')).toEqual([])
  })

  it.each([
    ['that fails', { error: '503_overloaded' }],
    ['that is out of quota', { error: 'gemini_429_minute' }],
    ['that refuses the key', { error: 'api_key_invalid' }],
    ['that is slow', { ...counted, delayMs: 3000 }],
    ['that says nothing of a count', { body: {} }],
    ['that breaks off', { breakOffBeforeHeaders: true }],
  ] as const)(
    'estimates for a Google %s, and holds nothing against the credential',
    async (_, reply) => {
      const user = await givenUser(['api_key', 'service_account'])
      await google.script({
        method: 'countTokens',
        credential: user.credentials[0]?.handle ?? '',
        times: 0,
        reply: reply as Reply,
      })
      const answer = await count(user.key, { messages: HI })
      expect(answer.status).toBe(200)
      expect((await answer.json<{ input_tokens: number }>()).input_tokens).toBeLessThan(100)
      const { ring, requests } = await statsOf(user)
      expect(ring.cursor).toBe(user.credentials[0]?.id)
      expect(ring.rotations).toBe(0)
      expect(requests.total).toBe(0)
      expect((await ask(user.key)).status).toBe(200)
    },
  )

  it('shows Google no file of anybody’s', async () => {
    const user = await givenUser()
    const source = { type: 'url', url: 'https://example.com/a.png' }
    await count(user.key, { messages: [{ role: 'user', content: [{ type: 'image', source }] }] })
    const calls = await google.calls({ credential: user.credentials[0]?.handle ?? '' })
    expect(calls).toEqual([])
  })

  it('is the same for Responses', async () => {
    const user = await givenUser()
    await google.script({
      method: 'countTokens',
      credential: user.credentials[0]?.handle ?? '',
      times: 1,
      reply: counted,
    })
    const asked = async (): Promise<unknown> =>
      (
        await post('/v1/responses/input_tokens', user.key, {
          model: MODEL,
          input: 'Hi',
          instructions: 'Be brief.',
        })
      ).json()
    expect(await asked()).toEqual({ object: 'response.input_tokens', input_tokens: COUNT })
    expect((await statsOf(user)).requests).toMatchObject({ total: 0 })
  })

  it('refuses what is no request, and nobody’s key', async () => {
    const user = await givenUser()
    const bad = await count(user.key, { messages: [] })
    expect(bad.status).toBe(400)
    expect(await bad.json()).toMatchObject({
      type: 'error',
      error: { type: 'invalid_request_error' },
    })
    const stranger = await count('nobodys', {})
    expect(stranger.status).toBe(401)
    expect(stranger.headers.get('x-should-retry')).toBe('false')
  })
})

describe('models', () => {
  it('lists in Anthropic’s form, each Gemini model once more by a name that Claude Code lists', async () => {
    const user = await givenUser()
    await configure(user, { aliases: { 'claude-mine': 'gemini-2.5-pro' } })
    const answer = await models(user.key)
    expect(answer.headers.get('request-id')).toMatch(/^req_/)
    const body = await answer.json<{
      data: Record<string, unknown>[]
      first_id: string
      last_id: string
    }>()
    const ids = body.data.map(({ id }) => id)
    for (const id of ['gemini-2.5-pro', 'anthropic/gemini-2.5-pro', 'claude-mine'])
      expect(ids).toContain(id)
    expect(ids).not.toContain('anthropic/claude-mine')
    expect(new Set(ids).size).toBe(ids.length)
    expect(body).toMatchObject({ has_more: false, first_id: ids[0], last_id: ids.at(-1) })
    expect(body.data.find(({ id }) => id === 'anthropic/gemini-2.5-pro')).toEqual({
      type: 'model',
      id: 'anthropic/gemini-2.5-pro',
      display_name: 'Gemini 2.5 Pro',
      created_at: '2025-06-17T00:00:00Z',
      max_input_tokens: 1_048_576,
      max_tokens: 65_536,
    })
    for (const { created_at, display_name } of body.data) {
      expect(created_at).toMatch(/^\d{4}-\d\d-\d\dT00:00:00Z$/)
      expect(display_name).toEqual(expect.any(String))
    }
  })

  it.each(['gemini-2.5-pro', 'anthropic/gemini-2.5-pro', 'anthropic%2Fgemini-2.5-pro'])(
    'tells one by its name, %s',
    async (id) => {
      const user = await givenUser()
      const answer = await models(user.key, `/v1/models/${id}`)
      expect(await answer.json()).toMatchObject({ type: 'model', id: decodeURIComponent(id) })
    },
  )

  it.each([
    ['claude-haiku-5-5', 'claude-haiku-5-5 (Gemini 3.1 Flash-Lite)'],
    ['anthropic/claude-haiku-5-5', 'claude-haiku-5-5 (Gemini 3.1 Flash-Lite)'],
    ['claude-mine', 'claude-mine (Gemini 2.5 Pro)'],
  ])('tells of the one that answers for a name of Anthropic’s, %s', async (id, display_name) => {
    const user = await givenUser()
    await configure(user, { aliases: { 'claude-mine': 'gemini-2.5-pro' } })
    const answer = await models(user.key, `/v1/models/${id}`)
    expect(await answer.json()).toMatchObject({ type: 'model', id, display_name })
  })

  it('lists page by page, in both directions', async () => {
    const user = await givenUser()
    interface Page {
      readonly data: readonly { readonly id: string }[]
      readonly has_more: boolean
      readonly first_id: string
      readonly last_id: string
    }
    const page = async (query: object): Promise<Page> => {
      const search = new URLSearchParams(Object.entries(query))
      return (await models(user.key, `/v1/models?${search.toString()}`)).json<Page>()
    }
    const all = (await page({ limit: '1000' })).data.map(({ id }) => id)
    const forwards: string[] = []
    for (let query: object = {}, more = true; more;) {
      const { data, has_more, last_id } = await page({ limit: '7', ...query })
      forwards.push(...data.map(({ id }) => id))
      query = { after_id: last_id }
      more = has_more
    }
    expect(forwards).toEqual(all)
    const backwards: string[] = []
    for (let before_id = all.at(-1) ?? '', more = true; more;) {
      const { data, has_more, first_id } = await page({ limit: '7', before_id })
      backwards.unshift(...data.map(({ id }) => id))
      before_id = first_id
      more = has_more
    }
    expect(backwards).toEqual(all.slice(0, -1))
  })

  it.each([
    ['limit=0', /^limit: /],
    ['limit=1001', /^limit: /],
    ['limit=x', /^limit: /],
    ['after_id=nobody', /^after_id: /],
    ['before_id=nobody', /^before_id: /],
  ])('is not listed by ?%s', async (query, message) => {
    const user = await givenUser()
    const answer = await models(user.key, `/v1/models?${query}`)
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({
      type: 'error',
      error: { type: 'invalid_request_error', message: expect.stringMatching(message) },
    })
  })

  it('is Anthropic’s for Claude Code, whatever headers it sends', async () => {
    const user = await givenUser()
    const answer = await fetchPollux('/v1/models?limit=1000', {
      headers: { authorization: `Bearer ${user.key}`, 'user-agent': 'claude-code/2.1.328' },
    })
    expect(await answer.json()).toMatchObject({
      has_more: false,
      data: expect.arrayContaining([expect.objectContaining({ type: 'model' })]),
    })
  })

  it('stays OpenAI’s list for all others', async () => {
    const user = await givenUser()
    const answer = await fetchPollux('/v1/models', {
      headers: { authorization: `Bearer ${user.key}` },
    })
    expect(await answer.json()).toMatchObject({ object: 'list' })
  })
})

describe('hello', () => {
  it('is answered without a key', async () => {
    const answer = await fetchPollux('/api/hello', { method: 'HEAD' })
    expect([answer.status, await answer.text()]).toEqual([200, ''])
  })
})

describe('refusals', () => {
  afterEach(() => vi.useRealTimers())

  it.each([
    ['POST', '/v1/messages/batches'],
    ['GET', '/v1/messages/batches/msgbatch_1'],
    ['POST', '/v1/complete'],
    ['GET', '/v1/files'],
    ['POST', '/v1/files'],
    ['GET', '/v1/skills'],
    ['POST', '/v1/skills/x/versions'],
  ])('%s %s is not served, in Anthropic’s form', async (method, path) => {
    const { key } = await givenUser()
    const answer = await fetchPollux(path, {
      method,
      headers: { 'x-api-key': key, 'anthropic-version': '2023-06-01' },
    })
    expect(answer.status).toBe(404)
    expect(await answer.json()).toEqual({
      type: 'error',
      error: { type: 'not_found_error', message: expect.any(String) },
      request_id: answer.headers.get('request-id'),
    })
  })

  it('of a limit say how long to wait, and for a day’s that waiting is useless', async () => {
    atTenPastNoon()
    const user = await givenUser()
    await configure(user, { limits: { requests_per_minute: 1 } })
    expect((await ask(user.key)).status).toBe(200)
    const short = await ask(user.key)
    expect(short.status).toBe(429)
    expect(Number(short.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(short.headers.get('retry-after-ms')).not.toBeNull()
    expect(await short.json()).toMatchObject({ error: { type: 'rate_limit_error' } })
    await configure(user, { limits: { requests_per_minute: null, requests_per_day: 1 } })
    const long = await ask(user.key)
    expect(long.status).toBe(429)
    expect(Number(long.headers.get('retry-after'))).toBeGreaterThan(60)
    expect(long.headers.get('x-should-retry')).toBe('false')
  })

  it('slows a client that sends a conversation again and again that is too long, and lets a shorter one pass', async () => {
    const user = await givenUser()
    const message =
      'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).'
    const error = { code: 400, status: 'INVALID_ARGUMENT', message }
    await google.script({
      credential: user.credentials[0]?.handle ?? '',
      reply: { error: { status: 400, body: { error } } },
      times: 4,
    } as never)
    const long = { max_tokens: 10, messages: [{ role: 'user', content: 'long '.repeat(2000) }] }
    for (let time = 0; time < 4; time++) expect((await ask(user.key, long)).status).toBe(400)
    const slowed = await ask(user.key, long)
    expect(slowed.status).toBe(429)
    expect(Number(slowed.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await callsOf(user.credentials[0]?.handle ?? '')).toHaveLength(4)
    expect((await ask(user.key, { max_tokens: 10 })).status).toBe(200)
  })

  it('of an overloaded Google are overloaded_error with 529', async () => {
    const user = await givenUser()
    await google.script({
      credential: user.credentials[0]?.handle ?? '',
      reply: { error: { preset: '503_overloaded' } },
    } as never)
    const answer = await ask(user.key)
    expect(answer.status).toBe(529)
    expect(await answer.json()).toMatchObject({
      type: 'error',
      error: { type: 'overloaded_error' },
    })
  })

  it('names no reading of a body that is no JSON', async () => {
    const user = await givenUser()
    const answer = await fetchPollux('/v1/messages', {
      method: 'POST',
      headers: { 'x-api-key': user.key },
      body: `${JSON.stringify(messageBody())}}`,
    })
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({
      type: 'error',
      error: { type: 'invalid_request_error' },
    })
    expect(await callsOf(user.credentials[0]?.handle ?? '')).toEqual([])
  })
})
