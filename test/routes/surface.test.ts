import { describe, expect, it } from 'vitest'
import {
  callsOf,
  chat,
  type ErrorBody,
  fetchPollux,
  givenUser,
  MASTER_KEY,
  post,
} from '../support/pollux.ts'

describe('every answer', () => {
  it.each([
    ['GET', '/nowhere', 404, 'unknown_url'],
    ['POST', '/v1/nowhere', 404, 'unknown_url'],
    ['GET', '/api/tags', 404, 'unknown_url'],
    ['GET', '/v1/chat/completions', 405, 'method_not_allowed'],
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

  it('says which methods a path has', async () => {
    expect((await fetchPollux('/v1/models', { method: 'DELETE' })).headers.get('allow')).toBe(
      'GET, HEAD',
    )
    expect((await fetchPollux('/v1/chat/completions')).headers.get('allow')).toBe('POST')
  })

  it.each(['/', '/health'])(
    '%s is there for probes, by GET and HEAD, without a key',
    async (path) => {
      expect((await fetchPollux(path)).status).toBe(200)
      const head = await fetchPollux(path, { method: 'HEAD' })
      expect(head.status).toBe(200)
      expect(await head.text()).toBe('')
    },
  )
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
