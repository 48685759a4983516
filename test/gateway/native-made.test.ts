/** What clients send to make a cache, a batch or an interaction, and what of it reaches Google. */
import { afterEach, describe, expect, it, vi } from 'vitest'
import { native, NATIVE_BODY, type NativeResponse } from '../support/native.ts'
import {
  configure,
  fetchPollux,
  givenUser,
  google,
  MODEL,
  post,
  settledStats,
} from '../support/pollux.ts'
import { ask } from '../support/things.ts'

afterEach(() => vi.restoreAllMocks())

/** The bodies that are sent from now on, as texts: the emulator's record of them has rounded numbers. */
function bodiesSent(): readonly string[] {
  const bodies: string[] = []
  const real = globalThis.fetch
  vi.spyOn(globalThis, 'fetch').mockImplementation((input, init) => {
    if (typeof init?.body === 'string') bodies.push(init.body)
    return real(input, init)
  })
  return bodies
}

describe('a thing that uses a model', () => {
  const id = '12345678901234567890'
  const asked = '{"role":"user","parts":[{"text":"Go on"}]}'
  const called = `{"role":"model","parts":[{"functionCall":{"name":"f","args":{"id":${id}}}}]}`
  const result = `{"role":"user","parts":[{"functionResponse":{"name":"f","response":{"id":-${id}}}}]}`
  const contents = `[${asked},${called},${result}]`
  const batch = `{"inputConfig":{"requests":{"requests":[{"request":{"contents":${contents}}}]}}}`
  const input = `[{"type":"function_call","id":"c","name":"f","arguments":{"id":${id},"not":-${id}}}]`
  it.each([
    ['a cache', 'cachedContents', `{"model":"models/${MODEL}","contents":${contents}}`],
    ['a batch', `models/${MODEL}:batchGenerateContent`, `{"batch":${batch}}`],
    ['an interaction', 'interactions', `{"model":"${MODEL}","input":${input}}`],
  ])('keeps all digits of long numbers: %s', async (_, path, body) => {
    const user = await givenUser()
    const sent = bodiesSent()
    await (await ask(user, 'POST', `/v1beta/${path}`, body)).text()
    expect(sent.join()).toContain(`:${id}`)
    expect(sent.join()).toContain(`:-${id}`)
    await settledStats(user)
  })
})

describe('an interaction', () => {
  it.each([
    `models/${MODEL}`,
    `google/${MODEL}`,
    `gemini/${MODEL}`,
    `publishers/google/models/${MODEL}`,
    MODEL.toUpperCase(),
  ])('is of the model that is spelt %s, which the ring keeps', async (model) => {
    const user = await givenUser()
    const answer = await ask(user, 'POST', '/v1beta/interactions', { model, input: 'Go on' })
    expect(answer.status).toBe(200)
    await answer.text()
    const calls = await google.calls({ credential: user.credentials[0]?.handle ?? '' })
    expect(calls.at(-1)?.body).toMatchObject({ model: MODEL })
    const { ring } = await settledStats(user)
    expect(ring.credentials.flatMap(({ cooldowns }) => cooldowns)).toEqual([])
  })
})

describe('a cached content that is gone', () => {
  const gone = { ...NATIVE_BODY, cachedContent: 'cachedContents/gone' }
  it.each(['generateContent', 'streamGenerateContent'])(
    'is told with Google’s own status, by which clients make it anew: %s',
    async (method) => {
      const user = await givenUser(['api_key', 'api_key'])
      const answer = await native(user.key, gone, { method })
      expect(answer.status).toBe(403)
      const { error } = await answer.json<NativeResponse>()
      expect(error).toMatchObject({ code: 403, status: 'PERMISSION_DENIED' })
      expect(error?.message).toContain('CachedContent not found')
      const { ring } = await settledStats(user)
      expect(ring.credentials.flatMap(({ cooldowns }) => cooldowns)).toEqual([])
    },
  )

  it('is a 400 elsewhere, as whatever a client may change', async () => {
    const user = await givenUser()
    const body = { model: MODEL, messages: [{ role: 'user', content: 'x' }] }
    const answer = await post('/v1/chat/completions', user.key, {
      ...body,
      cached_content: 'cachedContents/gone',
    })
    expect(answer.status).toBe(400)
    await answer.text()
    await settledStats(user)
  })
})

describe('a request for another model than its cache has', () => {
  it('is refused in Google’s words', async () => {
    const user = await givenUser()
    const contents = [{ role: 'user', parts: [{ text: 'word '.repeat(5000) }] }]
    const made = await ask(user, 'POST', '/v1beta/cachedContents', { model: MODEL, contents })
    const { name } = await made.json<{ name: string }>()
    const body = { ...NATIVE_BODY, cachedContent: name }
    const answer = await native(user.key, body, { model: 'gemini-2.5-pro' })
    expect(await answer.text()).toContain('has to be the same')
    await settledStats(user)
  })
})

describe('the revision of the Interactions API that a client was written for', () => {
  it('is told to Google with each question, and nothing that is none', async () => {
    const user = await givenUser()
    const asking = (method: string, path: string, revision: string): Promise<Response> =>
      fetchPollux(`/v1beta/interactions${path}`, {
        method,
        headers: { 'x-goog-api-key': user.key, 'api-revision': revision },
        ...(method === 'POST' && { body: JSON.stringify({ model: MODEL, input: 'Go on' }) }),
      })
    const made = await asking('POST', '', '2026-05-20')
    const { id } = await made.json<{ id: string }>()
    await (await asking('GET', `/${id}`, '2026-05-20')).text()
    await (await asking('DELETE', `/${id}`, 'x, y')).text()
    const calls = await google.calls({ credential: user.credentials[0]?.handle ?? '' })
    const revision = '2026-05-20'
    expect(calls.map(({ headers }) => headers['api-revision'])).toEqual([
      revision,
      revision,
      undefined,
    ])
    await settledStats(user)
  })
})

describe('GET of what is no model', () => {
  it.each(['/v1', '/v1beta', '/v1beta1/publishers/google'])(
    'says that a method is asked with POST: %s',
    async (root) => {
      const user = await givenUser()
      const answer = await ask(user, 'GET', `${root}/models/${MODEL}:generateContent`)
      expect(answer.status).toBe(405)
      expect(answer.headers.get('allow')).toBe('POST')
      const { error } = await answer.json<NativeResponse>()
      expect(error?.message).toContain('with POST')
      const operation = await ask(user, 'GET', `${root}/models/veo-3/operations/x`)
      expect(operation.status).toBe(501)
    },
  )

  it('takes no name of the user’s own for a method', async () => {
    const user = await givenUser()
    await configure(user, { aliases: { 'qwen:latest': MODEL } })
    const answer = await ask(user, 'GET', '/v1beta/models/qwen:latest')
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({ name: 'models/qwen:latest' })
  })
})
