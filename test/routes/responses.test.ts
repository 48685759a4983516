import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { anyBody, written } from '../dialects/support/any-body.ts'
import { RESPONSES } from '../dialects/support/sound-responses.ts'
import {
  configure,
  type ErrorBody,
  fetchPollux,
  givenUser,
  google,
  post,
  settledStats,
  type User,
} from '../support/pollux.ts'
import {
  eventsIn,
  respond,
  responded,
  saidIn,
  streamed,
  type ToldItem,
} from '../support/respond.ts'
import { responsesOf } from '../support/responses.ts'

function get(user: User, path: string): Promise<Response> {
  return fetchPollux(path, { headers: { authorization: `Bearer ${user.key}` } })
}

function remove(user: User, path: string): Promise<Response> {
  return fetchPollux(path, { method: 'DELETE', headers: { authorization: `Bearer ${user.key}` } })
}

async function errorOf(
  answer: Promise<Response>,
): Promise<ErrorBody['error'] & { status: number }> {
  const response = await answer
  const { error } = await response.json<ErrorBody>()
  return { status: response.status, ...error }
}

describe('POST /v1/responses', () => {
  it.each(['/v1', '', '/v1beta/openai'])('is served under %j', async (root) => {
    const user = await givenUser()
    const body = { model: 'gemini-2.5-flash', input: 'Hello there' }
    const answer = await post(`${root}/responses`, user.key, body)
    expect(answer.status).toBe(200)
    expect(answer.headers.has('openai-model')).toBe(false)
    const { id } = await answer.json<{ id: string }>()
    expect((await get(user, `${root}/responses/${id}`)).status).toBe(200)
  })

  it('goes by the body and not by accept', async () => {
    const user = await givenUser()
    const answer = await post(
      '/v1/responses',
      user.key,
      JSON.stringify({ model: 'gemini-2.5-flash', input: 'Hi', stream: true }),
      {
        headers: { authorization: `Bearer ${user.key}`, accept: 'application/json' },
      },
    )
    expect(answer.headers.get('content-type')).toContain('text/event-stream')
    expect(eventsIn(await answer.text()).at(-1)?.type).toBe('response.completed')
  })

  it('has the response on disk before it tells that it is complete', async () => {
    const user = await givenUser()
    const events = await streamed(user)
    const { id = '', store } = events.at(-1)?.response ?? {}
    expect(store).toBe(true)
    const found = await (await get(user, `/v1/responses/${id}`)).json<{ output: unknown }>()
    expect(found).toEqual(events.at(-1)?.response)
  })

  it('tells of a store that failed, and loses no answer for it', async () => {
    const user = await givenUser()
    const first = await responded(user)
    await runInDurableObject(responsesOf(user.userId), (_, { storage }) => {
      storage.sql.exec('DROP TABLE responses')
    })
    const next = await responded(user)
    expect(next).toMatchObject({ status: 'completed', store: false })
    expect(saidIn(next)).toBe(saidIn(first))
    const events = await streamed(user)
    expect(events.at(-1)).toMatchObject({ type: 'response.completed', response: { store: false } })
  })

  it('breaks silence by events that are numbered', async () => {
    const user = await givenUser()
    await google.script({
      credential: user.credentials[0]?.handle ?? '',
      reply: { text: 'at last it comes', pause: { after: 2, ms: 500 } },
    })
    const events = await streamed(user)
    const types = events.map(({ type }) => type)
    expect(types).toContain('keepalive')
    expect(types.at(-1)).toBe('response.completed')
    expect(events.map(({ sequence_number: n }) => n)).toEqual(events.map((_, index) => index))
  })

  it('settles a stream that breaks off as Google’s fault, and tells it', async () => {
    const user = await givenUser()
    await google.script({
      credential: user.credentials[0]?.handle ?? '',
      reply: { text: 'some words that do not end', breakOffAfter: 2 },
    })
    const events = await streamed(user)
    expect(events.slice(-2).map(({ type }) => type)).toEqual(['error', 'response.failed'])
    const { ledger } = await settledStats(user)
    expect(ledger).toMatchObject({ holds: true, open: 0 })
  })
})

describe('refusals', () => {
  it('of what is not the client’s to mend soon are 400, with the reason', async () => {
    const user = await givenUser()
    await configure(user, { disabled: true })
    expect(await errorOf(respond(user))).toMatchObject({ status: 400, code: 'api_key_disabled' })
  })

  it('of keys are 401, also of every other route', async () => {
    const stranger = { key: 'nobody-has-this-key' }
    expect((await respond(stranger)).status).toBe(401)
    expect((await get(stranger as User, '/v1/responses/resp_1')).status).toBe(401)
    expect((await post('/v1/conversations', stranger.key, {})).status).toBe(401)
    expect((await post('/v1/responses/input_tokens', stranger.key, { input: 'x' })).status).toBe(
      401,
    )
    const refused = await respond(stranger, { previous_response_id: 'resp_1' })
    expect(refused.status).toBe(401)
  })

  it('of quota are 429 and say when, in whole seconds', async () => {
    const user = await givenUser()
    await google.script({
      credential: user.credentials[0]?.handle ?? '',
      times: 0,
      reply: { error: { preset: 'gemini_429_minute', retryDelay: '40s' } },
    })
    const answer = await respond(user)
    expect(answer.status).toBe(429)
    expect(answer.headers.get('retry-after')).toMatch(/^\d+$/)
  })

  it('of a model that is not there are final to Codex', async () => {
    const user = await givenUser()
    const error = await errorOf(respond(user, { model: 'gemini-9-none' }))
    expect(error).toMatchObject({ status: 404, code: 'model_not_found' })
  })

  it('of an overload have a code at which Codex goes on, and of a blocked prompt one at which it ends', async () => {
    const user = await givenUser()
    const credential = user.credentials[0]?.handle ?? ''
    await google.script({ credential, times: 0, reply: { error: '503_overloaded' } })
    expect(await errorOf(respond(user))).toMatchObject({ status: 503, code: 'server_error' })
    const other = await givenUser()
    for (const stream of [false, true]) {
      await google.script({
        credential: other.credentials[0]?.handle ?? '',
        reply: { blockReason: 'PROHIBITED_CONTENT' },
      })
      const error = await errorOf(respond(other, { stream }))
      expect(error).toMatchObject({ status: 400, code: 'invalid_prompt' })
    }
  })

  it.each([
    [
      'a context that is full name the input',
      'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).',
      { code: 'context_length_exceeded', param: 'input' },
    ],
    [
      'a picture that Google cannot read have the words that Codex knows',
      'Unable to process input image. Please retry',
      {
        message: expect.stringContaining(
          'The image data you provided does not represent a valid image',
        ),
      },
    ],
  ])('of %s', async (_, message, expected) => {
    const user = await givenUser()
    const error = { code: 400, message, status: 'INVALID_ARGUMENT' }
    await google.script({
      credential: user.credentials[0]?.handle ?? '',
      reply: { error: { status: 400, body: { error } } },
    })
    expect(await errorOf(respond(user))).toMatchObject({ status: 400, ...expected })
  })

  it('of troubles of Google’s say when to ask again', async () => {
    const user = await givenUser()
    await google.script({
      credential: user.credentials[0]?.handle ?? '',
      reply: { error: { status: 500, body: {} } },
    })
    const answer = await respond(user)
    expect(answer.status).toBe(502)
    expect(answer.headers.get('retry-after')).toBe('1')
  })

  it('of a compaction are failures where the summary is cut: that answer has no status to say so', async () => {
    const user = await givenUser()
    const credential = user.credentials[0]?.handle ?? ''
    const compact = (body: object): Promise<Response> =>
      post('/v1/responses/compact', user.key, { model: 'gemini-2.5-flash', ...body })
    for (const [finishReason, status] of [
      ['MAX_TOKENS', 502],
      ['SAFETY', 400],
    ] as const) {
      await google.script({ credential, reply: { text: 'Ada is', finishReason } })
      expect((await compact({ input: 'I am Ada' })).status).toBe(status)
    }
    expect(await errorOf(compact({}))).toMatchObject({ status: 400, param: 'input' })
  })

  it('of a WebSocket are 426', async () => {
    const user = await givenUser()
    const headers = { authorization: `Bearer ${user.key}`, upgrade: 'websocket' }
    expect((await fetchPollux('/v1/responses', { headers })).status).toBe(426)
    expect((await get(user, '/v1/responses')).status).toBe(405)
    expect((await remove(user, '/v1/responses')).status).toBe(405)
    expect((await post('/v1/responses/resp_1/cancel', user.key, {})).status).toBe(400)
  })
})

describe('what is stored', () => {
  it('is all of it found again where many answers are stored at one time', async () => {
    const user = await givenUser()
    const made = await Promise.all(Array.from({ length: 40 }, () => responded(user)))
    expect(new Set(made.map(({ id }) => id)).size).toBe(40)
    for (const { id, output } of made) {
      const found = await (await get(user, `/v1/responses/${id}`)).json()
      expect(found).toMatchObject({ id, output, status: 'completed' })
    }
  })

  it('is nothing that another user can read, change, go on from or delete', async () => {
    const [user, other] = [await givenUser(), await givenUser()]
    const { id, output } = await responded(user)
    const made = await post('/v1/conversations', user.key, {
      items: [{ role: 'user', content: 'x' }],
    })
    const { id: conversation } = await made.json<{ id: string }>()
    const items = await (
      await get(user, `/v1/conversations/${conversation}/items`)
    ).json<{ first_id: string }>()
    const statuses = [
      await get(other, `/v1/responses/${id}`),
      await get(other, `/v1/responses/${id}?stream=true`),
      await get(other, `/v1/responses/${id}/input_items`),
      await remove(other, `/v1/responses/${id}`),
      await get(other, `/v1/conversations/${conversation}`),
      await post(`/v1/conversations/${conversation}`, other.key, { metadata: {} }),
      await get(other, `/v1/conversations/${conversation}/items`),
      await post(`/v1/conversations/${conversation}/items`, other.key, {
        items: [{ role: 'user', content: 'x' }],
      }),
      await get(other, `/v1/conversations/${conversation}/items/${items.first_id}`),
      await remove(other, `/v1/conversations/${conversation}/items/${items.first_id}`),
      await remove(other, `/v1/conversations/${conversation}`),
    ].map(({ status }) => status)
    expect(new Set(statuses)).toEqual(new Set([404]))
    expect(await errorOf(respond(other, { previous_response_id: id }))).toMatchObject({
      status: 400,
      code: 'previous_response_not_found',
    })
    expect((await respond(other, { conversation })).status).toBe(404)
    const reference = { input: [{ type: 'item_reference', id: output[0]?.id }] }
    expect(await errorOf(respond(other, reference))).toMatchObject({
      status: 400,
      code: 'item_not_found',
      param: 'input[0]',
    })
    // The same answer as for an id that never existed.
    const never = `resp_${'0'.repeat(32)}`
    const one = await errorOf(get(other, `/v1/responses/${id}`))
    const none = await errorOf(get(other, `/v1/responses/${never}`))
    expect(one.message.replace(id, '')).toBe(none.message.replace(never, ''))
  })

  it('is nothing where that is turned off for the user; what needs it is refused, with what to do', async () => {
    const user = await givenUser()
    const { id } = await responded(user)
    await configure(user, { store_responses: false })
    expect(await responded(user, { store: true })).toMatchObject({ store: false })
    expect((await streamed(user)).at(-1)).toMatchObject({ response: { store: false } })
    for (const body of [
      { previous_response_id: id },
      { conversation: 'conv_1' },
      { input: [{ id: 'msg_1' }] },
    ]) {
      const error = await errorOf(respond(user, body))
      expect(error).toMatchObject({ status: 400, code: 'unsupported_parameter' })
      expect(error.message).toContain('send the whole conversation')
    }
    expect((await get(user, `/v1/responses/${id}`)).status).toBe(404)
    expect((await post('/v1/conversations', user.key, {})).status).toBe(404)
    // A response that was stored before can still be deleted.
    expect((await remove(user, `/v1/responses/${id}`)).status).toBe(200)
  })

  it('is gone with the user', async () => {
    const user = await givenUser()
    const { id } = await responded(user)
    await fetchPollux(`/v1/config/users/${user.userId}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer test-master-key-0123456789abcdef` },
    })
    expect(await responsesOf(user.userId).response(id)).toMatchObject({ ok: false })
  })

  it('is named by its place where a link in it is dead, with what to do', async () => {
    const user = await givenUser()
    const link = `${env.FILES_URL}/once?mark=${crypto.randomUUID()}`
    const seen = { role: 'user', content: [{ type: 'input_image', image_url: link }] }
    const input = [{ role: 'user', content: 'Look' }, seen]
    const { id } = await responded(user, { input })
    expect(await errorOf(respond(user, { previous_response_id: id }))).toMatchObject({
      status: 400,
      param: 'previous_response_id.items[1].content[0].image_url',
      message:
        "Invalid value: 'previous_response_id.items[1].content[0].image_url' could not be fetched: its server answered 404. It is stored with that response: go on from an earlier one, or send the conversation without it in 'input'.",
    })
    const made = await post('/v1/conversations', user.key, { items: input })
    const { id: conversation } = await made.json<{ id: string }>()
    expect(await errorOf(respond(user, { conversation }))).toMatchObject({
      status: 400,
      param: 'conversation.items[1].content[0].image_url',
      message:
        "Invalid value: 'conversation.items[1].content[0].image_url' could not be fetched: its server answered 404. It is stored there: take the item out (DELETE /v1/conversations/{id}/items/{item_id}).",
    })
    const path = `/v1/conversations/${conversation}/items`
    const { data } = await (await get(user, `${path}?order=asc`)).json<{ data: ToldItem[] }>()
    await remove(user, `${path}/${data[1]?.id}`)
    expect((await responded(user, { conversation })).status).toBe('completed')
  })

  it('is found by the ids of a list, as item references', async () => {
    const user = await givenUser()
    const { id } = await responded(user, { input: 'I am Ada.' })
    const { data } = await (
      await get(user, `/v1/responses/${id}/input_items`)
    ).json<{ data: { id: string }[] }>()
    const next = await responded(user, {
      input: [{ id: data[0]?.id }, { role: 'user', content: 'Who am I?' }],
    })
    expect(next.status).toBe('completed')
  })

  it.each([
    [{ metadata: { a: 1 } }, 'metadata.a'],
    [
      { metadata: Object.fromEntries(Array.from({ length: 17 }, (_, n) => [`k${n}`, 'v'])) },
      'metadata',
    ],
    [{ items: Array.from({ length: 21 }, () => ({ role: 'user', content: 'x' })) }, 'items'],
    [{ items: [{ role: 'robot' }] }, 'items[0].role'],
    [{ items: 'x' }, 'items'],
    [{ items: [{ role: 'user', content: 'x' }, { id: 'msg_1' }] }, 'items[1]'],
  ])('takes no conversation of %j', async (body, param) => {
    const user = await givenUser()
    expect(await errorOf(post('/v1/conversations', user.key, body))).toMatchObject({
      status: 400,
      param,
    })
  })

  it('has names that objects of JavaScript have by themselves, like any other', async () => {
    const user = await givenUser()
    const names = '{"__proto__":"a","constructor":"b","prototype":"c","toString":"d"}'
    const made = await post('/v1/conversations', user.key, `{"metadata":${names}}`)
    const { id, metadata } = await made.json<{ id: string; metadata: object }>()
    expect(JSON.stringify(metadata)).toBe(names)
    const response = { model: 'gemini-2.5-flash', input: 'Hi', metadata }
    const answer = await post('/v1/responses', user.key, response)
    for (const read of [answer, await get(user, `/v1/conversations/${id}`)]) {
      expect(await read.text()).toContain(`"metadata":${names}`)
    }
  })

  it.each([
    { previous_response_id: '' },
    { conversation: '' },
    { conversation: { id: '' } },
    { previous_response_id: '', conversation: '' },
  ])('is found again where %j says that nothing stood before it', async (none) => {
    const user = await givenUser()
    const body = { model: 'gemini-2.5-flash', input: 'Hello', ...none }
    const told = await (await post('/v1/responses', user.key, body)).json<{ id: string }>()
    expect(told).toMatchObject({ store: true, previous_response_id: null, conversation: null })
    expect(await (await get(user, `/v1/responses/${told.id}`)).json()).toEqual(told)
  })

  it('is copied into a conversation by references to it', async () => {
    const user = await givenUser()
    const { output } = await responded(user, { input: 'I am Ada.' })
    const items = [
      { role: 'user', content: 'I am Ada.' },
      { type: 'item_reference', id: output[0]?.id },
    ]
    const made = await post('/v1/conversations', user.key, { items, metadata: { a: 'b' } })
    const { id } = await made.json<{ id: string }>()
    const { data } = await (
      await get(user, `/v1/conversations/${id}/items?order=asc&include[]=a&include[]=b`)
    ).json<{ data: ToldItem[] }>()
    expect(data.map(({ content }) => content?.[0]?.text)).toEqual([
      'I am Ada.',
      output[0]?.content?.[0]?.text,
    ])
    // Its metadata are never deleted by mistake.
    const nothing = await errorOf(post(`/v1/conversations/${id}`, user.key, {}))
    expect(nothing).toMatchObject({ status: 400, param: 'metadata' })
    const read = async (): Promise<unknown> => (await get(user, `/v1/conversations/${id}`)).json()
    expect(await read()).toMatchObject({ metadata: { a: 'b' } })
    await post(`/v1/conversations/${id}`, user.key, { metadata: null })
    expect(await read()).toMatchObject({ metadata: {} })
  })

  it('is read with the lists that OpenAI’s SDKs send', async () => {
    const user = await givenUser()
    const { id } = await responded(user)
    const lists = 'include[]=reasoning.encrypted_content&include[]=message.output_text.logprobs'
    expect((await get(user, `/v1/responses/${id}?${lists}`)).status).toBe(200)
    expect((await get(user, `/v1/responses/${id}/input_items?${lists}&limit=1`)).status).toBe(200)
  })

  it.each(['limit=0', 'limit=101', 'order=up', 'limit=1&limit=2'])(
    'is not listed by ?%s',
    async (query) => {
      const user = await givenUser()
      const { id } = await responded(user)
      expect((await get(user, `/v1/responses/${id}/input_items?${query}`)).status).toBe(400)
    },
  )
})

describe('any body', () => {
  it.each(['/v1/responses', '/v1/responses/compact', '/v1/responses/input_tokens'])(
    'on %s is answered, or refused by name, and never Pollux’s fault',
    async (path) => {
      const user = await givenUser()
      let answered = 0
      await fc.assert(
        fc.asyncProperty(
          anyBody(['gemini-2.5-flash', 'gemini-3.8-flash'], RESPONSES),
          async (body) => {
            const answer = await post(path, user.key, written(body))
            const text = await answer.text()
            if (answer.status === 200) answered += 1
            expect([200, 400, 404, text]).toContain(answer.status)
          },
        ),
        { numRuns: 200 },
      )
      expect(answered).toBeGreaterThan(5)
    },
    120_000,
  )
})
