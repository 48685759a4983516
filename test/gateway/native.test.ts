/** Gemini's own API through the ring: what its clients send and what they must get (docs/clients.md). */
import { describe, expect, it } from 'vitest'
import {
  configure,
  fetchPollux,
  givenUser,
  google,
  MODEL,
  settledStats,
  type User,
} from '../support/pollux.ts'
import { lastRequestOf } from '../support/received.ts'
import {
  eventsOf,
  native,
  NATIVE_BODY,
  type NativeResponse,
  nativeStream,
  wordsOf,
} from '../support/native.ts'

const KINDS = ['api_key', 'authorized_user', 'service_account'] as const
const TEXT = 'Grüße aus Zürich: 🎉 ünïcödé, 日本語 and "quotes"\nin two lines.'

function handleOf(user: User, index = 0): string {
  return user.credentials[index]?.handle ?? ''
}

async function lastCall(handle: string) {
  const calls = await google.calls({ credential: handle })
  const call = calls.at(-1)
  if (call === undefined) throw new Error('Nothing reached Google.')
  return call
}

describe('generateContent', () => {
  it.each(KINDS)('answers as Google does, from %s', async (kind) => {
    const user = await givenUser([kind])
    const answer = await native(user.key)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toContain('application/json')
    expect(answer.headers.get('x-pollux-credential')).toBe(user.credentials[0]?.id)
    const body = await answer.json<NativeResponse>()
    expect(wordsOf([body])).toBe('You said: Hello there')
    expect(body).toMatchObject({ candidates: [{ finishReason: 'STOP' }], usageMetadata: {} })
    const stats = await settledStats(user)
    expect(stats.ring.credentials[0]?.attempts.ok).toBe(1)
  })

  it.each(KINDS)('streams as Google does, from %s', async (kind) => {
    const user = await givenUser([kind])
    const answer = await nativeStream(user.key)
    expect(answer.headers.get('content-type')).toContain('text/event-stream')
    const events = eventsOf(await answer.text())
    expect(wordsOf(events)).toBe('You said: Hello there')
    expect(events.at(-1)).toMatchObject({ candidates: [{ finishReason: 'STOP' }] })
    await settledStats(user)
  })

  it.each(KINDS)('streams an array where no alt is given, from %s', async (kind) => {
    const user = await givenUser([kind])
    const answer = await nativeStream(user.key, NATIVE_BODY, { query: '' })
    expect(answer.headers.get('content-type')).toContain('application/json')
    expect(wordsOf(await answer.json<NativeResponse[]>())).toBe('You said: Hello there')
    await settledStats(user)
  })

  it.each([
    ['an event that says nothing', {}, /\r\n\r\ndata: \{\}\r\n\r\n/],
    [
      'the beginning of the next event, for chats that would trip over another',
      { 'user-agent': 'mine/1.0 google-genai-sdk/3.1.0 gl-node/v24.1.0' },
      /data: {2,}\{/,
    ],
  ])('keeps a silent stream alive by %s', async (_, headers, expected) => {
    const user = await givenUser(['api_key'])
    // STREAM_IDLE_TIMEOUT_MS is 700 in these tests. The pump ticks at a fourth of it.
    await google.script({
      credential: handleOf(user),
      reply: { text: 'one two three', chunkDelayMs: 500 },
    })
    const told = await (await nativeStream(user.key, NATIVE_BODY, { headers })).text()
    expect(told).toMatch(expected)
    const events = eventsOf(told)
    expect(wordsOf(events)).toBe('one two three')
    const isKnown = Object.keys(headers).length > 0
    expect(events.some((event) => Object.keys(event).length === 0)).toBe(!isKnown)
  })

  it.each([
    '/v1',
    '/v1alpha',
    '',
    '/v1beta1/publishers/google',
    '/v1/publishers/google',
    '/v1beta1/projects/p/locations/l/publishers/google',
    '/v1/projects/p/locations/l/publishers/google',
  ])('is served at %s as well, and asked of v1beta', async (version) => {
    const user = await givenUser(['api_key'])
    const answer = await native(user.key, NATIVE_BODY, { version })
    expect(answer.status).toBe(200)
    await answer.text()
    expect((await lastCall(handleOf(user))).path).toMatch(/^\/v1beta\/models\//)
    await settledStats(user)
  })

  it('takes the key from the address, and sends it nowhere', async () => {
    const user = await givenUser(['api_key'])
    const path = `/v1beta/models/${MODEL}:streamGenerateContent?key=${user.key}&alt=sse`
    const answer = await fetchPollux(path, { method: 'POST', body: JSON.stringify(NATIVE_BODY) })
    expect(wordsOf(eventsOf(await answer.text()))).toBe('You said: Hello there')
    expect(JSON.stringify(await lastCall(handleOf(user)))).not.toContain(user.key)
    await settledStats(user)
  })

  it('sends none of the headers of the client', async () => {
    const user = await givenUser(['api_key'])
    const headers = {
      authorization: `Bearer ${user.key}`,
      cookie: '',
      'x-goog-user-project': 'mine',
      'x-gemini-api-privileged-user-id': 'somebody',
      'x-goog-api-client': 'google-genai-sdk/3.1.0',
    }
    await (await native(user.key, NATIVE_BODY, { headers })).text()
    const sent = (await lastCall(handleOf(user))).headers
    for (const name of Object.keys(headers)) expect(sent).not.toHaveProperty(name)
    await settledStats(user)
  })
})

describe('the body', () => {
  it('reaches Google as it came, unknown fields too', async () => {
    const user = await givenUser(['api_key'])
    const body = { ...NATIVE_BODY, fieldOfTomorrow: { a: [1] } }
    const answer = await native(user.key, body)
    expect(answer.status).toBe(400)
    const { error } = await answer.json<NativeResponse>()
    expect(error).toMatchObject({ code: 400, status: 'INVALID_ARGUMENT' })
    expect(error?.message).toContain('fieldOfTomorrow')
    expect((await lastCall(handleOf(user))).body).toEqual(body)
    await settledStats(user)
  })

  it('is not told of a refusal that turns the ring', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    await google.script({ credential: handleOf(user), reply: { error: 'gemini_429_minute' } })
    const answer = await native(user.key)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('x-pollux-attempts')).toBe('2')
    await answer.text()
    await settledStats(user)
  })

  it.each(['authorized_user', 'service_account'] as const)(
    'says whose turn it is where %s demands it',
    async (kind) => {
      const user = await givenUser([kind])
      const body = { contents: [{ parts: [{ text: 'Hello there' }] }] }
      const answer = await native(user.key, body)
      expect(answer.status).toBe(200)
      await answer.text()
      await settledStats(user)
    },
  )

  it('is fitted to the model that stands in', async () => {
    const user = await givenUser(['api_key'])
    await configure(user, { aliases: { mine: MODEL } })
    const body = {
      ...NATIVE_BODY,
      generation_config: { thinking_config: { thinking_level: 'LOW' }, temperature: 0.5 },
    }
    const answer = await native(user.key, body, { model: 'mine' })
    expect(answer.status).toBe(200)
    await answer.text()
    expect((await lastCall(handleOf(user))).body).toMatchObject({
      generationConfig: { thinkingConfig: { thinkingBudget: 1024 }, temperature: 0.5 },
    })
    await settledStats(user)
  })

  it('is understood in small letters too, and keeps names of the client’s own', async () => {
    const user = await givenUser(['api_key'])
    await configure(user, { aliases: { mine: MODEL } })
    const schema = { type: 'object', properties: { first_name: { type: 'string' } } }
    const config = {
      thinkingConfig: { thinkingLevel: 'low' },
      response_format: { text: { mime_type: 'application/json', schema } },
    }
    const answer = await native(
      user.key,
      { ...NATIVE_BODY, generationConfig: config },
      { model: 'mine' },
    )
    expect(answer.status).toBe(200)
    await answer.text()
    expect((await lastCall(handleOf(user))).body).toMatchObject({
      generationConfig: {
        thinkingConfig: { thinkingBudget: 1024 },
        responseFormat: { text: { mimeType: 'application/json', schema } },
      },
    })
    await settledStats(user)
  })

  it.each([
    ['-1', -1],
    ['0', 0],
    ['100000', 24_576],
  ])('reads a number in a text, too: %s', async (thinkingBudget, sent) => {
    const user = await givenUser(['api_key'])
    await configure(user, { aliases: { mine: MODEL } })
    const body = { ...NATIVE_BODY, generationConfig: { thinkingConfig: { thinkingBudget } } }
    const answer = await native(user.key, body, { model: 'mine' })
    expect(answer.status).toBe(200)
    await answer.text()
    expect((await lastRequestOf(user)).generationConfig).toEqual({
      thinkingConfig: { thinkingBudget: sent },
    })
    await settledStats(user)
  })

  // Its client would not know a function of Pollux's own.
  it.each([
    ['responseJsonSchema', 'object'],
    ['response_schema', 'OBJECT'],
  ])('asks in words for JSON that a model has not beside functions: %s', async (field, type) => {
    const user = await givenUser(['api_key'])
    await configure(user, { aliases: { mine: MODEL } })
    const schema = { type, properties: { city: { type: 'string' } } }
    const body = {
      ...NATIVE_BODY,
      tools: [{ functionDeclarations: [{ name: 'f' }] }],
      generationConfig: { responseMimeType: 'application/json', [field]: schema },
    }
    const answer = await native(user.key, body, { model: 'mine' })
    expect(answer.status).toBe(200)
    await answer.text()
    const sent = await lastRequestOf(user)
    expect(sent.tools).toEqual(body.tools)
    expect(sent.toolConfig).toBeUndefined()
    expect(sent.generationConfig).toBeUndefined()
    expect(sent.systemInstruction?.parts[0]?.text).toContain('"city"')
    await settledStats(user)
  })

  it("takes the user's safety settings where it has none of its own", async () => {
    const user = await givenUser(['api_key'])
    const harassment = { category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_NONE' }
    const hate = { category: 'HARM_CATEGORY_HATE_SPEECH', threshold: 'OFF' }
    const own = { category: 'HARM_CATEGORY_HATE_SPEECH', threshold: 'BLOCK_ONLY_HIGH' }
    await configure(user, { safety_settings: [harassment, hate] })
    await (await native(user.key)).text()
    expect((await lastCall(handleOf(user))).body).toEqual({
      ...NATIVE_BODY,
      safetySettings: [harassment, hate],
    })
    await (await native(user.key, { ...NATIVE_BODY, safety_settings: [own] })).text()
    expect((await lastCall(handleOf(user))).body).toEqual({
      ...NATIVE_BODY,
      safety_settings: [harassment, own],
    })
    await settledStats(user)
  })

  // Google's SDK for Python of last year writes numbers, and the upstreams count the categories differently.
  it.each([
    ['api_key', 8],
    ['service_account', 'HARM_CATEGORY_HATE_SPEECH'],
    ['authorized_user', 'HARM_CATEGORY_HATE_SPEECH'],
  ] as const)('means the same categories by their numbers, by %s', async (kind, sent) => {
    const user = await givenUser([kind])
    const hate = { category: 'HARM_CATEGORY_HATE_SPEECH', threshold: 'OFF' }
    await configure(user, { safety_settings: [hate] })
    const body = { ...NATIVE_BODY, safetySettings: [{ category: 8, threshold: 3 }] }
    const answer = await native(user.key, body)
    expect(answer.status).toBe(200)
    await answer.text()
    expect(await lastRequestOf(user)).toMatchObject({
      safetySettings: [{ category: sent, threshold: 3 }],
    })
    await settledStats(user)
  })

  it.each([
    ['{"contents":', 'not valid JSON'],
    ['[]', 'JSON object'],
    ['"x"', 'JSON object'],
    ['', 'empty'],
  ])('%s is refused in the form of Google', async (body, words) => {
    const user = await givenUser(['api_key'])
    const answer = await native(user.key, body)
    expect(answer.status).toBe(400)
    const { error } = await answer.json<NativeResponse>()
    expect(error).toMatchObject({ code: 400, status: 'INVALID_ARGUMENT' })
    expect(error?.message).toContain(words)
  })

  it.each([
    ['tools', [{ file_search: {} }], 'tools[0].file_search'],
    ['mcp', [{ mcpServers: [] }], 'tools[0].mcpServers'],
  ])('with %s for the Gemini API alone goes nowhere else', async (_, tools, param) => {
    const user = await givenUser(['service_account'])
    const answer = await native(user.key, { ...NATIVE_BODY, tools })
    expect(answer.status).toBe(400)
    expect((await answer.json<NativeResponse>()).error?.message).toContain(param)
    expect(await google.calls({ credential: handleOf(user) })).toEqual([])
  })
})

describe('a stream', () => {
  const framings = ['lf', 'crlf', 'cr'].flatMap((newline) =>
    ['events', 'bytes', 'all', 7].map((split) => [newline, split] as const),
  )
  it.each(framings)(
    'has one form whatever the framing (%s) and the splits (%s)',
    async (newline, split) => {
      const user = await givenUser(['api_key'])
      const sse = { newline, split, comments: true, missingFinalNewline: true } as never
      await google.script({ credential: handleOf(user), reply: { text: TEXT, sse } })
      const events = eventsOf(await (await nativeStream(user.key)).text())
      expect(wordsOf(events)).toBe(TEXT)
      await settledStats(user)
    },
  )

  it.each([
    ['breaks the connection off', { breakOffAfter: 2 }, 503],
    ['ends without a finish reason', { finishReason: null }, 503],
    ['reports an error', { errorAfter: { events: 2, error: '503_overloaded' } }, 503],
    ['falls silent', { hangAfter: 2 }, 504],
  ] as const)('that %s ends in an error with a number', async (_, reply, code) => {
    const user = await givenUser(['api_key'])
    const script = { text: 'one two three four five six', ...reply } as never
    await google.script({ credential: handleOf(user), reply: script })
    const events = eventsOf(await (await nativeStream(user.key)).text())
    expect(events.at(-1)).toMatchObject({
      error: { code, status: expect.any(String), message: expect.any(String) },
    })
    expect(wordsOf(events)).toContain('one')
    await google.script({ credential: handleOf(user), reply: script })
    const list = await (
      await nativeStream(user.key, NATIVE_BODY, { query: '' })
    ).json<NativeResponse[]>()
    expect(list.at(-1)).toMatchObject({ error: { code } })
    await settledStats(user)
  })

  it('that is too long for one call is left to its client', async () => {
    const user = await givenUser(['api_key'])
    const reply = { text: 'one ', finishReason: 'CONTINUATION', continuationToken: '+/+/' }
    await google.script({ credential: handleOf(user), reply })
    const events = eventsOf(
      await (await nativeStream(user.key, NATIVE_BODY, { model: 'gemini-4-argon' })).text(),
    )
    expect(events.at(-1)).toMatchObject({
      candidates: [{ finishReason: 'CONTINUATION', continuationToken: '+/+/' }],
    })
    expect(await google.calls({ credential: handleOf(user) })).toHaveLength(1)
    await settledStats(user)
  })
})

describe('a ring that is out of quota', () => {
  it('says when, and names no day', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    await google.script({ credential: handleOf(user), reply: { error: 'gemini_429_minute' } })
    await google.script({ credential: handleOf(user, 1), reply: { error: 'gemini_429_day' } })
    const answer = await native(user.key)
    expect(answer.status).toBe(429)
    const body = await answer.text()
    expect(body).toContain('google.rpc.RetryInfo')
    expect(body).toMatch(/Please retry in \d+s\./)
    expect(body).not.toContain('PerDay')
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
    await settledStats(user)
  })

  it('names the day where all of it is out for that', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    await google.script({ credential: handleOf(user), reply: { error: 'gemini_429_day' } })
    await google.script({ credential: handleOf(user, 1), reply: { error: 'gemini_429_day' } })
    const answer = await native(user.key)
    expect(answer.status).toBe(429)
    expect(await answer.text()).toContain('PerDay')
    await settledStats(user)
  })
})
