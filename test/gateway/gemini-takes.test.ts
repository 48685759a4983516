/**
 * Parts of a conversation that Gemini accepts only in another form. Tested on each upstream, streamed and whole, with
 * one choice and with two.
 */
import { describe, expect, it } from 'vitest'
import { callsOf, chat, givenUser, google, post, type User } from '../support/pollux.ts'

const KINDS = ['api_key', 'authorized_user', 'service_account'] as const
const WAYS = [{}, { stream: true }, { n: 2 }, { n: 2, stream: true }]
/** Served by all three upstreams. */
const MODEL = 'gemini-3.1-pro-preview'

type Json = Record<string, unknown>
interface Sent {
  contents: { role: string; parts: Json[] }[]
  systemInstruction?: { parts: Json[] }
  tools?: Json[]
}

function handleOf(user: User): string {
  return user.credentials[0]?.handle ?? ''
}

async function sentBy(user: User, body: Json): Promise<Sent> {
  const answer = await chat(user.key, { model: MODEL, ...body })
  const text = await answer.text()
  if (!answer.ok) throw new Error(text)
  const last = (await callsOf(handleOf(user))).at(-1)?.body as Sent & { request?: Sent }
  return last.request ?? last
}

function asked(args: string, ...results: Json[]): Json[] {
  const calls = [{ id: 'a', type: 'function', function: { name: 'f', arguments: args } }]
  return [
    { role: 'user', content: 'hi' },
    { role: 'assistant', content: null, tool_calls: calls },
    ...results,
  ]
}

function result(content: unknown): Json {
  return { role: 'tool', tool_call_id: 'a', content }
}

const TOOLS = [{ type: 'function', function: { name: 'f' } }]
const WAV = btoa('RIFF....WAVEfmt ')
const MP4 = btoa('\0\0\0\x18ftypisom')
const PNG = btoa('\x89PNG\r\n\x1a\n')

describe.each(KINDS)('with %s', (kind) => {
  it.each(WAYS)('a pointer in a result is told as text: %o', async (how) => {
    const user = await givenUser([kind])
    const schema = '{"type":"object","properties":{"a":[{"\\u0024ref":"#/$defs/A"}]}}'
    const messages = asked('{}', result(schema))
    const { contents } = await sentBy(user, { messages, tools: TOOLS, ...how })
    expect(contents.at(-1)?.parts[0]?.['functionResponse']).toMatchObject({
      response: { result: schema },
    })
  })

  it('long whole numbers keep their digits', async () => {
    const user = await givenUser([kind])
    const args = '{"id":12345678901234567890,"in":[-9007199254740993,1.5,7]}'
    const { contents } = await sentBy(user, { messages: asked(args, result('ok')), tools: TOOLS })
    expect(contents[1]?.parts[0]?.['functionCall']).toMatchObject({
      args: { id: '12345678901234567890', in: ['-9007199254740993', 1.5, 7] },
    })
  })

  it.each(WAYS)("the module before a function's name is none of it: %o", async (how) => {
    const user = await givenUser([kind])
    const parts = ['default_api.f', 'default_api:f', 'f'].map((name, x) => ({
      functionCall: { name, args: { x } },
    }))
    await google.script({ credential: handleOf(user), times: 0, reply: { parts } })
    const answer = await chat(user.key, { model: MODEL, tools: TOOLS, ...how })
    const names = (await answer.text()).match(/"name":"[^"]*"/g)
    expect(new Set(names)).toEqual(new Set(['"name":"f"']))
    expect(names).toHaveLength('n' in how ? 6 : 3)
  })

  it.each(
    ['MODEL_ARMOR', 'ESCALATION', 'PUP_LIMITED_DISABLED'].flatMap((reason) =>
      WAYS.map((how) => [reason, how] as const),
    ),
  )('%s is a filter: %o', async (finishReason, how) => {
    const user = await givenUser([kind])
    const reply = { text: 'Half', finishReason }
    await google.script({ credential: handleOf(user), times: 0, reply })
    const answer = await chat(user.key, { model: MODEL, ...how })
    expect(await answer.text()).toContain('"finish_reason":"content_filter"')
  })

  it('sound and film of a result stand beside it', async () => {
    const user = await givenUser([kind])
    const content = [
      { type: 'text', text: 'here' },
      { type: 'image_url', image_url: { url: `data:image/png;base64,${PNG}` } },
      { type: 'input_audio', input_audio: { data: WAV, format: 'wav' } },
      { type: 'video_url', video_url: { url: `data:video/mp4;base64,${MP4}` } },
    ]
    const messages = asked('{}', result(content))
    const model = 'gemini-3-flash-preview'
    const { contents } = await sentBy(user, { model, messages, tools: TOOLS })
    const [answered, ...beside] = contents.at(-1)?.parts ?? []
    expect(answered?.['functionResponse']).toMatchObject({
      response: { result: 'here' },
      parts: [{ inlineData: { mimeType: 'image/png' } }],
    })
    expect(beside).toMatchObject([
      { inlineData: { mimeType: 'audio/wav' } },
      { inlineData: { mimeType: 'video/mp4' } },
    ])
  })

  it.each(WAYS)("a system text after the model's last words stays there: %o", async (how) => {
    const user = await givenUser([kind])
    const messages = [
      { role: 'system', content: 's1' },
      { role: 'user', content: 'a' },
      { role: 'assistant', content: 'b' },
      { role: 'developer', content: 's2' },
    ]
    const { contents, systemInstruction } = await sentBy(user, { messages, ...how })
    expect(systemInstruction?.parts).toEqual([{ text: 's1' }])
    expect(contents).toEqual([
      { role: 'user', parts: [{ text: 'a' }] },
      { role: 'model', parts: [{ text: 'b' }] },
      { role: 'user', parts: [{ text: 's2' }] },
    ])
  })

  it.each(WAYS)("Google's tools beside functions break no later turn: %o", async (how) => {
    const user = await givenUser([kind])
    const tools = [...TOOLS, { type: 'web_search' }]
    await google.script({
      credential: handleOf(user),
      times: 'n' in how ? 2 : 1,
      reply: { parts: [{ functionCall: { name: 'f', args: {} } }] },
    })
    const first = await chat(user.key, { model: MODEL, tools, ...how })
    expect(await first.text()).toContain('"name":"f"')
    const sent = await sentBy(user, { messages: asked('{}', result('ok')), tools, ...how })
    expect(sent.tools).toHaveLength(1)
  })
})

const SOURCE = btoa('export const answer: number = 42\n')
const POINTS = '{"items":[{"$ref":"#/$defs/A"}]}'
const OTHERS: readonly (readonly [string, Json])[] = [
  [
    '/v1/messages',
    {
      max_tokens: 9000,
      messages: [
        { role: 'user', content: 'hi' },
        { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'f', input: {} }] },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 'a', content: POINTS },
            {
              type: 'document',
              source: { type: 'base64', media_type: 'video/mp2t', data: SOURCE },
            },
          ],
        },
      ],
      tools: [{ name: 'f', input_schema: { type: 'object' } }],
    },
  ],
  [
    '/v1/responses',
    {
      input: [
        { role: 'user', content: 'hi' },
        { type: 'function_call', call_id: 'a', name: 'f', arguments: '{}' },
        { type: 'function_call_output', call_id: 'a', output: POINTS },
        {
          role: 'user',
          content: [
            { type: 'input_file', filename: 'a', file_data: `data:video/mp2t;base64,${SOURCE}` },
          ],
        },
      ],
      tools: [{ type: 'function', name: 'f', parameters: { type: 'object' } }],
    },
  ],
]

describe.each(OTHERS)('at %s', (path, body) => {
  it.each(KINDS)('pointers and source code are told as text as well, with %s', async (kind) => {
    const user = await givenUser([kind])
    const answer = await post(path, user.key, { model: MODEL, ...body })
    expect([answer.status, await answer.text()]).toEqual([200, expect.any(String)])
    const last = (await callsOf(handleOf(user))).at(-1)?.body as Sent & { request?: Sent }
    const parts = (last.request ?? last).contents.slice(2).flatMap((content) => content.parts)
    expect(parts[0]?.['functionResponse']).toMatchObject({ response: { result: POINTS } })
    expect(parts.at(-1)?.['text']).toContain('export const answer')
    expect(JSON.stringify(parts)).not.toContain('inlineData')
  })
})

describe('a very deep schema of answers', () => {
  let schema: Json = { type: 'string' }
  for (let level = 0; level < 100; level++) {
    schema = { type: 'object', properties: { a: schema }, required: ['a'] }
  }
  const format = { type: 'json_schema', name: 's', schema }
  const said = [{ role: 'user', content: 'hi' }]
  const output_config = { format: { type: 'json_schema', schema } }
  it.each<[string, Json]>([
    [
      '/v1/chat/completions',
      { messages: said, response_format: { ...format, json_schema: format } },
    ],
    ['/v1/responses', { input: 'hi', text: { format } }],
    ['/v1/messages', { max_tokens: 100, messages: said, output_config }],
  ])('is taken, and becomes anything further down: %s', async (path, body) => {
    for (const kind of KINDS) {
      const user = await givenUser([kind])
      const answer = await post(path, user.key, { model: MODEL, ...body })
      expect([answer.status, await answer.text()]).toEqual([200, expect.anything()])
      expect(JSON.stringify((await callsOf(handleOf(user)))[0]?.body)).toContain('"a":{}')
    }
  })
})
