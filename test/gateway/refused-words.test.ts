/**
 * A refusal without known words about accounts is taken for the request's fault, so it closes no model for other
 * requests.
 */
import { describe, expect, it } from 'vitest'
import {
  callsOf,
  chat,
  type ErrorBody,
  fetchPollux,
  givenUser,
  google,
  MODEL,
  post,
  settledStats,
  type User,
} from '../support/pollux.ts'

const UPSTREAMS = ['api_key', 'service_account', 'authorized_user'] as const

const REFUSALS = [
  [400, 'FAILED_PRECONDITION', 'The input data is not valid json.'],
  [400, 'FAILED_PRECONDITION', 'The video is still being looked at.'],
  [403, 'PERMISSION_DENIED', 'Access to corpus corpora/k3x9 was not granted.'],
  [404, 'NOT_FOUND', 'Not found: cached content metadata for 735001.'],
  [404, 'NOT_FOUND', 'Thing k3x9 could not be found.'],
  [
    403,
    'PERMISSION_DENIED',
    'Cloud Storage API has not been used in project 5 before or it is disabled.',
  ],
] as const

const TOOLS = [
  { type: 'function', function: { name: 'f', parameters: { type: 'object', properties: {} } } },
]

async function refuses(
  user: User,
  [status, code, message]: readonly [number, string, string],
  times = 0,
  position = 0,
): Promise<void> {
  const body = JSON.stringify({ error: { code: status, status: code, message } })
  const credential = user.credentials[position]?.handle ?? ''
  await google.script({ credential, times, reply: { error: { status, body } as never } })
}

async function callCounts(user: User): Promise<number[]> {
  const calls = await Promise.all(user.credentials.map(({ handle }) => callsOf(handle)))
  return calls.map(({ length }) => length)
}

async function modelsOf(user: User): Promise<string[]> {
  const headers = { authorization: `Bearer ${user.key}` }
  const answer = await fetchPollux('/v1/models', { headers })
  const { data } = await answer.json<{ data: { id: string }[] }>()
  return data.map(({ id }) => id)
}

describe.each(UPSTREAMS)('a refusal in words unknown, through %s', (kind) => {
  it.each(REFUSALS.flatMap((refusal) => [false, true].map((stream) => [refusal, stream] as const)))(
    'is a 400 at once, after one call: %j (stream: %s)',
    async (refusal, stream) => {
      const user = await givenUser([kind, kind])
      await refuses(user, refusal, 2)
      for (let request = 1; request <= 2; request++) {
        const answer = await chat(user.key, { stream, tools: TOOLS })
        expect(answer.status).toBe(400)
        expect((await answer.json<ErrorBody>()).error.code).toBe('invalid_value')
        await settledStats(user)
        expect(await callCounts(user)).toEqual([request, 0])
      }
      expect(await modelsOf(user)).toContain(MODEL)
      const served = await chat(user.key, { stream })
      expect(served.headers.get('x-pollux-credential')).toBe(user.credentials[0]?.id)
      await served.text()
      const stats = await settledStats(user)
      expect(stats.ring).toMatchObject({ rotations: 0 })
      expect(stats.ring.credentials[0]).toMatchObject({ state: 'active', cooldowns: [] })
    },
  )

  it('is held against the credential once another plain request fails the same way', async () => {
    const user = await givenUser([kind, kind])
    await refuses(user, [403, 'PERMISSION_DENIED', 'Nobody has thought of these words yet.'])
    expect((await chat(user.key)).status).toBe(400)
    await settledStats(user)
    const second = await chat(user.key)
    expect(second.status).toBe(200)
    expect(second.headers.get('x-pollux-credential')).toBe(user.credentials[1]?.id)
    await settledStats(user)
    expect((await chat(user.key)).headers.get('x-pollux-attempts')).toBe('1')
    expect(await callCounts(user)).toEqual([2, 2])
  })

  it('is not, by the choices of one request', async () => {
    const user = await givenUser([kind, kind])
    await refuses(user, [404, 'NOT_FOUND', 'Nobody has thought of these words yet.'], 3)
    const answer = await chat(user.key, { n: 3 })
    expect(answer.status).toBe(400)
    expect((await settledStats(user)).ring.credentials[0]?.cooldowns).toEqual([])
    expect((await callCounts(user))[1]).toBe(0)
  })

  it('is not, where the credential served in between', async () => {
    const user = await givenUser([kind, kind])
    const refusal = [403, 'PERMISSION_DENIED', 'Nobody has thought of these words yet.'] as const
    await refuses(user, refusal, 1)
    expect((await chat(user.key)).status).toBe(400)
    await settledStats(user)
    expect((await chat(user.key)).status).toBe(200)
    await settledStats(user)
    await refuses(user, refusal, 1)
    expect((await chat(user.key)).status).toBe(400)
    expect((await callCounts(user))[1]).toBe(0)
  })
})

describe('a model that Google has taken from some projects', () => {
  const retired = [
    404,
    'NOT_FOUND',
    `This model models/${MODEL} is no longer available to new users. Please update your code to use a newer model for the latest features and improvements.`,
  ] as const

  it('is served by a credential whose project still has it', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    await refuses(user, retired)
    for (const attempts of ['2', '1']) {
      const answer = await chat(user.key)
      expect(answer.status).toBe(200)
      expect(answer.headers.get('x-pollux-attempts')).toBe(attempts)
      await settledStats(user)
    }
  })

  it('does not exist where none has it', async () => {
    const user = await givenUser()
    await refuses(user, retired)
    const answer = await chat(user.key)
    expect(answer.status).toBe(404)
    expect((await answer.json<ErrorBody>()).error.code).toBe('model_not_found')
  })
})

describe('a refusal of what is no plain request', () => {
  const naming = { previous_interaction_id: 'v1_none', model: MODEL, input: 'x' }
  const contents = [{ role: 'user', parts: [{ text: 'x' }] }]
  const png = { inlineData: { mimeType: 'image/png', data: 'iVBORw0KGgo=' } }
  const generationConfig = { responseMimeType: 'application/json', responseJsonSchema: {} }
  const batch = { inputConfig: { requests: { requests: [{ request: { contents } }] } } }
  const generate = `models/${MODEL}:generateContent`
  const embedding = 'gemini-embedding-2'
  it('is not, by words about a caller, where it names things of Google’s', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    const refusal = [403, 'PERMISSION_DENIED', 'The caller does not have permission'] as const
    const held = [{ role: 'user', parts: [{ text: 'word '.repeat(5000) }] }]
    const cache = { model: `models/${MODEL}`, contents: held }
    const made = await post('/v1beta/cachedContents', user.key, cache)
    const { name } = await made.json<{ name: string }>()
    await refuses(user, refusal, 2)
    const body = { contents, cachedContent: name }
    for (let request = 0; request < 2; request++) {
      expect((await post(`/v1beta/${generate}`, user.key, body)).status).toBe(400)
      const stats = await settledStats(user)
      expect(stats.ring.credentials.flatMap(({ cooldowns }) => cooldowns)).toEqual([])
    }
    await refuses(user, refusal)
    const plain = await chat(user.key)
    expect(plain.headers.get('x-pollux-credential')).toBe(user.credentials[1]?.id)
    expect((await settledStats(user)).ring.credentials[0]?.cooldowns).toHaveLength(1)
  })

  it.each<[string, string, object, string?]>([
    ['an interaction', 'interactions', naming],
    ['a cache', 'cachedContents', { model: `models/${MODEL}`, contents }],
    ['a batch', `models/${MODEL}:batchGenerateContent`, { batch }],
    ['a count', `models/${MODEL}:countTokens`, { contents }],
    ['a picture', generate, { contents: [{ role: 'user', parts: [png, { text: 'x' }] }] }],
    ['a schema', generate, { contents, generationConfig }],
    [
      'an embedding of a file',
      `models/${embedding}:embedContent`,
      { content: { parts: [png] } },
      embedding,
    ],
  ])('is held against no credential, however often: %s', async (_, path, body, model = MODEL) => {
    const user = await givenUser(['api_key', 'api_key'])
    const message = 'Requested entity was not found.'
    const said = { error: { code: 404, status: 'NOT_FOUND', message } }
    const error = { status: 404, body: JSON.stringify(said) }
    const methods = [
      'createInteraction',
      'createCachedContent',
      'batchGenerateContent',
      'countTokens',
    ]
    for (const method of [...methods, 'generateContent', 'embedContent']) {
      await google.script({
        credential: user.credentials[0]?.handle ?? '',
        method,
        times: 0,
        reply: { error: error as never },
      })
    }
    for (let request = 0; request < 3; request++) {
      const answer = await post(`/v1beta/${path}`, user.key, body)
      await answer.text()
      expect(answer.status).toBeGreaterThanOrEqual(400)
      expect(answer.status).toBeLessThan(500)
      await settledStats(user)
    }
    const stats = await settledStats(user)
    expect(stats.ring.credentials.flatMap(({ cooldowns }) => cooldowns)).toEqual([])
    expect(stats.ring.rotations).toBe(0)
    expect(await modelsOf(user)).toContain(model)
  })
})
