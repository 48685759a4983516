/** Models' names as clients write them, and what clients are told of unknown ones. */
import { describe, expect, it } from 'vitest'
import {
  callsOf,
  chat,
  configure,
  type ErrorBody,
  fetchPollux,
  givenUser,
  post,
} from '../support/pollux.ts'
import { native } from '../support/native.ts'

const KINDS = ['api_key', 'authorized_user', 'service_account'] as const
const NAMES = [
  'gemini/gemini-2.5-flash',
  'openai/gemini-2.5-flash',
  'google/gemini-2.5-flash',
  'responses/gemini-2.5-flash',
  'models/gemini-2.5-flash',
  'openai/responses/gemini-2.5-flash',
  'Gemini-2.5-Flash',
  'Models/GEMINI-2.5-FLASH',
]

describe.each(KINDS)('with %s', (kind) => {
  it('one model has many spellings', async () => {
    const user = await givenUser([kind])
    for (const model of NAMES) {
      for (const stream of [false, true]) {
        const answer = await chat(user.key, { model, stream })
        expect(answer.status).toBe(200)
        await answer.text()
        expect(answer.headers.get('x-pollux-model')).toBe('gemini-2.5-flash')
      }
    }
    const calls = await callsOf(user.credentials[0]?.handle ?? '')
    expect(calls).toHaveLength(2 * NAMES.length)
  })
})

describe('names', () => {
  it.each(['fast', 'Fast', 'FAST', 'openai/fast'])('of a user’s own: %s', async (model) => {
    const user = await givenUser()
    await configure(user, { aliases: { Fast: 'gemini-2.5-flash' } })
    const answer = await chat(user.key, { model })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('x-pollux-model')).toBe('gemini-2.5-flash')
  })

  it('lead to a model of the list, however they are written', async () => {
    const user = await givenUser()
    const headers = { authorization: `Bearer ${user.key}` }
    for (const name of NAMES) {
      const answer = await fetchPollux(`/v1/models/${name}`, { headers })
      expect(await answer.json()).toMatchObject({ id: 'gemini-2.5-flash' })
    }
  })

  it.each([
    ['gemini-2.5-flsh', 'Did you mean `gemini-2.5-flash`? GET /v1/models lists'],
    ['gemini-3.8-flash-lite', 'Did you mean `gemini-3.5-flash-lite`? GET /v1/models lists'],
    ['gemini-3.1-pro', 'Did you mean `gemini-3.1-pro-preview`? GET /v1/models lists'],
    ['gemini-2.5-flash-latest', 'Did you mean `gemini-2.5-flash`? GET /v1/models lists'],
    ['vertex_ai/gemini-2.5-flash', 'Did you mean `gemini-2.5-flash`? GET /v1/models lists'],
    ['openrouter/google/gemini-2.5-pro', 'Did you mean `gemini-2.5-pro`? GET /v1/models lists'],
    ['gemini-3-pro', 'Did you mean `gemini-3.1-pro-preview`? GET /v1/models lists'],
    ['gemini-9-nope', 'do not have access to it. GET /v1/models lists'],
    ['gpt-4o', 'do not have access to it. GET /v1/models lists'],
  ])('that nobody knows name the nearest and the list: %s', async (name, words) => {
    const user = await givenUser()
    const headers = { authorization: `Bearer ${user.key}` }
    const listed = await fetchPollux(`/v1/models/${name}`, { headers })
    expect(listed.status).toBe(404)
    expect((await listed.json<ErrorBody>()).error.message).toContain(words)
    const message = { max_tokens: 9, messages: [{ role: 'user', content: 'hi' }] }
    const asked = [
      await chat(user.key, { model: name }),
      await post('/v1/responses', user.key, { model: name, input: 'hi' }),
      await post('/v1/messages', user.key, { model: name, ...message }),
      await native(user.key, undefined, { model: name }),
    ]
    for (const answer of asked) {
      expect(answer.status).toBe(404)
      expect((await answer.json<ErrorBody>()).error.message).toContain(words)
    }
  })

  it.each<[string, (typeof KINDS)[number], Record<string, unknown>, string | null]>([
    ['text-embedding-004', 'api_key', {}, 'gemini-embedding-001'],
    ['text-embedding-004', 'service_account', {}, 'text-embedding-005'],
    ['gemini-3.8-flsh', 'authorized_user', {}, 'gemini-3.5-flash'],
    ['gemini-2.5-flsh', 'api_key', { models: ['gemini-2.5-pro'] }, 'gemini-2.5-pro'],
    ['gemini-2.5-flash', 'api_key', { models: ['gemini-2.5-pro'] }, 'gemini-2.5-pro'],
    ['quik', 'api_key', { aliases: { quick: 'gemini-2.5-flash' } }, 'quick'],
    ['gemini-9-nope', 'api_key', {}, null],
  ])('that this key can use alone are named: %s, %s, %o', async (name, kind, settings, nearest) => {
    const user = await givenUser([kind, kind])
    await configure(user, settings)
    const image = { url: 'https://127.0.0.1/never-fetched.png' }
    const content = [{ type: 'image_url', image_url: image }]
    const asked = [
      await chat(user.key, { model: name }),
      await chat(user.key, { model: name, stream: true }),
      await post('/v1/messages', user.key, {
        model: name,
        max_tokens: 9,
        messages: [{ role: 'user', content: 'hi' }],
      }),
      // Told before the picture would be fetched, once the ring has been asked in vain.
      await chat(user.key, { model: name, messages: [{ role: 'user', content }] }),
      // Code Assist has no embeddings, whatever the model.
      ...(kind === 'authorized_user'
        ? []
        : [await post('/v1/embeddings', user.key, { model: name, input: 'hi' })]),
    ]
    for (const answer of asked) {
      const { error } = await answer.json<ErrorBody>()
      expect(answer.status).toBe(404)
      const told = / Did you mean `([^`]+)`/.exec(error.message)?.[1] ?? null
      expect(told).toBe(nearest)
    }
  })

  it('of settings are claimed for those models alone that take them', async () => {
    const user = await givenUser()
    const headers = { authorization: `Bearer ${user.key}` }
    const list = await fetchPollux('/v1/models', { headers })
    const { data } = await list.json<{ data: { id: string; supported_parameters: string[] }[] }>()
    const claims = new Map(data.map((model) => [model.id, model.supported_parameters]))
    for (const id of ['gemini-3.8-flash', 'gemini-3.7-flash']) {
      expect(claims.get(id)).not.toContain('temperature')
      expect(claims.get(id)).toEqual(expect.arrayContaining(['max_tokens', 'tools', 'reasoning']))
    }
    for (const id of ['gemini-2.5-flash', 'gemini-3.1-pro-preview']) {
      expect(claims.get(id)).toEqual(expect.arrayContaining(['temperature', 'top_p', 'top_k']))
    }
    expect(claims.get('gemini-2.5-flash-image')).not.toContain('reasoning')
  })
})

describe('paths', () => {
  it.each(['//v1/chat/completions', '/v1//chat/completions', '//v1///chat//completions?a=//b'])(
    'have slashes once: %s',
    async (path) => {
      const user = await givenUser()
      const body = { model: 'gemini-2.5-flash', messages: [{ role: 'user', content: 'hi' }] }
      const answer = await post(path, user.key, body)
      expect(answer.status).toBe(200)
      await answer.text()
    },
  )

  it.each([
    '/v1/models/gemini-2.5-flash/',
    '/v1/models/google/gemini-2.5-flash//',
    '/v1beta/models/gemini-2.5-flash/',
    '/v1/models/',
  ])('may end in a slash: %s', async (path) => {
    const user = await givenUser()
    const headers = { authorization: `Bearer ${user.key}` }
    const answer = await fetchPollux(path, { headers })
    expect(answer.status).toBe(200)
    expect(await answer.text()).toContain('gemini-2.5-flash')
    const counted = await native(user.key, undefined, { method: 'countTokens', query: '/' })
    expect(counted.status).toBe(200)
  })

  it.each(['//health', '//v1/models', '//v1//config/users'])('of all kinds: %s', async (path) => {
    const user = await givenUser()
    const headers = { authorization: `Bearer ${user.key}` }
    const [plain, twice] = [path.replaceAll(/\/+/g, '/'), path]
    const statuses = [plain, twice].map(async (at) => (await fetchPollux(at, { headers })).status)
    const [one, other] = await Promise.all(statuses)
    expect(other).toBe(one)
    expect(other).not.toBe(404)
  })
})
