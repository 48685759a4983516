/**
 * Half a surrogate pair is not a character. Google refuses it and clients send it back, so none is passed on in
 * either direction.
 */
import { describe, expect, it } from 'vitest'
import { wholeCharacters } from '../../src/routes/service/things/whole-characters.ts'
import {
  callsOf,
  chat,
  fetchPollux,
  givenUser,
  google,
  post,
  settledStats,
  type User,
} from '../support/pollux.ts'

const KINDS = ['api_key', 'authorized_user', 'service_account'] as const
const HALF = 'cut \ud83d'
const OTHER = '\ude00 cut'

/** Whether any text or name holds half a pair. JSON.parse accepts halves. */
function holdsHalf(value: unknown): boolean {
  if (typeof value === 'string') return !value.isWellFormed()
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(value).some(([key, inner]) => !key.isWellFormed() || holdsHalf(inner))
}

function handleOf(user: User): string {
  return user.credentials[0]?.handle ?? ''
}

const EVERYWHERE = {
  messages: [
    { role: 'system', content: HALF },
    { role: 'user', content: [{ type: 'text', text: HALF }] },
    {
      role: 'assistant',
      content: HALF,
      tool_calls: [
        {
          id: HALF,
          type: 'function',
          function: { name: HALF, arguments: `{"${HALF}":"${HALF}"}` },
        },
      ],
    },
    { role: 'tool', tool_call_id: HALF, content: `{"${HALF}":["${OTHER}"]}` },
    { role: 'user', content: [{ type: 'text', text: OTHER }] },
  ],
  tools: [
    {
      type: 'function',
      function: {
        name: HALF,
        description: HALF,
        parameters: {
          type: 'object',
          description: HALF,
          properties: { [HALF]: { type: 'string', enum: [HALF, 'b'] } },
          required: [HALF],
        },
      },
    },
  ],
  stop: [HALF],
}

describe.each(KINDS)('with %s', (kind) => {
  it.each([{}, { stream: true }, { n: 2 }, { n: 2, stream: true }])(
    'Google is sent no half: %o',
    async (how) => {
      const user = await givenUser([kind])
      const answer = await chat(user.key, {
        ...EVERYWHERE,
        ...how,
        model: 'gemini-3.1-pro-preview',
      })
      expect(answer.status).toBe(200)
      await answer.text()
      const calls = await callsOf(handleOf(user))
      expect(calls.length).toBeGreaterThan(0)
      for (const { body } of calls) {
        expect(JSON.stringify(body)).toContain('cut \ufffd')
        expect(holdsHalf(body)).toBe(false)
      }
    },
  )

  it.each([{}, { stream: true }, { n: 2 }, { n: 2, stream: true }])(
    'the client is told no half, and a character cut in two is whole: %o',
    async (how) => {
      const user = await givenUser([kind])
      const text = (piece: string, thought = false) => ({
        text: piece,
        ...(thought && { thought }),
      })
      const call = { name: 'f', args: { [HALF]: [HALF] } }
      await google.script({
        credential: handleOf(user),
        times: 0,
        reply: {
          parts: [
            text('think \ud83d', true),
            text('\ude00 on', true),
            text('say \ud83d'),
            text('\ude00 it \ud83d'),
            { functionCall: call },
          ],
        },
      })
      const tools = [{ type: 'function', function: { name: 'f' } }]
      const answer = await chat(user.key, { tools, ...how })
      const body = await answer.text()
      expect(answer.status).toBe(200)
      const json = body
        .split('\n\n')
        .filter((frame) => frame !== '' && frame !== 'data: [DONE]')
        .map((frame): unknown => JSON.parse(frame.replace(/^data: /, '')))
      for (const frame of json) expect(holdsHalf(frame)).toBe(false)
      const told = textsIn(json)
      for (const args of told.args) expect(holdsHalf(JSON.parse(args))).toBe(false)
      const choices = 'n' in how ? 2 : 1
      expect(told.args).toHaveLength(choices)
      expect(told.content).toBe('say 😀 it \ufffd'.repeat(choices))
      expect(told.thoughts).toBe('think 😀 on'.repeat(choices))
    },
  )
})

interface Said {
  content?: string | null
  reasoning_content?: string
  tool_calls?: { function: { arguments: string } }[]
}

/** The texts of all choices, one after the other. */
function textsIn(json: unknown[]): { content: string; thoughts: string; args: string[] } {
  const choices = json.flatMap(
    (frame) => (frame as { choices: { index: number; message?: Said; delta?: Said }[] }).choices,
  )
  const said = choices
    .toSorted((a, b) => a.index - b.index)
    .map(({ message, delta }) => message ?? delta ?? {})
  return {
    content: said.map(({ content }) => content ?? '').join(''),
    thoughts: said.map(({ reasoning_content }) => reasoning_content ?? '').join(''),
    args: said.flatMap(({ tool_calls = [] }) => tool_calls.map((call) => call.function.arguments)),
  }
}

const MODEL = 'gemini-2.5-flash'
const DECLARED = { name: 'f', description: HALF }
const OTHERS: readonly (readonly [string, object])[] = [
  [
    '/v1/messages',
    {
      model: MODEL,
      max_tokens: 100,
      system: HALF,
      messages: [
        { role: 'user', content: HALF },
        {
          role: 'assistant',
          content: [{ type: 'tool_use', id: 't', name: 'f', input: { a: HALF } }],
        },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: HALF }] },
      ],
      tools: [{ ...DECLARED, input_schema: { type: 'object', properties: { [HALF]: {} } } }],
    },
  ],
  [
    '/v1/responses',
    {
      model: MODEL,
      instructions: HALF,
      input: [
        { role: 'user', content: HALF },
        { type: 'function_call', call_id: HALF, name: 'f', arguments: `{"a":"${HALF}"}` },
        { type: 'function_call_output', call_id: HALF, output: HALF },
      ],
      tools: [{ type: 'function', ...DECLARED, parameters: { type: 'object', properties: {} } }],
    },
  ],
  [
    `/v1beta/models/${MODEL}:generateContent`,
    {
      systemInstruction: { parts: [{ text: HALF }] },
      contents: [{ role: 'user', parts: [{ text: HALF }] }],
      tools: [{ functionDeclarations: [DECLARED] }],
    },
  ],
]

describe.each(OTHERS)('at %s', (path, body) => {
  it.each([false, true])(
    'no half goes either way, and none is lost (stream: %s)',
    async (stream) => {
      for (const kind of KINDS) {
        const user = await givenUser([kind])
        const parts = [
          { text: 'think \ud83d', thought: true },
          { text: '\ude00 on', thought: true },
          { text: 'say \ud83d' },
          { text: '\ude00 it \ud83d' },
          { functionCall: { name: 'f', args: { [HALF]: [HALF] } } },
        ]
        await google.script({ credential: handleOf(user), reply: { parts } })
        const isNative = path.startsWith('/v1beta')
        const streamed = path.replace('generateContent', 'streamGenerateContent?alt=sse')
        const answer = isNative
          ? await post(stream ? streamed : path, user.key, body)
          : await post(path, user.key, { ...body, stream })
        const text = await answer.text()
        expect(answer.status).toBe(200)
        const frames = stream
          ? text.split(/\r?\n/).filter((line) => line.startsWith('data: '))
          : [text]
        const told = frames.map((frame): unknown => JSON.parse(frame.replace(/^data: /, '')))
        expect(holdsHalf(told)).toBe(false)
        // The text comes in pieces. Some dialects repeat it at the end.
        expect(text.replaceAll(/[^\p{L}\p{Extended_Pictographic}\ufffd ]/gu, '')).toMatch(
          /😀.*\ufffd/u,
        )
        const [call] = await callsOf(handleOf(user))
        expect(JSON.stringify(call?.body)).toContain('cut \ufffd')
        expect(holdsHalf(call?.body)).toBe(false)
      }
    },
  )
})

describe('what makes things of Google’s', () => {
  const contents = [{ role: 'user', parts: [{ text: 'word '.repeat(6000) + HALF }] }]
  const requests = { requests: [{ request: { contents }, metadata: { key: HALF } }] }
  const batch = { displayName: HALF, inputConfig: { requests } }
  const embedding = { request: { content: { parts: [{ text: HALF }] } } }
  it.each<[string, string, object]>([
    ['a cache', 'cachedContents', { model: `models/${MODEL}`, displayName: HALF, contents }],
    ['a batch', `models/${MODEL}:batchGenerateContent`, { batch }],
    [
      'a batch of embeddings',
      'models/gemini-embedding-001:asyncBatchEmbedContent',
      { batch: { displayName: HALF, inputConfig: { requests: { requests: [embedding] } } } },
    ],
    ['an interaction', 'interactions', { model: MODEL, input: HALF, system_instruction: HALF }],
    ['a stream', 'interactions', { model: MODEL, input: HALF, stream: true }],
  ])('is sent without a half: %s', async (_, path, body) => {
    const user = await givenUser()
    const answer = await post(`/v1beta/${path}`, user.key, body)
    const text = await answer.text()
    expect([answer.status, text]).toEqual([200, expect.not.stringMatching(/\\ud83d(?!\\ude)/)])
    const [call] = await google.calls({ credential: handleOf(user) })
    expect(JSON.stringify(call?.body)).toContain('cut \ufffd')
    expect(holdsHalf(call?.body)).toBe(false)
    await settledStats(user)
  })

  it('is changed without a half, and an upload begins without one', async () => {
    const user = await givenUser()
    const made = await post('/v1beta/cachedContents', user.key, {
      model: `models/${MODEL}`,
      contents,
    })
    const { name } = await made.json<{ name: string }>()
    const changed = await fetchPollux(`/v1beta/${name}`, {
      method: 'PATCH',
      headers: { 'x-goog-api-key': user.key },
      body: `{"ttl":"600s","displayName":"\\ud83d"}`,
    })
    await changed.text()
    const begun = await post(
      '/upload/v1beta/files',
      user.key,
      `{"file":{"displayName":"\\ud83d"}}`,
      {
        headers: {
          'x-goog-api-key': user.key,
          'x-goog-upload-protocol': 'resumable',
          'x-goog-upload-command': 'start',
          'x-goog-upload-header-content-type': 'text/plain',
        },
      },
    )
    expect(begun.status).toBe(200)
    const calls = await google.calls({ credential: handleOf(user) })
    expect(calls).toHaveLength(3)
    expect(holdsHalf(calls.map(({ body }) => body))).toBe(false)
  })

  it.each([false, true])('tells no half and loses no character (stream: %s)', async (stream) => {
    const user = await givenUser()
    const text = 'say \ud83d \ude00 it 😀 \ud83d'
    await google.script({
      credential: handleOf(user),
      method: 'createInteraction',
      reply: { text },
    })
    const answer = await post('/v1beta/interactions', user.key, {
      model: MODEL,
      input: 'x',
      stream,
    })
    const told = await answer.text()
    expect(answer.status).toBe(200)
    const frames = stream ? told.split('\n').filter((line) => line.startsWith('data: {')) : [told]
    const values = frames.map((frame): unknown => JSON.parse(frame.replace(/^data: /, '')))
    expect(JSON.stringify(values)).toContain('😀')
    expect(holdsHalf(values)).toBe(false)
    await settledStats(user)
  })
})

describe('a count', () => {
  it.each(KINDS)('is told without a half, whatever stands beside it, with %s', async (kind) => {
    const user = await givenUser([kind])
    await google.script({
      credential: handleOf(user),
      method: 'countTokens',
      reply: {
        error: {
          status: 200,
          body: `{"totalTokens":5,"promptTokensDetails":[{"modality":"\\ud83d","tokenCount":5}]}`,
        },
      },
    })
    const answer = await post(`/v1beta/models/${MODEL}:countTokens`, user.key, {
      contents: [{ role: 'user', parts: [{ text: 'Hi' }] }],
    })
    expect(answer.status).toBe(200)
    const told = await answer.json<{ totalTokens: number }>()
    expect(told.totalTokens).toBe(5)
    expect(holdsHalf(told)).toBe(false)
  })
})

describe('the arguments of a call in pieces', () => {
  const event = (functionCall: object, end: object = {}): Record<string, unknown> => ({
    candidates: [{ content: { role: 'model', parts: [{ functionCall }] }, ...end }],
  })
  const piece = (stringValue: unknown, willContinue = true): Record<string, unknown> => ({
    partialArgs: [{ jsonPath: '$.a', stringValue, ...(willContinue && { willContinue }) }],
    willContinue: true,
  })
  const path = `/v1beta/models/${MODEL}:streamGenerateContent?alt=sse`

  it.each(KINDS)('have whole characters in Gemini’s own format, with %s', async (kind) => {
    const user = await givenUser([kind])
    await google.script({
      credential: handleOf(user),
      reply: {
        chunks: [
          event({ name: 'f', willContinue: true }),
          event(piece('cut \ud83d')),
          event(piece('\ude00 on \ud83d', false)),
          event(piece({ toString: 1 }, false)),
          event({ willContinue: false }, { finishReason: 'STOP' }),
        ],
      },
    })
    const contents = [{ role: 'user', parts: [{ text: 'x' }] }]
    const answer = await post(path, user.key, { contents })
    const frames = (await answer.text()).split(/\r?\n/).filter((line) => line.startsWith('data: '))
    const told = frames.map((frame): unknown => JSON.parse(frame.slice('data: '.length)))
    expect(holdsHalf(told)).toBe(false)
    const said = [...JSON.stringify(told).matchAll(/"stringValue":"([^"]*)"/g)].map(
      ([, text]) => text,
    )
    expect(said.join('')).toBe('cut 😀 on \ufffd')
  })
})

describe('the stream of an interaction', () => {
  it('has whole characters, however Google and the network cut it', async () => {
    const delta = (text: string, index = 0): string =>
      `event: step.delta\r\ndata: {"event_type":"step.delta","index":${index},"delta":{"type":"text","text":"${text}"}}\r\n\r\n`
    const sent = `${delta('é \\uD83d')}${delta('\\ud83d', 1)}${delta('\\uDe00 on')}${delta('x', 1)}event: done\ndata: [DONE]\n\n`
    const bytes = new TextEncoder().encode(sent)
    for (const size of [1, 7, bytes.length]) {
      const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
      const told = new Response(readable.pipeThrough(wholeCharacters())).text()
      const writer = writable.getWriter()
      for (let at = 0; at < bytes.length; at += size) {
        await writer.write(bytes.slice(at, at + size))
      }
      await writer.close()
      const texts = [...(await told).matchAll(/"text":"([^"]*)"/g)].map(([, text]) => text)
      expect(texts).toEqual(['é ', '', '😀 on', '\ufffdx'])
      expect(await told).toMatch(/\r\n\r\nevent: done\ndata: \[DONE\]\n\n$/)
    }
  })
})

describe('what is stored', () => {
  it('is told without a half', async () => {
    const user = await givenUser()
    const metadata = { [HALF]: HALF }
    const item = { type: 'message', role: 'user', content: HALF }
    const made = await post('/v1/conversations', user.key, { metadata, items: [item] })
    const { id } = await made.clone().json<{ id: string }>()
    const list = await fetchPollux(`/v1/conversations/${id}/items`, {
      headers: { authorization: `Bearer ${user.key}` },
    })
    for (const answer of [made, list]) {
      const told = await answer.json()
      expect(JSON.stringify(told)).toContain('cut \ufffd')
      expect(holdsHalf(told)).toBe(false)
    }
  })
})

describe('elsewhere', () => {
  it.each([{}, { stream: true }])('completions join characters as well: %o', async (how) => {
    const user = await givenUser()
    const parts = [{ text: 'say \ud83d' }, { text: '\ude00 it \ud83d' }]
    await google.script({ credential: handleOf(user), times: 0, reply: { parts } })
    const answer = await post('/v1/completions', user.key, {
      model: 'gemini-2.5-flash',
      prompt: HALF,
      ...how,
    })
    const body = await answer.text()
    expect(answer.status).toBe(200)
    const frames = body.split('\n\n').filter((frame) => frame !== '' && !frame.includes('[DONE]'))
    const texts = frames.map(
      (frame) =>
        (JSON.parse(frame.replace(/^data: /, '')) as { choices: { text: string }[] }).choices,
    )
    expect(
      texts
        .flat()
        .map(({ text }) => text)
        .join(''),
    ).toBe('say 😀 it \ufffd')
  })

  it('what is quoted in an error holds none', async () => {
    const user = await givenUser()
    const error = { status: 400, message: `Bad ${HALF}` }
    await google.script({ credential: handleOf(user), times: 0, reply: { error } })
    const answer = await chat(user.key)
    expect(answer.status).toBe(400)
    expect(holdsHalf(await answer.json())).toBe(false)
  })
})
