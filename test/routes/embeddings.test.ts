import { describe, expect, it } from 'vitest'
import { vectorOf } from '../../emulator/reply/vector.ts'
import {
  configure,
  type ErrorBody,
  givenUser,
  google,
  post,
  settledStats,
  type User,
} from '../support/pollux.ts'

const MODEL = 'gemini-embedding-001'

type Vector = number[] | string
interface List {
  readonly object: string
  readonly model: string
  readonly data: { readonly object: string; readonly index: number; readonly embedding: Vector }[]
  readonly usage: { readonly prompt_tokens: number; readonly total_tokens: number }
}

function ask(user: User, body: object): Promise<Response> {
  return post('/v1/embeddings', user.key, { model: MODEL, ...body })
}

async function embedded(user: User, body: object): Promise<List> {
  const answer = await ask(user, body)
  expect(answer.status).toBe(200)
  return answer.json<List>()
}

async function callsTo(user: User, method: string, position = 0) {
  return google.calls({ credential: user.credentials[position]?.handle ?? '', method })
}

function texts(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `text number ${index}`)
}

function expectClose(actual: Vector | undefined, expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length)
  for (const [index, value] of expected.entries()) expect(actual?.[index]).toBeCloseTo(value, 6)
}

describe('POST /v1/embeddings', () => {
  it.each(['api_key', 'service_account'] as const)('embeds a string through %s', async (kind) => {
    const list = await embedded(await givenUser([kind]), { input: 'Hello there' })
    expect(list).toMatchObject({ object: 'list', model: MODEL })
    expect(list.data).toHaveLength(1)
    expect(list.data[0]).toMatchObject({ object: 'embedding', index: 0 })
    expectClose(list.data[0]?.embedding, vectorOf('Hello there', 3072))
    expect(list.usage.prompt_tokens).toBeGreaterThan(0)
    expect(list.usage.total_tokens).toBe(list.usage.prompt_tokens)
  })

  it('answers base64 of little-endian 32-bit floats', async () => {
    const list = await embedded(await givenUser(), { input: 'a', encoding_format: 'base64' })
    const bytes = Uint8Array.from(atob(String(list.data[0]?.embedding)), (c) => c.charCodeAt(0))
    const view = new DataView(bytes.buffer)
    const vector = Array.from({ length: bytes.length / 4 }, (_, at) =>
      view.getFloat32(at * 4, true),
    )
    expect(vector).toHaveLength(3072)
    expectClose(vector, vectorOf('a', 3072))
  })

  it.each(['api_key', 'service_account'] as const)(
    "tells Google's own words on dimensions that no vector has, through %s",
    async (kind) => {
      const answer = await ask(await givenUser([kind]), { input: 'a', dimensions: 4000 })
      expect(answer.status).toBe(400)
      const { error } = await answer.json<ErrorBody>()
      expect(error.message).toContain('outputDimensionality must be in the range [1, 3072]')
    },
  )

  it('answers numbers where floats are asked for, or nothing is said', async () => {
    const user = await givenUser()
    for (const body of [{ encoding_format: 'float' }, {}, { encoding_format: null }]) {
      const { data } = await embedded(user, { input: 'a', ...body })
      expect(typeof data[0]?.embedding[0]).toBe('number')
    }
  })

  it('splits 250 inputs by 100 and keeps their order', async () => {
    const user = await givenUser()
    const list = await embedded(user, { input: texts(250), dimensions: 8 })
    expect(list.data.map(({ index }) => index)).toEqual(texts(250).map((_, index) => index))
    for (const index of [0, 99, 100, 249]) {
      const { embedding } = (await embedded(user, { input: `text number ${index}`, dimensions: 8 }))
        .data[0] ?? { embedding: [] }
      expect(list.data[index]?.embedding).toEqual(embedding)
    }
    const calls = await callsTo(user, 'batchEmbedContents')
    const sizes = calls.map(({ body }) => (body as { requests: object[] }).requests.length)
    expect(sizes).toEqual([100, 100, 50, 1, 1, 1, 1])
    const { requests, ledger } = await settledStats(user)
    expect(requests).toMatchObject({ total: 5, ok: 5 })
    expect(ledger).toEqual({ granted: 7, settled: 7, open: 0, holds: true })
  })

  it.each([
    ['gemini-embedding-001', 'predict', 3, 3],
    ['text-embedding-005', 'predict', 300, 2],
    ['gemini-embedding-2', 'embedContent', 3, 3],
  ])('asks Vertex for %s by %s: %i inputs in %i calls', async (model, method, count, calls) => {
    const user = await givenUser(['service_account'])
    const list = await embedded(user, { model, input: texts(count), dimensions: 4 })
    expect(list.data).toHaveLength(count)
    expect(await callsTo(user, method)).toHaveLength(calls)
    // Google counted them.
    expect(list.usage.prompt_tokens).toBe(count * 4)
  })

  it.each(['api_key', 'service_account'] as const)(
    'makes unit vectors of those that are cut short (%s)',
    async (kind) => {
      const list = await embedded(await givenUser([kind]), { input: 'a', dimensions: 256 })
      const [{ embedding } = { embedding: [] }] = list.data
      expect(embedding).toHaveLength(256)
      expect(Math.hypot(...(embedding as number[]))).toBeCloseTo(1, 6)
    },
  )

  it.each([
    ['task_type', 'CLUSTERING', 'CLUSTERING'],
    ['taskType', 'retrieval_query', 'RETRIEVAL_QUERY'],
    ['input_type', 'passage', 'RETRIEVAL_DOCUMENT'],
  ])('passes %s on as Gemini’s', async (field, given, sent) => {
    const user = await givenUser()
    await embedded(user, { input: 'a', [field]: given })
    const [call] = await callsTo(user, 'batchEmbedContents')
    expect(call?.body).toMatchObject({ requests: [{ taskType: sent }] })
  })

  it.each([
    { output_dimensionality: 8 },
    { outputDimensionality: 8, dimensions: 4 },
    { google: { output_dimensionality: 8 } },
    { extra_body: { google: { outputDimensionality: 8, task_type: 'clustering' } } },
  ])('makes vectors as long as %j says in Gemini’s words', async (body) => {
    const user = await givenUser()
    const answer = await ask(user, { input: 'a', ...body })
    expect(answer.headers.get('x-pollux-ignored')).toBeNull()
    const { data } = await answer.json<List>()
    expect(data[0]?.embedding).toHaveLength(8)
    const [call] = await callsTo(user, 'batchEmbedContents')
    const taskType = 'extra_body' in body ? { taskType: 'CLUSTERING' } : {}
    const content = { parts: [{ text: 'a' }] }
    const request = { model: `models/${MODEL}`, content, outputDimensionality: 8, ...taskType }
    expect(call?.body).toEqual({ requests: [request] })
  })

  it.each([
    ['no input', {}, 'missing_required_parameter', 'input'],
    ['tokens', { input: [1, 2, 3] }, 'invalid_type', 'input'],
    ['lists of tokens', { input: [[1, 2], [3]] }, 'invalid_type', 'input'],
    ['an empty string', { input: '' }, 'invalid_value', 'input'],
    ['an empty list', { input: [] }, 'invalid_value', 'input'],
    ['an empty string in a list', { input: ['a', ''] }, 'invalid_value', 'input[1]'],
    ['a number in a list', { input: ['a', 1] }, 'invalid_type', 'input[1]'],
    ['2049 inputs', { input: texts(2049) }, 'invalid_value', 'input'],
    ['half a dimension', { input: 'a', dimensions: 1.5 }, 'invalid_type', 'dimensions'],
    ['no dimension', { input: 'a', dimensions: 0 }, 'invalid_value', 'dimensions'],
    [
      'half a dimension in Gemini’s words',
      { input: 'a', google: { output_dimensionality: 1.5 } },
      'invalid_type',
      'google.output_dimensionality',
    ],
    [
      'another encoding',
      { input: 'a', encoding_format: 'hex' },
      'invalid_value',
      'encoding_format',
    ],
    ['another task', { input: 'a', task_type: 'SEARCH' }, 'invalid_value', 'task_type'],
    ['a chat model', { input: 'a', model: 'gemini-2.5-flash' }, 'invalid_value', 'model'],
  ])('refuses %s', async (_, body, code, param) => {
    const user = await givenUser()
    const answer = await ask(user, body)
    expect(answer.status).toBe(400)
    expect((await answer.json<ErrorBody>()).error).toMatchObject({ code, param })
    expect(await google.calls({ credential: user.credentials[0]?.handle ?? '' })).toEqual([])
  })

  it('refuses to chat with a model that embeds, whatever the user calls it, and still embeds with it', async () => {
    const user = await givenUser()
    await configure(user, { aliases: { vectors: MODEL } })
    for (const model of [MODEL, 'vectors']) {
      const body = { model, messages: [{ role: 'user', content: 'Hi' }] }
      const answer = await post('/v1/chat/completions', user.key, body)
      expect(answer.status).toBe(400)
      expect((await answer.json<ErrorBody>()).error.param).toBe('model')
    }
    expect(await embedded(user, { model: 'vectors', input: 'a' })).toMatchObject({
      model: 'vectors',
    })
  })
})

describe('embeddings through the ring', () => {
  it('goes on with another credential where one is out of quota in the middle', async () => {
    const user = await givenUser(['api_key', 'service_account', 'api_key'])
    const [first, vertex, last] = user.credentials
    const method = 'batchEmbedContents'
    const credential = first?.handle ?? ''
    // The first batch is answered. Then the day's quota is used up.
    await google.script({ credential, method, times: 1, reply: {} })
    await google.script({ credential, method, times: 0, reply: { error: 'gemini_429_day' } })
    await google.script({
      credential: vertex?.handle ?? '',
      method: 'predict',
      times: 0,
      reply: { error: '503_overloaded' },
    })
    const answer = await ask(user, { input: texts(150), dimensions: 8 })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('x-pollux-credential')).toBe(last?.id)
    expect(answer.headers.get('x-pollux-attempts')).toBe('4')
    const { data } = await answer.json<List>()
    expect(data).toHaveLength(150)
    const { requests, ledger } = await settledStats(user)
    expect(requests).toMatchObject({ total: 1, ok: 1, failed: 0 })
    expect(ledger).toEqual({ granted: 4, settled: 4, open: 0, holds: true })
  })

  it('passes over Code Assist, which has none', async () => {
    const user = await givenUser(['authorized_user', 'api_key'])
    const answer = await ask(user, { input: 'a' })
    expect(answer.headers.get('x-pollux-credential')).toBe(user.credentials[1]?.id)
    expect(answer.headers.get('x-pollux-attempts')).toBe('1')
  })

  it('says so where Code Assist is all there is', async () => {
    const answer = await ask(await givenUser(['authorized_user']), { input: 'a' })
    expect(answer.status).toBe(404)
    expect((await answer.json<ErrorBody>()).error).toMatchObject({
      code: 'not_served',
      message: expect.stringContaining('Code Assist has no embeddings'),
    })
  })

  it('answers 429 with the time of recovery when all are out of quota, and no other model instead', async () => {
    const user = await givenUser(['api_key'])
    await configure(user, { fallbacks: { [MODEL]: ['gemini-embedding-2'] } })
    const credential = user.credentials[0]?.handle ?? ''
    const reply = { error: { preset: 'gemini_429_minute', retryDelay: '20s' } } as const
    await google.script({ credential, method: 'batchEmbedContents', reply })
    const answer = await ask(user, { input: 'a' })
    expect(answer.status).toBe(429)
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(15)
    expect((await ask(user, { input: 'a' })).status).toBe(429)
    expect(await callsTo(user, 'batchEmbedContents')).toHaveLength(1)
  })

  it('counts against the limits of the user', async () => {
    const user = await givenUser()
    await configure(user, { limits: { requests_per_minute: 2, tokens_per_minute: 1000 } })
    // Each call to Google counts as a request.
    const first = await ask(user, { input: texts(101), dimensions: 4 })
    expect(first.status).toBe(200)
    expect(first.headers.get('x-ratelimit-remaining-requests')).toBe('0')
    expect((await ask(user, { input: 'a' })).status).toBe(429)
  })

  it('takes an answer of another length for none', async () => {
    const user = await givenUser()
    await google.script({
      credential: user.credentials[0]?.handle ?? '',
      method: 'batchEmbedContents',
      reply: { body: { embeddings: [{ values: [1, 0] }] } },
    })
    const answer = await ask(user, { input: ['a', 'b'] })
    expect(answer.status).toBe(502)
    const { requests, ledger } = await settledStats(user)
    expect(requests).toMatchObject({ total: 1, failed: 1 })
    expect(ledger.holds).toBe(true)
  })
})
