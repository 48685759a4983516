import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  callsOf,
  chat,
  configure,
  type ErrorBody,
  fetchPollux,
  givenUser,
  google,
  MASTER_KEY,
  post,
} from '../support/pollux.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

describe('every answer', () => {
  it.each([
    ['GET', '/nowhere', 404, 'unknown_url'],
    ['POST', '/v1/nowhere', 404, 'unknown_url'],
    ['GET', '/api/tags', 404, 'unknown_url'],
    ['PUT', '/v1/chat/completions', 405, 'method_not_allowed'],
    ['DELETE', '/v1/models', 405, 'method_not_allowed'],
    ['PUT', '/v1/config/update', 405, 'method_not_allowed'],
  ])(
    '%s %s is %i in OpenAI’s error object with a request id',
    async (method, path, status, code) => {
      const answer = await fetchPollux(path, { method })
      expect(answer.status).toBe(status)
      expect(answer.headers.get('content-type')).toBe('application/json')
      expect(answer.headers.get('x-request-id')).toMatch(/^req_[0-9a-f]{32}$/)
      const body = await answer.json<ErrorBody>()
      expect(Object.keys(body)).toEqual(['error'])
      expect(body.error).toEqual({
        message: expect.any(String),
        type: 'invalid_request_error',
        param: null,
        code,
      })
    },
  )

  it.each([
    ['POST', '/v1/v1/chat/completions', 'POST /v1/chat/completions is served'],
    ['POST', '/api/v1/embeddings', 'POST /v1/embeddings is served'],
    ['POST', '/v1/embeddings/embeddings', 'POST /embeddings is served'],
    ['GET', '/openai/v1/models', 'GET /v1/models is served'],
    ['POST', '/anthropic/v1/messages', 'POST /v1/messages is served'],
    ['POST', '/v1/chat/completions/chat/completions', 'base URL ends in /v1'],
  ])('%s %s says what is wrong with the base URL', async (method, path, told) => {
    const { key } = await givenUser()
    const headers = { authorization: `Bearer ${key}` }
    const answer = await fetchPollux(path, { method, headers })
    expect(answer.status).toBe(404)
    expect((await answer.json<ErrorBody>()).error.message).toContain(told)
  })

  it('says which methods a path has', async () => {
    expect((await fetchPollux('/v1/models', { method: 'DELETE' })).headers.get('allow')).toBe(
      'GET, HEAD',
    )
    expect((await fetchPollux('/v1/embeddings')).headers.get('allow')).toBe('POST')
  })

  it('leads a browser to the page', async () => {
    const led = await fetchPollux('/', { headers: { accept: 'text/html,*/*' }, redirect: 'manual' })
    expect([led.status, led.headers.get('location')]).toEqual([302, '/page/'])
  })

  it.each(['/', '/health', '/health/ready'])(
    '%s is there for probes, by GET and HEAD, without a key',
    async (path) => {
      expect((await fetchPollux(path)).status).toBe(200)
      const head = await fetchPollux(path, { method: 'HEAD' })
      expect(head.status).toBe(200)
      expect(await head.text()).toBe('')
    },
  )

  it('has a line in the log, but for a probe that finds all well', async () => {
    const written = vi.spyOn(console, 'log').mockImplementation(() => undefined)
    const routeOf = ([line]: unknown[]): unknown =>
      (JSON.parse(String(line)) as { route: unknown }).route
    for (const path of ['/', '/health', '/health/ready', '/nowhere']) await fetchPollux(path)
    for (const method of ['HEAD', 'POST']) await fetchPollux('/health', { method })
    expect(written.mock.calls.map(routeOf)).toEqual(['/', 'none', '/health'])
  })
})

describe('GET /v1/models', () => {
  it('lists the catalogue to a user, and to nobody else', async () => {
    const user = await givenUser()
    const headers = { authorization: `Bearer ${user.key}` }
    const list = await (
      await fetchPollux('/v1/models', { headers })
    ).json<{ object: string; data: { id: string }[] }>()
    expect(list.object).toBe('list')
    expect(list.data.map(({ id }) => id)).toContain('gemini-2.5-flash')
    expect(
      (await fetchPollux('/v1/models', { headers: { authorization: 'Bearer nobody-has-this' } }))
        .status,
    ).toBe(401)
  })

  it.each(['gemini-2.5-flash', 'models%2Fgemini-2.5-flash', 'google/gemini-2.5-flash'])(
    'finds %s',
    async (id) => {
      const user = await givenUser()
      const answer = await fetchPollux(`/v1/models/${id}`, {
        headers: { authorization: `Bearer ${user.key}` },
      })
      expect(await answer.json()).toMatchObject({
        id: 'gemini-2.5-flash',
        object: 'model',
        owned_by: 'google',
      })
    },
  )

  it('lists what the credentials and the admin let the key reach, and the user’s own names', async () => {
    const user = await givenUser(['authorized_user'])
    await configure(user, {
      models: ['gemini-2.5-flash', 'gemini-embedding-001'],
      aliases: { 'gpt-4o': 'gemini-2.5-flash', best: 'gemini-2.5-pro' },
    })
    const headers = { authorization: `Bearer ${user.key}` }
    const { data } = await (
      await fetchPollux('/v1/models', { headers })
    ).json<{ data: { id: string; canonical_slug: string }[] }>()
    // Code Assist has no embeddings, and `best` stands for a model that is not allowed.
    expect(data.map(({ id, canonical_slug }) => [id, canonical_slug])).toEqual([
      ['gemini-2.5-flash', 'gemini-2.5-flash'],
      ['gpt-4o', 'gemini-2.5-flash'],
    ])
    const one = await fetchPollux('/v1/models/gpt-4o', { headers })
    expect(await one.json()).toMatchObject({ id: 'gpt-4o', context_length: 1_048_576 })
    expect((await fetchPollux('/v1/models/gemini-2.5-pro', { headers })).status).toBe(404)
    const info = await fetchPollux('/v1/model/info', { headers })
    expect(await info.json()).toMatchObject({
      data: [{ model_name: 'gemini-2.5-flash' }, { model_name: 'gpt-4o' }],
    })
  })

  it('leaves out a credential in quarantine, and a user who is disabled', async () => {
    const user = await givenUser()
    const credential = user.credentials[0]?.handle ?? ''
    await google.script({ credential, reply: { error: 'api_key_invalid' } })
    await chat(user.key)
    const headers = { authorization: `Bearer ${user.key}` }
    const list = await fetchPollux('/v1/models', { headers })
    expect(await list.json()).toEqual({ object: 'list', data: [] })
    await configure(user, { disabled: true })
    expect((await fetchPollux('/v1/models', { headers })).status).toBe(403)
  })

  it('answers 404 for a model that is not in it', async () => {
    const user = await givenUser()
    const answer = await fetchPollux('/v1/models/gpt-9%ZZ', {
      headers: { authorization: `Bearer ${user.key}` },
    })
    expect(answer.status).toBe(404)
    expect((await answer.json<ErrorBody>()).error).toMatchObject({
      code: 'model_not_found',
      param: 'model',
    })
  })
})

describe('other roots', () => {
  it.each(['', '/v1', '/v1beta/openai'])('serve OpenAI’s routes under "%s"', async (root) => {
    const user = await givenUser()
    const headers = { authorization: `Bearer ${user.key}` }
    const body = { model: 'models/gemini-2.5-flash', messages: [{ role: 'user', content: 'Hi' }] }
    expect((await post(`${root}/chat/completions`, user.key, body)).status).toBe(200)
    const vectors = { model: 'gemini-embedding-001', input: 'Hi', dimensions: 8 }
    expect((await post(`${root}/embeddings`, user.key, vectors)).status).toBe(200)
    for (const path of ['/models', '/models/gemini-2.5-flash', '/model/info']) {
      expect((await fetchPollux(`${root}${path}`, { headers })).status).toBe(200)
    }
    expect((await fetchPollux(`${root}/models`)).status).toBe(401)
  })
})

describe('what OpenAI has and Pollux has not', () => {
  it.each([
    ['POST', '/v1/moderations'],
    ['POST', '/v1/batches'],
    ['POST', '/v1/images/edits'],
    ['POST', '/v1beta/openai/batches'],
    ['POST', '/moderations'],
  ])('%s %s says that it is not served', async (method, path) => {
    const answer = await fetchPollux(path, { method })
    expect(answer.status).toBe(404)
    expect((await answer.json<ErrorBody>()).error).toMatchObject({
      code: 'not_served',
      message: expect.stringMatching(/^Pollux does not serve /),
    })
  })

  it('stores no completions: the list is empty, and there is no item', async () => {
    const user = await givenUser()
    const headers = { authorization: `Bearer ${user.key}` }
    const list = await fetchPollux('/v1/chat/completions', { headers })
    expect(await list.json()).toEqual({
      object: 'list',
      data: [],
      first_id: null,
      last_id: null,
      has_more: false,
    })
    const path = '/v1/chat/completions/chatcmpl-1'
    for (const item of [path, `${path}/messages`]) {
      expect((await fetchPollux(item, { headers })).status).toBe(404)
    }
    expect((await fetchPollux(path, { headers, method: 'DELETE' })).status).toBe(404)
    expect((await fetchPollux('/v1/chat/completions')).status).toBe(401)
  })
})

describe('bad requests', () => {
  it.each([
    ['an empty body', '', 'invalid_json', null],
    ['broken JSON', '{"model": "x"', 'invalid_json', null],
    ['a list', '[]', 'invalid_type', null],
    [
      'no model',
      { messages: [{ role: 'user', content: 'x' }] },
      'missing_required_parameter',
      'model',
    ],
    [
      'a model that would lead elsewhere',
      { model: '../../x', messages: [{ role: 'user', content: 'x' }] },
      'invalid_value',
      'model',
    ],
    ['no messages', { model: 'gemini-2.5-flash' }, 'missing_required_parameter', 'messages'],
    [
      'a number as text',
      {
        model: 'gemini-2.5-flash',
        messages: [{ role: 'user', content: [{ type: 'text', text: 5 }] }],
      },
      'invalid_type',
      'messages[0].content[0].text',
    ],
    [
      'a stream that is a string',
      { model: 'gemini-2.5-flash', stream: 'yes', messages: [{ role: 'user', content: 'x' }] },
      'invalid_type',
      'stream',
    ],
    [
      'tools',
      {
        model: 'gemini-2.5-flash',
        tools: [{ type: 'function', function: { description: 'nameless' } }],
        messages: [{ role: 'user', content: 'x' }],
      },
      'missing_required_parameter',
      'tools[0].function.name',
    ],
  ])('(%s) name the field, rotate nothing and never reach Google', async (_, body, code, param) => {
    const user = await givenUser()
    const answer = await post('/v1/chat/completions', user.key, body)
    expect(answer.status).toBe(400)
    expect((await answer.json<ErrorBody>()).error).toMatchObject({ code, param })
    expect(await callsOf(user.credentials[0]?.handle ?? '')).toEqual([])
  })

  it('are refused by size, told or not, before they are read whole', async () => {
    const user = await givenUser()
    const content = 'x'.repeat(300_000)
    const answer = await chat(user.key, { messages: [{ role: 'user', content }] })
    expect(answer.status).toBe(413)
    const stream = new Response(
      JSON.stringify({ model: 'm', messages: [{ role: 'user', content }] }),
    ).body
    const chunked = await chat(user.key, {}, { body: stream })
    expect(chunked.status).toBe(413)
    expect((await chunked.json<ErrorBody>()).error.code).toBe('request_too_large')
  })

  it('may be compressed, but not in a way that is not understood', async () => {
    const user = await givenUser()
    const plain = new Response(
      JSON.stringify({
        model: 'gemini-2.5-flash',
        messages: [{ role: 'user', content: 'packed' }],
      }),
    )
    const body = plain.body?.pipeThrough(new CompressionStream('gzip')) ?? null
    const headers = { authorization: `Bearer ${user.key}`, 'content-encoding': 'gzip' }
    expect(
      (await fetchPollux('/v1/chat/completions', { method: 'POST', headers, body })).status,
    ).toBe(200)
    const zstd = { ...headers, 'content-encoding': 'zstd' }
    const refused = await fetchPollux('/v1/chat/completions', {
      method: 'POST',
      headers: zstd,
      body: '{}',
    })
    expect(refused.status).toBe(415)
  })

  it('with a content type that browsers send to avoid a preflight are read all the same', async () => {
    const user = await givenUser()
    const headers = { authorization: `Bearer ${user.key}`, 'content-type': 'text/plain' }
    expect((await chat(user.key, {}, { headers })).status).toBe(200)
  })

  it('to admin routes come in the same form', async () => {
    const answer = await post('/v1/config/rotate', MASTER_KEY, '{')
    expect((await answer.json<ErrorBody>()).error).toMatchObject({
      code: 'invalid_json',
      type: 'invalid_request_error',
    })
  })
})
