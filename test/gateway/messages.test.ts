/**
 * Anthropic's clients against an emulator that refuses all that Google may refuse. Each way in which a translation
 * could fail has a test.
 */
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { env } from 'cloudflare:workers'
import { runInDurableObject } from 'cloudflare:test'
import type { GenerateContentRequest } from '../../src/gemini/types.ts'
import { accumulated, type Block, eventsOf, type Message } from '../support/message-events.ts'
import { ask, askBothWays, expectOk } from '../support/messages.ts'
import {
  callsOf,
  configure,
  givenUser,
  google,
  settledStats,
  type User,
} from '../support/pollux.ts'
import { lastRequestOf } from '../support/received.ts'

/** Served by all upstreams; demands signatures. */
const GEMINI_3 = 'gemini-3.1-flash-lite'
const TOOLS = ['weather', 'time'].map((name) => ({
  name,
  description: `The ${name} in a city.`,
  input_schema: { type: 'object', properties: { city: { type: 'string' } } },
}))
const UPSTREAMS = ['api_key', 'service_account', 'authorized_user'] as const

function scripted(user: User, ...replies: object[]): Promise<unknown> {
  const credential = user.credentials[0]?.handle ?? ''
  return replies.reduce<Promise<unknown>>(
    (before, reply) => before.then(() => google.script({ credential, reply, times: 1 } as never)),
    Promise.resolve(),
  )
}

function call(name: string, city: string): object {
  return { functionCall: { name, args: { city } } }
}

function toolsIn({ content }: Message): Block[] {
  return content.filter(({ type }) => type === 'tool_use')
}

function result(block: Block, content: unknown = 'sunny'): Block {
  return { type: 'tool_result', tool_use_id: block['id'], content }
}

/** Empties the object's memory of signatures, as a few days would. */
async function forget({ userId }: User): Promise<void> {
  const stub = env.USERS.get(env.USERS.idFromName(userId))
  await runInDurableObject(stub, (_, { storage }) => {
    storage.sql.exec('DELETE FROM call_signatures')
  })
}

describe('a message', () => {
  it.each(UPSTREAMS)('is answered whole and streamed on %s', async (kind) => {
    const user = await givenUser([kind])
    const usage = {
      promptTokenCount: 12,
      cachedContentTokenCount: 5,
      candidatesTokenCount: 7,
      thoughtsTokenCount: 3,
    }
    await scripted(user, { text: 'Hello you', usage }, { text: 'Hello you', usage })
    const messages = await askBothWays(user.key)
    for (const message of messages) {
      expect(message).toEqual({
        id: expect.stringMatching(/^msg_[0-9a-f]{32}$/),
        type: 'message',
        role: 'assistant',
        model: 'gemini-2.5-flash',
        content: [{ type: 'text', text: 'Hello you' }],
        stop_reason: 'end_turn',
        stop_sequence: null,
        usage: {
          input_tokens: 7,
          cache_creation_input_tokens: 0,
          cache_read_input_tokens: 5,
          output_tokens: 10,
          output_tokens_details: { thinking_tokens: 3 },
        },
      })
    }
  })

  it('is taken with either key, both, any version and any path that clients use', async () => {
    const user = await givenUser()
    const wrong = 'sk-ant-nobodys'
    const bearer = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}` })
    const paths = ['/v1/messages', '/v1/messages?beta=true', '/messages', '/v1/v1/messages']
    for (const path of paths) {
      for (const headers of [
        bearer(user.key),
        { 'x-api-key': user.key, 'anthropic-version': 'next' },
        { 'x-api-key': user.key, ...bearer(wrong), 'anthropic-beta': 'a,b' },
        { 'x-api-key': wrong, ...bearer(user.key) },
      ]) {
        const answer = await ask('', {}, { path, headers })
        expect(answer.status, `${path} ${JSON.stringify(headers)}`).toBe(200)
        expect(answer.headers.get('request-id')).toMatch(/^req_/)
      }
    }
  })
})

describe('1. ids of calls', () => {
  it('never come twice, nor bear a letter that is rewritten on its way', async () => {
    const user = await givenUser()
    const parts = [call('weather', 'Paris'), call('weather', 'Paris')]
    const seen = new Set<unknown>()
    for (let turn = 0; turn < 3; turn++) {
      await scripted(user, { parts }, { parts })
      for (const message of await askBothWays(user.key, { tools: TOOLS })) {
        const ids = toolsIn(message).map(({ id }) => id)
        expect(ids).toHaveLength(2)
        for (const id of ids) {
          expect(id).toMatch(/^toolu_[A-Za-z0-9]{24}$/)
          expect(seen.has(id)).toBe(false)
          seen.add(id)
        }
        expect(message.stop_reason).toBe('tool_use')
      }
    }
  })
})

/** How clients change an answer before they send it back. */
const HABITS: Readonly<Record<string, (content: Block[]) => Block[]>> = {
  'as it was': (content) => content,
  'calls behind all else': (content) => [
    ...content.filter(({ type }) => type !== 'tool_use'),
    ...content.filter(({ type }) => type === 'tool_use'),
  ],
  'without thinking': (content) => content.filter(({ type }) => type !== 'thinking'),
  'with its thoughts joined': (content) => {
    const thoughts = content.filter(({ type }) => type === 'thinking')
    const joined = (field: string): string => thoughts.map((each) => String(each[field])).join('')
    const rest = content.filter(({ type }) => type !== 'thinking')
    if (thoughts.length === 0) return rest
    return [
      { type: 'thinking', thinking: joined('thinking'), signature: joined('signature') },
      ...rest,
    ]
  },
}

describe('2. and 3. order and thinking that vanish', () => {
  const cases = Object.keys(HABITS).flatMap((habit) =>
    UPSTREAMS.flatMap((kind) => [true, false].map((stream) => [habit, kind, stream] as const)),
  )
  it.each(cases)(
    'calls come back %s on %s (streamed: %s): own signature, results in order',
    async (habit, kind, stream) => {
      const user = await givenUser([kind])
      const thinking = { type: 'adaptive' }
      const asked = { model: GEMINI_3, tools: TOOLS, thinking, stream }
      const first = [
        { text: 'Let me see.', thought: true },
        { text: 'Looking.' },
        call('weather', 'Paris'),
        call('time', 'Paris'),
        call('weather', 'Paris'),
      ]
      await scripted(user, { parts: first })
      const messages: object[] = [{ role: 'user', content: 'How is Paris?' }]
      const read = async (answer: Response): Promise<Message> =>
        stream ? accumulated(await answer.text()) : answer.json<Message>()
      const answer = await read(await ask(user.key, { ...asked, messages }))
      await settledStats(user)
      const calls = toolsIn(answer)
      expect(calls.map(({ name }) => name)).toEqual(['weather', 'time', 'weather'])
      // Without the object's memory, only what the client sends back is left, or a dummy.
      if (habit !== 'as it was') await forget(user)
      messages.push({ role: 'assistant', content: HABITS[habit]?.(answer.content) })
      const results = calls.map((each, at) => result(each, `result ${at}`))
      messages.push({
        role: 'user',
        content: [...results.toReversed(), { type: 'text', text: 'Go on.' }],
      })
      await scripted(user, { text: 'Fine.' })
      const next = await ask(user.key, { ...asked, messages, stream: false })
      await expectOk(next)
      const { contents } = await lastRequestOf(user)
      const model = contents.at(-2)?.parts ?? []
      const sent = model.filter((part) => part.functionCall !== undefined)
      expect(sent.map((part) => part.functionCall?.name)).toEqual(['weather', 'time', 'weather'])
      const own = habit === 'without thinking' ? /^skip_thought_signature_validator$/ : /^E[g-v]/
      expect(sent[0]?.thoughtSignature).toMatch(own)
      expect(contents.at(-1)?.parts).toEqual([
        ...['weather', 'time', 'weather'].map((name, at) => ({
          functionResponse: { name, id: calls[at]?.['id'], response: { result: `result ${at}` } },
        })),
        { text: 'Go on.' },
      ])
    },
  )

  it('signs thoughts that Google did not sign, and takes them back', async () => {
    const user = await givenUser()
    const asked = { model: GEMINI_3, thinking: { type: 'adaptive' } }
    const parts = [{ text: 'Hm.', thought: true }, { text: 'Well.' }]
    await scripted(user, { parts, signatures: false }, { parts, signatures: false })
    for (const { content } of await askBothWays(user.key, asked)) {
      expect(content).toEqual([
        { type: 'thinking', thinking: 'Hm.', signature: expect.stringMatching(/^px1\./) },
        { type: 'text', text: 'Well.' },
      ])
      const messages = [
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content },
        { role: 'user', content: 'Go on' },
      ]
      await expectOk(await ask(user.key, { ...asked, messages }))
      const { contents } = await lastRequestOf(user)
      expect(contents[1]).toEqual({ role: 'model', parts: [{ text: 'Well.' }] })
    }
  })

  it('tells the signature in thoughts that are there, and in a block of their own where none are', async () => {
    const user = await givenUser()
    const thinking = { type: 'adaptive' }
    const asked = { model: GEMINI_3, tools: TOOLS, thinking }
    const parts = [{ text: 'Hm.', thought: true }, call('weather', 'Paris')]
    await scripted(user, { parts }, { parts })
    for (const { content } of await askBothWays(user.key, asked)) {
      expect(content).toEqual([
        { type: 'thinking', thinking: 'Hm.', signature: expect.stringMatching(/^px1\./) },
        expect.objectContaining({ type: 'tool_use' }),
      ])
    }
    await scripted(user, { parts: [call('time', 'Paris')] }, { parts: [call('time', 'Paris')] })
    for (const { content } of await askBothWays(user.key, asked)) {
      expect(content[0]).toEqual({
        type: 'thinking',
        thinking: '',
        signature: expect.stringMatching(/^px1\./),
      })
    }
    // A client that asked for no thoughts gets no block of thoughts.
    await scripted(user, { parts: [call('time', 'Paris')] }, { parts: [call('time', 'Paris')] })
    for (const { content } of await askBothWays(user.key, { ...asked, thinking: null })) {
      expect(content.map(({ type }) => type)).toEqual(['tool_use'])
    }
  })
})

describe('4. errors that clients understand', () => {
  it('tells a context that is full in the words at which clients compact, and no credential suffers', async () => {
    const user = await givenUser()
    await scripted(user, {
      error: {
        status: 400,
        body: {
          error: {
            code: 400,
            status: 'INVALID_ARGUMENT',
            message:
              'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).',
          },
        },
      },
    })
    const answer = await ask(user.key)
    expect(answer.status).toBe(400)
    expect(answer.headers.get('x-should-retry')).toBe('false')
    expect(await answer.json()).toEqual({
      type: 'error',
      error: {
        type: 'invalid_request_error',
        message: 'prompt is too long: 1200000 tokens > 1048576 maximum',
      },
      request_id: answer.headers.get('request-id'),
    })
  })

  it.each([
    'The input token count (90001) exceeds the maximum number of tokens allowed (90000).',
    'The input token count exceeds the maximum number of tokens allowed 90000.',
    'Unable to submit request because the input token count is 90001 but model only supports up to 90000. Reduce the input token count and try again.',
  ])('takes the numbers from Google’s words: %s', async (message) => {
    const user = await givenUser()
    const body = { error: { code: 400, status: 'INVALID_ARGUMENT', message } }
    await scripted(user, { error: { status: 400, body } })
    expect(await (await ask(user.key)).json()).toMatchObject({
      error: { message: 'prompt is too long: 90001 tokens > 90000 maximum' },
    })
  })

  it.each([
    [{ max_tokens: undefined }, 'max_tokens: Field required'],
    [{ max_tokens: 0 }, /^max_tokens: /],
    [{ model: undefined }, 'model: Field required'],
    [{ messages: [] }, /^messages: /],
    [{ messages: 'hello' }, /^messages: /],
    [{ messages: [{ role: 'robot', content: 'x' }] }, /^messages\.0\.role: /],
    [{ messages: [{ role: 'user', content: 7 }] }, /^messages\.0\.content: /],
    [
      { messages: [{ role: 'user', content: [{ type: 'hologram' }] }] },
      /^messages\.0\.content\.0\.type: .*hologram/,
    ],
    [
      { messages: [{ role: 'user', content: [{ type: 'text' }] }] },
      'messages.0.content.0.text: Field required',
    ],
    [
      {
        messages: [
          {
            role: 'user',
            content: [
              {
                type: 'image',
                source: { type: 'base64', media_type: 'image/gif', data: 'R0lGODlhAQABAAAA' },
              },
            ],
          },
        ],
      },
      /^messages\.0\.content\.0\.source\.data: is image\/gif/,
    ],
    [
      {
        messages: [
          {
            role: 'user',
            content: [
              { type: 'image', source: { type: 'base64', media_type: 'image/png', data: '!!' } },
            ],
          },
        ],
      },
      /^messages\.0\.content\.0\.source\.data: must be base64$/,
    ],
    [
      {
        messages: [
          { role: 'user', content: [{ type: 'image', source: { type: 'file', file_id: 'f' } }] },
        ],
      },
      /^messages\.0\.content\.0\.source\.file_id: names no file/,
    ],
    // Seen only when it is fetched.
    [
      {
        messages: [
          {
            role: 'user',
            content: [{ type: 'image', source: { type: 'url', url: 'http://10.0.0.1/a.png' } }],
          },
        ],
      },
      /^messages\.0\.content\.0\.source\.url: must be an https URL/,
    ],
    [{ stop_sequences: ['a', 'b', 'c', 'd', 'e', 'f'] }, /^stop_sequences: /],
    [{ tools: [{ name: 'f' }] }, 'tools.0.input_schema: Field required'],
    [{ tools: [{ type: 'advisor_20260101', name: 'advisor' }] }, /^tools\.0\.type: /],
    [{ tools: [{ type: 'mcp_toolset', mcp_server_name: 'x' }] }, /^tools\.0\.type: /],
    [{ tools: TOOLS, tool_choice: { type: 'tool', name: 'nothing' } }, /^tool_choice\.name: /],
    [{ mcp_servers: [{ type: 'url', url: 'https://x.example' }] }, /^mcp_servers: /],
    [{ container: 'c' }, /^container: /],
    [{ thread: { type: 'create' } }, /^thread: /],
    [{ thread: { type: 'continue', previous_message_id: 'msg_1' } }, /^thread: /],
    [{ compaction: { type: 'summarize' } }, /^compaction: /],
    [{ context_management: { edits: [{ type: 'compact_20260112' }] } }, /^context_management/],
    [{ thinking: { type: 'sometimes' } }, /^thinking\.type: /],
    [{ thinking: { type: 'enabled', budget_tokens: -2 } }, /^thinking\.budget_tokens: /],
    [{ temperature: 'hot' }, /^temperature: /],
    [{ max_tokens: 1.5 }, 'max_tokens: must be an integer'],
    [{ metadata: [] }, 'metadata: must be an object'],
    [{ output_config: ['x'] }, 'output_config: must be an object'],
    [{ thinking: [] }, 'thinking: must be an object'],
    [{ tool_choice: [] }, 'tool_choice: must be an object'],
    [{ tools: [{ name: 5, input_schema: {} }] }, 'tools.0.name: must be a string'],
    [{ tools: [{ name: '', input_schema: {} }] }, 'tools.0.name: must not be empty'],
    [{ tools: [{ type: { toString: 1 }, name: 'f' }] }, 'tools.0.type: must be a string'],
    [{ messages: [{ role: 'user' }] }, 'messages.0.content: Field required'],
    [
      {
        messages: [
          { role: 'user', content: 'x' },
          { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 5, input: {} }] },
        ],
      },
      'messages.1.content.0.name: must be a string',
    ],
    [
      {
        messages: [
          { role: 'user', content: 'x' },
          {
            role: 'system',
            content: [
              {
                type: 'tool_addition',
                tool: { type: 'tool_definition', definition: { name: 'f' } },
              },
            ],
          },
        ],
      },
      'messages.1.content.0.tool.definition.input_schema: Field required',
    ],
    [
      {
        messages: [
          { role: 'user', content: 'x' },
          { role: 'assistant', content: [{ type: 'compaction', content: 5 }] },
        ],
      },
      'messages.1.content.0.content: must be a string',
    ],
    [
      {
        system: [
          { type: 'text', text: 'x' },
          { type: 'image', source: {} },
        ],
      },
      /^system\.1\.type: is image/,
    ],
    [
      { messages: [{ role: 'system', content: [{ type: 'document', source: {} }] }] },
      /^messages\.0\.content\.0\.type: is document/,
    ],
  ])('names the field that is wrong: %j', async (overrides, message) => {
    const user = await givenUser()
    const answer = await ask(user.key, overrides)
    expect(answer.status).toBe(400)
    const body = await answer.json<{ error: { message: string } }>()
    expect(body).toMatchObject({ type: 'error', error: { type: 'invalid_request_error' } })
    const told = body.error.message
    expect(told).toMatch(message)
    expect(await callsOf(user.credentials[0]?.handle ?? '')).toEqual([])
  })

  it('names a model that nobody knows', async () => {
    const user = await givenUser()
    await configure(user, { models: ['gemini-2.5-flash'] })
    const answer = await ask(user.key, { model: 'gpt-9' })
    expect(answer.status).toBe(404)
    expect(await answer.json()).toMatchObject({
      error: {
        type: 'not_found_error',
        message: expect.stringMatching(/^model: gpt-9\. .* GET \/v1\/models lists/),
      },
    })
  })

  it('takes null for absent', async () => {
    const user = await givenUser()
    const nothing = Object.fromEntries(
      [
        'system',
        'stop_sequences',
        'temperature',
        'top_p',
        'top_k',
        'tools',
        'tool_choice',
        'thinking',
        'output_config',
        'output_format',
        'metadata',
        'container',
        'mcp_servers',
        'context_management',
        'safeguards',
        'service_tier',
        'stream',
        'cache_control',
      ].map((name) => [name, null]),
    )
    expect((await ask(user.key, nothing)).status).toBe(200)
    // The SDK's types allow a container that says nothing.
    const container = { id: null, skills: [] }
    expect((await ask(user.key, { container, mcp_servers: [] })).status).toBe(200)
  })
})

describe('5. system messages anywhere', () => {
  it('stay where they are said, behind the results of their turn', async () => {
    const user = await givenUser()
    const answer = await ask(user.key, {
      model: GEMINI_3,
      tools: TOOLS,
      system: [
        { type: 'text', text: 'x-anthropic-billing-header: cc_version=2; cch=00000;' },
        { type: 'text', text: 'Be short.', cache_control: { type: 'ephemeral' } },
      ],
      messages: [
        { role: 'user', content: 'How is Paris?' },
        {
          role: 'system',
          content: [{ type: 'text', text: 'It is Sunday.' }],
          output_config: { effort: 'low' },
        },
        {
          role: 'assistant',
          content: [{ type: 'tool_use', id: 'a.1', name: 'weather', input: {} }],
        },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a.1', content: 'sun' }] },
        { role: 'system', content: 'The user sent a word.' },
      ],
      thinking: { type: 'adaptive' },
      output_config: { effort: 'high' },
    })
    await expectOk(answer)
    const sent = await lastRequestOf(user)
    expect(sent.systemInstruction?.parts).toEqual([{ text: 'Be short.' }])
    expect(sent.contents[0]?.parts).toEqual([
      { text: 'How is Paris?' },
      { text: '<system-reminder>\nIt is Sunday.\n</system-reminder>' },
    ])
    expect(sent.contents.at(-1)?.parts.map(({ text }) => text)).toEqual([
      undefined,
      '<system-reminder>\nThe user sent a word.\n</system-reminder>',
    ])
    expect(sent.generationConfig?.thinkingConfig).toMatchObject({ thinkingLevel: 'LOW' })
  })

  it('add and remove tools', async () => {
    const user = await givenUser()
    const [one, two] = TOOLS
    const messages = [
      { role: 'user', content: 'Hi' },
      { role: 'system', content: [{ type: 'tool_removal', tool_name: 'weather' }] },
      {
        role: 'system',
        content: [{ type: 'tool_addition', tool: { ...two, name: 'news', defer_loading: true } }],
      },
    ]
    await expectOk(await ask(user.key, { tools: [one, two], messages }))
    const { tools = [], contents } = await lastRequestOf(user)
    const declared = tools.flatMap(({ functionDeclarations = [] }) => functionDeclarations)
    expect(declared.map(({ name }) => name)).toEqual(['time', 'news'])
    expect(contents).toEqual([{ role: 'user', parts: [{ text: 'Hi' }] }])
  })

  const [weather, time] = TOOLS
  const said = (type: string, tool: object): object => ({
    role: 'system',
    content: [{ type, tool }],
  })
  const removal = (name: string, type = 'tool_reference'): object =>
    said('tool_removal', { type, name })
  const addition = (name: string): object => said('tool_addition', { type: 'tool_reference', name })
  const definition = (tool: object): object =>
    said('tool_addition', { type: 'tool_definition', definition: tool })
  const news = { ...time, name: 'news' }

  // As Claude Code and the SDK's tool runner write them.
  it.each<[string, object[], unknown[]]>([
    ['a definition', [definition(news)], ['weather', 'time', 'news']],
    [
      'a definition of a known type',
      [definition({ type: 'bash_20250124', name: 'bash' })],
      ['weather', 'time', 'bash'],
    ],
    ['a removal', [removal('weather')], ['time']],
    [
      'a removal that was taken back',
      [removal('weather'), addition('weather')],
      ['weather', 'time'],
    ],
    ['a definition that was removed', [definition(news), removal('news')], ['weather', 'time']],
    [
      'a definition that was removed, and added again by its name',
      [definition(news), removal('news'), addition('news')],
      ['weather', 'time', 'news'],
    ],
    ['tools of a server', [removal('weather', 'mcp_tool_reference')], ['weather', 'time']],
  ])('change the tools by %s', async (_, changes, names) => {
    const user = await givenUser()
    const messages = [{ role: 'user', content: 'Hi' }, ...changes]
    await expectOk(await ask(user.key, { tools: [weather, time], messages }))
    const { tools = [] } = await lastRequestOf(user)
    const declared = tools.flatMap(({ functionDeclarations = [] }) => functionDeclarations)
    expect(declared.map(({ name }) => name)).toEqual(names)
  })

  it('define a tool anew', async () => {
    const user = await givenUser()
    const messages = [
      { role: 'user', content: 'Hi' },
      definition({ ...weather, description: 'Anew.' }),
    ]
    await expectOk(await ask(user.key, { tools: [weather], messages }))
    const { tools } = await lastRequestOf(user)
    expect(tools?.[0]?.functionDeclarations).toMatchObject([
      { name: 'weather', description: 'Anew.' },
    ])
  })

  it('say nothing more once the turn is over for which they were said, and keep their tools', async () => {
    const user = await givenUser()
    const forTurn = (text: string): object => ({
      role: 'system',
      content: [
        { type: 'text', text },
        { type: 'tool_removal', tool: { type: 'tool_reference', name: 'weather' } },
      ],
      clear_at: 'next_user_message',
    })
    const messages = [
      forTurn('Greet.'),
      { role: 'user', content: 'Hi' },
      forTurn('Be brief.'),
      { role: 'system', content: 'It is Sunday.', clear_at: 'never' },
      { role: 'assistant', content: 'Hello' },
      { role: 'user', content: 'And now?' },
      forTurn('Be long.'),
    ]
    await expectOk(await ask(user.key, { tools: [weather, time], messages }))
    const { contents, systemInstruction, tools } = await lastRequestOf(user)
    const texts = contents.flatMap(({ parts }) => parts.map(({ text }) => text))
    expect(systemInstruction?.parts).toEqual([{ text: 'Greet.' }])
    expect(texts).toEqual([
      'Hi',
      '<system-reminder>\nIt is Sunday.\n</system-reminder>',
      'Hello',
      'And now?',
      '<system-reminder>\nBe long.\n</system-reminder>',
    ])
    expect(tools?.[0]?.functionDeclarations?.map(({ name }) => name)).toEqual(['time'])
  })

  it('of which only a summary is left keep the tools as they changed them', async () => {
    const user = await givenUser()
    const changes = [
      { type: 'tool_addition', tool: { type: 'tool_definition', definition: news } },
      { type: 'tool_removal', tool: { type: 'tool_reference', name: 'weather' } },
    ]
    const summary = { type: 'compaction', content: 'She is Ada.', tool_changes: changes }
    const messages = [
      { role: 'assistant', content: [summary] },
      { role: 'user', content: 'Hi' },
    ]
    await expectOk(await ask(user.key, { tools: [weather, time], messages }))
    const { tools } = await lastRequestOf(user)
    expect(tools?.[0]?.functionDeclarations?.map(({ name }) => name)).toEqual(['time', 'news'])
  })

  it('may be all that there is', async () => {
    const user = await givenUser()
    const answer = await ask(user.key, { messages: [{ role: 'system', content: 'Say hello.' }] })
    expect(answer.status).toBe(200)
  })
})

describe('6. results of every kind', () => {
  const PNG =
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
  const PDF = btoa('%PDF-1.4\n%%EOF')
  const GIF = btoa('GIF89a\x01\x00\x01\x00')
  it.each(UPSTREAMS)('reach Google on %s', async (kind) => {
    const user = await givenUser([kind])
    const contents: [unknown, object][] = [
      [
        [{ type: 'tool_reference', tool_name: 'time' }],
        { response: { result: 'Tool time is loaded.' } },
      ],
      [undefined, { response: { result: '' } }],
      [[], { response: { result: '' } }],
      ['', { response: { result: '' } }],
      ['{"a":1}', { response: { a: 1 } }],
      [
        [
          { type: 'text', text: 'a' },
          { type: 'text', text: 'b' },
        ],
        { response: { result: 'a\nb' } },
      ],
      [
        [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: PNG } }],
        { response: { result: '' } },
      ],
      [
        [
          { type: 'text', text: 'pdf' },
          {
            type: 'document',
            source: { type: 'base64', media_type: 'application/pdf', data: PDF },
          },
        ],
        { response: { result: 'pdf' } },
      ],
      // Sent again with each turn of the conversation, which a refusal would end.
      [
        [
          { type: 'text', text: 'gif' },
          { type: 'image', source: { type: 'base64', media_type: 'image/gif', data: GIF } },
        ],
        {
          response: {
            result:
              'gif\n(A file of this result is image/gif, which is not an image that Gemini reads: PNG, JPEG, WebP, HEIC or HEIF. It was left out.)',
          },
        },
      ],
      [
        [
          {
            type: 'search_result',
            title: 'T',
            source: 'S',
            content: [{ type: 'text', text: 'C' }],
          },
        ],
        { response: { result: 'T\nS\nC' } },
      ],
    ]
    const ids = contents.map((_, at) => `toolu_${at}`)
    const answer = await ask(user.key, {
      model: GEMINI_3,
      tools: TOOLS,
      messages: [
        { role: 'user', content: 'Go' },
        {
          role: 'assistant',
          content: ids.map((id) => ({ type: 'tool_use', id, name: 'weather', input: {} })),
        },
        {
          role: 'user',
          content: [
            ...contents.map(([content], at) => ({
              type: 'tool_result',
              tool_use_id: ids[at],
              content,
            })),
            { type: 'tool_result', tool_use_id: 'nobody', content: 'lost' },
          ],
        },
        {
          role: 'assistant',
          content: [
            { type: 'tool_use', id: 'x', name: 'time', input: { __unparsedToolInput: { a: 1 } } },
          ],
        },
        {
          role: 'user',
          content: [{ type: 'tool_result', tool_use_id: 'x', is_error: true, content: 'bad' }],
        },
      ],
    })
    await expectOk(answer)
    const sent = await lastRequestOf(user)
    const results = sent.contents[2]?.parts ?? []
    contents.forEach(([, expected], at) => {
      expect(results[at]?.functionResponse).toMatchObject({ name: 'weather', ...expected })
    })
    // Media stand beside the results if the model does not accept them inside.
    expect(results.slice(contents.length).map(({ inlineData }) => inlineData?.mimeType)).toEqual([
      'image/png',
      'application/pdf',
    ])
    expect(sent.contents.at(-1)?.parts).toEqual([
      { functionResponse: { name: 'time', id: 'x', response: { error: 'bad' } } },
    ])
  })
})

describe('turns of a conversation', () => {
  const called = (id: string, name: string): Block => ({ type: 'tool_use', id, name, input: {} })
  const given = (id: string, text: string): Block => result({ type: 'tool_use', id }, text)
  const assistant = (...content: Block[]): object => ({ role: 'assistant', content })
  const user = (...content: Block[]): object => ({ role: 'user', content })
  const words = (text: string): Block => ({ type: 'text', text })
  const call = (id: string, name: string): object => ({ functionCall: { id, name, args: {} } })
  const response = (id: string, name: string, text: string): object => ({
    functionResponse: { id, name, response: { result: text } },
  })
  const hi = { role: 'user', parts: [{ text: 'Hi' }] }

  it.each<[string, readonly object[], readonly object[]]>([
    [
      'results in several messages, with a system message in between',
      [
        assistant(called('a', 'weather'), called('b', 'time')),
        user(given('b', 'B')),
        { role: 'system', content: 'Hurry.' },
        user(words('Well'), given('a', 'A')),
      ],
      [
        { role: 'model', parts: [call('a', 'weather'), call('b', 'time')] },
        {
          role: 'user',
          parts: [
            response('a', 'weather', 'A'),
            response('b', 'time', 'B'),
            { text: '<system-reminder>\nHurry.\n</system-reminder>' },
            { text: 'Well' },
          ],
        },
      ],
    ],
    [
      'an id that comes again in a later turn',
      [
        assistant(called('a', 'weather')),
        user(given('a', '1')),
        assistant(called('a', 'time')),
        user(given('a', '2')),
      ],
      [
        { role: 'model', parts: [call('a', 'weather')] },
        { role: 'user', parts: [response('a', 'weather', '1')] },
        { role: 'model', parts: [call('a', 'time')] },
        { role: 'user', parts: [response('a', 'time', '2')] },
      ],
    ],
    [
      'a call that nobody has answered',
      [assistant(called('a', 'weather')), user(words('Stop'))],
      [
        { role: 'model', parts: [call('a', 'weather')] },
        {
          role: 'user',
          parts: [
            {
              functionResponse: {
                id: 'a',
                name: 'weather',
                response: { error: 'No result was sent for this call.' },
              },
            },
          ],
        },
        { role: 'user', parts: [{ text: 'Stop' }] },
      ],
    ],
    [
      'a summary in the assistant’s name, foreign thoughts and blocks of others’ tools',
      [
        assistant(
          { type: 'compaction', content: 'She is Ada.' },
          // Anthropic's summary of a conversation that it could not sum up.
          { type: 'compaction', content: null },
          { type: 'thinking', thinking: 'Hm.', signature: 'EqQBsomebodys' },
          { type: 'redacted_thinking', data: 'EqQBsomebodys' },
          { type: 'mcp_tool_use', id: 'm', name: 'q', input: {} },
          { type: 'mcp_tool_result', tool_use_id: 'm', content: [] },
          words('Hello'),
        ),
        user(
          {
            type: 'document',
            title: 'T',
            context: 'C',
            source: { type: 'text', media_type: 'text/plain', data: 'D' },
          },
          { type: 'document', source: { type: 'content', content: [words('E')] } },
        ),
      ],
      [
        { role: 'model', parts: [{ text: 'Hello' }] },
        { role: 'user', parts: [{ text: 'T\nC' }, { text: 'D' }, { text: 'E' }] },
      ],
    ],
  ])('%s', async (what, messages, contents) => {
    const someone = await givenUser()
    await expectOk(
      await ask(someone.key, { messages: [{ role: 'user', content: 'Hi' }, ...messages] }),
    )
    const [first, ...rest] = (await lastRequestOf(someone)).contents
    const summary = what.startsWith('a summary') ? [{ text: 'She is Ada.' }] : []
    expect(first).toEqual({ ...hi, parts: [...hi.parts, ...summary] })
    expect(rest).toEqual(contents)
  })
})

describe('7. counts', () => {
  it('are the same in both events of a stream', async () => {
    const user = await givenUser()
    const usage = { promptTokenCount: 40, candidatesTokenCount: 5, thoughtsTokenCount: 2 }
    await scripted(user, { text: 'one two three', usage })
    const events = eventsOf(await (await ask(user.key, { stream: true })).text())
    const deltas = events.filter(({ event }) => event === 'message_delta')
    expect(deltas).toHaveLength(1)
    const start = events[0]?.data['message'] as Message
    const input = { input_tokens: 40, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 }
    expect(start.usage).toMatchObject({ ...input, output_tokens: 0 })
    expect(deltas[0]?.data['usage']).toMatchObject({ ...input, output_tokens: 7 })
  })
})

describe('a stream whose prompt Google counts at its end', () => {
  it.each(['service_account', 'authorized_user'] as const)(
    'begins with an estimate on %s',
    async (kind) => {
      const user = await givenUser([kind])
      const messages = [{ role: 'user', content: 'word '.repeat(400) }]
      const text = await (await ask(user.key, { stream: true, messages })).text()
      const start = eventsOf(text)[0]?.data['message'] as Message
      expect(start.usage['input_tokens']).toBe(500)
    },
  )
})

describe('8. text in one block', () => {
  it('however Google cuts it, and whatever comes between that nobody sees', async () => {
    const user = await givenUser()
    const chunks = [['a'], ['b', 'c'], ['hm'], ['d']].map((texts, at) => ({
      candidates: [
        {
          content: {
            role: 'model',
            parts: texts.map((text) => ({ text, ...(at === 2 && { thought: true }) })),
          },
          ...(at === 3 && { finishReason: 'STOP' }),
        },
      ],
    }))
    await scripted(user, { chunks })
    const message = accumulated(await (await ask(user.key, { stream: true })).text())
    expect(message.content).toEqual([{ type: 'text', text: 'abcd' }])
  })
})

describe('9. auto mode', () => {
  it('lets nothing of safeguards, metadata and their like out to Google, nor into a log', async () => {
    const user = await givenUser()
    const secret = 'SECRET-OF-THE-CLIENT'
    const logged: string[] = []
    for (const channel of ['log', 'warn', 'error'] as const) {
      vi.spyOn(console, channel).mockImplementation((...words) => {
        logged.push(JSON.stringify(words))
      })
    }
    onTestFinished(() => {
      vi.restoreAllMocks()
    })
    const answer = await ask(user.key, {
      safeguards: [{ type: 'dangerous_tool_use', classifier_context: { cwd: secret } }],
      metadata: { user_id: JSON.stringify({ device_id: secret, session_id: 's' }) },
      cache_control: { type: 'ephemeral', ttl: secret },
      system: [{ type: 'text', text: `x-anthropic-billing-header: cch=${secret};` }],
      context_management: { edits: [{ type: 'clear_thinking_20251015', keep: secret }] },
      diagnostics: secret,
      tools: [
        {
          ...TOOLS[0],
          defer_loading: true,
          cache_control: { type: secret },
          input_examples: [secret],
          strict: true,
        },
      ],
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'Hi', cache_control: { type: secret } }] },
      ],
    })
    expect(answer.status).toBe(200)
    expect(await answer.text()).not.toContain('safeguard')
    const [sent] = await callsOf(user.credentials[0]?.handle ?? '')
    expect(JSON.stringify(sent)).not.toContain(secret)
    expect(logged.length).toBeGreaterThan(0)
    expect(logged.join('\n')).not.toContain(secret)
    expect(JSON.stringify(sent?.body)).not.toMatch(/defer_loading|strict|cache_control/)
  })
})

describe('10. streams that break', () => {
  it.each([
    ['breaks off', { breakOffAfter: 2 }],
    ['has no end', { finishReason: null }],
    ['falls silent', { hangAfter: 2 }],
    ['reports an error', { errorAfter: { events: 2, error: '503_overloaded' } }],
  ])('that %s ends in an error that is asked again', async (_, reply) => {
    const user = await givenUser()
    await scripted(user, { text: 'one two three four five six', ...reply })
    const answer = await ask(user.key, { stream: true })
    expect(answer.status).toBe(200)
    const events = eventsOf(await answer.text())
    expect(events.at(-1)?.data).toMatchObject({
      type: 'error',
      error: { type: 'overloaded_error', message: expect.any(String) },
      request_id: answer.headers.get('request-id'),
    })
    expect(events.map(({ event }) => event)).not.toContain('message_stop')
    expect(events.map(({ event }) => event)).not.toContain('message_delta')
  })

  it('never tells a call whose arguments are not whole', async () => {
    const user = await givenUser(['service_account'])
    const chunks = [
      { functionCall: { name: 'weather', willContinue: true } },
      {
        functionCall: {
          partialArgs: [{ jsonPath: '$.city', stringValue: 'Par', willContinue: true }],
          willContinue: true,
        },
      },
    ].map((part, at) => ({
      candidates: [
        {
          content: { role: 'model', parts: [part] },
          ...(at === 1 && { finishReason: 'MAX_TOKENS' }),
        },
      ],
    }))
    await scripted(user, { chunks })
    const message = accumulated(await (await ask(user.key, { stream: true, tools: TOOLS })).text())
    expect(message).toMatchObject({ content: [], stop_reason: 'max_tokens' })
  })
})

describe('stop reasons', () => {
  it.each([
    ['STOP', 'end_turn'],
    ['MAX_TOKENS', 'max_tokens'],
    ['SAFETY', 'refusal'],
    ['PROHIBITED_CONTENT', 'refusal'],
    ['RECITATION', 'refusal'],
  ])('%s is %s', async (finishReason, stop_reason) => {
    const user = await givenUser()
    await scripted(user, { text: 'Some text', finishReason }, { text: 'Some text', finishReason })
    for (const message of await askBothWays(user.key)) {
      expect(message).toMatchObject({ stop_reason, stop_sequence: null })
      expect(JSON.stringify(message)).not.toMatch(/"category":"/)
    }
  })

  const full = { promptTokenCount: 1_048_000, candidatesTokenCount: 576 }
  it.each([
    [
      'a whole context',
      { text: 'x', finishReason: 'MAX_TOKENS', usage: full },
      'model_context_window_exceeded',
    ],
    ['a reason that nobody knows', { text: 'x', finishReason: 'SOMETHING_NEW' }, 'end_turn'],
  ])('%s is told', async (_, reply, stop_reason) => {
    const user = await givenUser()
    await scripted(user, reply, reply)
    for (const message of await askBothWays(user.key))
      expect(message).toMatchObject({ stop_reason })
  })

  it('a call that Google could not read is an error that is asked again', async () => {
    const user = await givenUser()
    const reply = { text: 'Let me', finishReason: 'MALFORMED_FUNCTION_CALL' }
    await scripted(user, reply, reply)
    const whole = await ask(user.key, { tools: TOOLS })
    expect([whole.status, whole.headers.get('x-should-retry')]).toEqual([500, null])
    const events = eventsOf(await (await ask(user.key, { tools: TOOLS, stream: true })).text())
    expect(events.at(-1)?.data).toMatchObject({ error: { type: 'overloaded_error' } })
  })

  it.each([[{ text: '' }], [{ parts: [{ text: 'Hm.', thought: true }] }]])(
    'an answer that says nothing, %j, is asked for once more and then told in words',
    async (reply) => {
      const user = await givenUser()
      await scripted(user, reply, { text: 'At last.' }, reply, { text: 'At last.' })
      for (const { content } of await askBothWays(user.key)) {
        expect(content).toEqual([{ type: 'text', text: 'At last.' }])
      }
      await scripted(user, reply, reply, reply, reply)
      for (const message of await askBothWays(user.key)) {
        expect(message).toMatchObject({
          content: [{ type: 'text', text: '(The model gave no answer.)' }],
          stop_reason: 'end_turn',
        })
      }
      // Where a stop sequence came first, nothing is the answer.
      await scripted(user, reply, reply)
      for (const { content } of await askBothWays(user.key, { stop_sequences: ['x'] })) {
        expect(content).toEqual([])
      }
      expect(await callsOf(user.credentials[0]?.handle ?? '')).toHaveLength(4 + 4 + 2)
    },
  )

  it('a blocked prompt is a refusal that says why, without a category', async () => {
    const user = await givenUser()
    await scripted(
      user,
      { blockReason: 'PROHIBITED_CONTENT' },
      { blockReason: 'PROHIBITED_CONTENT' },
    )
    for (const message of await askBothWays(user.key)) {
      expect(message).toMatchObject({
        content: [],
        stop_reason: 'refusal',
        stop_details: {
          type: 'refusal',
          category: null,
          explanation: expect.stringContaining('PROHIBITED_CONTENT'),
        },
      })
    }
  })
})

describe('models', () => {
  it.each([
    ['anthropic/gemini-2.5-flash', 'gemini-2.5-flash'],
    ['models/gemini-2.5-flash', 'gemini-2.5-flash'],
    ['claude-opus-5-5', 'gemini-3.1-pro-preview'],
    ['claude-fable-1', 'gemini-3.1-pro-preview'],
    ['claude-sonnet-4-5-20250929', 'gemini-3.5-flash'],
    ['claude-haiku-5-5', 'gemini-3.1-flash-lite'],
    ['anthropic/claude-3-5-haiku-latest', 'gemini-3.1-flash-lite'],
    ['claude-next', 'gemini-3.5-flash'],
  ])('%s is served by %s, and answered under its own name', async (model, target) => {
    const user = await givenUser()
    const answer = await ask(user.key, { model })
    await expectOk(answer)
    expect(await answer.json()).toMatchObject({ model })
    expect(answer.headers.get('x-pollux-model')).toBe(target)
  })

  it('a user’s own alias goes before', async () => {
    const user = await givenUser()
    await configure(user, { aliases: { 'claude-haiku-5-5': 'gemini-2.5-pro' } })
    const answer = await ask(user.key, { model: 'claude-haiku-5-5' })
    expect(answer.headers.get('x-pollux-model')).toBe('gemini-2.5-pro')
  })
})

describe('what is asked of Google', () => {
  async function asked(overrides: Record<string, unknown>): Promise<GenerateContentRequest> {
    const user = await givenUser()
    const answer = await ask(user.key, overrides)
    await expectOk(answer)
    return lastRequestOf(user)
  }

  it.each([128_000, 1e12])('clamps max_tokens and never refuses it: %d', async (max_tokens) => {
    const { generationConfig } = await asked({ max_tokens })
    expect(generationConfig?.maxOutputTokens).toBe(65_536)
  })

  it.each([
    [
      'gemini-2.5-flash',
      { thinking: { type: 'enabled', budget_tokens: 2048 } },
      { thinkingBudget: 2048, includeThoughts: true },
    ],
    [
      'gemini-2.5-flash',
      { thinking: { type: 'adaptive' } },
      { thinkingBudget: -1, includeThoughts: true },
    ],
    [
      'gemini-2.5-flash',
      { thinking: { type: 'enabled', budget_tokens: -1 } },
      { thinkingBudget: -1, includeThoughts: true },
    ],
    [
      'gemini-3.6-flash',
      { thinking: { type: 'enabled', budget_tokens: -1 } },
      { includeThoughts: true },
    ],
    [
      'gemini-2.5-flash',
      { thinking: { type: 'adaptive', display: 'omitted' }, output_config: { effort: 'low' } },
      { thinkingBudget: 1024 },
    ],
    [
      'gemini-2.5-flash',
      { thinking: { type: 'adaptive', display: 'updates' }, output_config: { effort: 'max' } },
      { thinkingBudget: 24_576, includeThoughts: true },
    ],
    ['gemini-2.5-flash', { thinking: { type: 'disabled' } }, { thinkingBudget: 0 }],
    ['gemini-2.5-pro', { thinking: { type: 'disabled' } }, { thinkingBudget: 128 }],
    ['gemini-2.5-flash', { output_config: { effort: 'high' } }, { thinkingBudget: 0 }],
    [
      'gemini-2.5-flash',
      { thinking: { type: 'enabled', budget_tokens: 31_999 }, max_tokens: 32_000 },
      { thinkingBudget: 24_000, includeThoughts: true },
    ],
    ['gemini-2.5-flash', { max_tokens: 200 }, { thinkingBudget: 0 }],
    ['gemini-2.5-flash', {}, undefined],
    [
      'gemini-3.6-flash',
      { thinking: { type: 'adaptive' }, output_config: { effort: 'medium' } },
      { thinkingLevel: 'MEDIUM', includeThoughts: true },
    ],
    [
      'gemini-3.6-flash',
      { thinking: { type: 'adaptive' }, output_config: { effort: 'xhigh' } },
      { thinkingLevel: 'HIGH', includeThoughts: true },
    ],
    ['gemini-3.6-flash', { thinking: { type: 'between_tools' } }, { includeThoughts: true }],
    [
      'gemini-3.6-flash',
      { thinking: { type: 'enabled', budget_tokens: 1024 } },
      { thinkingLevel: 'LOW', includeThoughts: true },
    ],
    [
      'gemini-3.6-flash',
      { thinking: { type: 'enabled', budget_tokens: 30_000 } },
      { thinkingLevel: 'HIGH', includeThoughts: true },
    ],
    // The AI SDK says so little by itself, and Google counts thoughts within it.
    [
      'gemini-2.5-flash',
      { thinking: { type: 'adaptive' }, max_tokens: 4096 },
      { thinkingBudget: 3072, includeThoughts: true },
    ],
    ['gemini-3.6-flash', { thinking: { type: 'disabled' } }, { thinkingLevel: 'MINIMAL' }],
    ['gemini-3.8-flash', { output_config: { effort: 'high' } }, { thinkingLevel: 'LOW' }],
  ] as const)('%s thinks as asked: %j', async (model, overrides, expected) => {
    const { generationConfig } = await asked({ model, max_tokens: 60_000, ...overrides })
    expect(generationConfig?.thinkingConfig).toEqual(expected)
  })

  it('answers in JSON of a schema, in either field', async () => {
    const schema = {
      type: 'object',
      properties: { title: { type: 'string' } },
      required: ['title'],
    }
    const format = { type: 'json_schema', schema }
    for (const fields of [{ output_config: { format } }, { output_format: format }]) {
      const { generationConfig } = await asked(fields)
      expect(generationConfig).toMatchObject({
        responseMimeType: 'application/json',
        responseJsonSchema: schema,
      })
    }
  })

  it('goes on after a prefill', async () => {
    const { contents } = await asked({
      messages: [
        { role: 'user', content: 'Write.' },
        { role: 'assistant', content: 'Once upon' },
      ],
    })
    expect(contents.map(({ role }) => role)).toEqual(['user', 'model', 'user'])
    expect(contents[1]?.parts).toEqual([{ text: 'Once upon' }])
  })

  it.each([
    [{ type: 'auto' }, undefined],
    [{ type: 'any' }, { functionCallingConfig: { mode: 'ANY' } }],
    [{ type: 'none' }, { functionCallingConfig: { mode: 'NONE' } }],
    [
      { type: 'tool', name: 'time' },
      { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['time'] } },
    ],
  ])('chooses %j', async (tool_choice, toolConfig) => {
    expect((await asked({ tools: TOOLS, tool_choice })).toolConfig).toEqual(toolConfig)
  })

  it('declares deferred tools, and no placeholder; what finds tools is not needed', async () => {
    const { tools } = await asked({
      tools: [
        { ...TOOLS[0], defer_loading: true },
        { name: 'DeferredToolPlaceholder', input_schema: { type: 'object' } },
        { type: 'tool_search_tool_bm25_20251119', name: 'tool_search_tool_bm25' },
      ],
    })
    expect(
      tools?.flatMap(({ functionDeclarations = [] }) =>
        functionDeclarations.map(({ name }) => name),
      ),
    ).toEqual(['weather'])
  })

  it('declares the tools whose schemas only Anthropic’s models know', async () => {
    const { tools } = await asked({
      tools: [
        { type: 'bash_20250124', name: 'bash' },
        { type: 'text_editor_20250728', name: 'str_replace_based_edit_tool' },
        { type: 'memory_20250818', name: 'memory' },
        {
          type: 'computer_20250124',
          name: 'computer',
          display_width_px: 800,
          display_height_px: 600,
        },
      ],
    })
    const declared = tools?.flatMap(({ functionDeclarations = [] }) => functionDeclarations) ?? []
    expect(declared.map(({ name }) => name)).toEqual([
      'bash',
      'str_replace_based_edit_tool',
      'memory',
      'computer',
    ])
    for (const { parametersJsonSchema } of declared) {
      expect(parametersJsonSchema).toMatchObject({ type: 'object', properties: expect.any(Object) })
    }
  })

  it.each([
    ['text_editor_20241022', 'str_replace_editor', true],
    ['text_editor_20250124', 'str_replace_editor', true],
    ['text_editor_20250429', 'str_replace_based_edit_tool', false],
    ['text_editor_20250728', 'str_replace_based_edit_tool', false],
  ])('knows which editor may undo: %s', async (type, name, mayUndo) => {
    const { tools } = await asked({ tools: [{ type }] })
    const [declared] = tools?.[0]?.functionDeclarations ?? []
    expect(declared?.name).toBe(name)
    expect(JSON.stringify(declared).includes('undo_edit')).toBe(mayUndo)
  })

  it('translates names that Google does not take, and back', async () => {
    const user = await givenUser()
    const name = `mcp__server__${'a'.repeat(105)}`
    const tools = [{ name, input_schema: { type: 'object', properties: {} } }]
    await ask(user.key, { tools })
    const told = (await lastRequestOf(user)).tools?.[0]?.functionDeclarations?.[0]?.name ?? ''
    expect(told.length).toBeLessThanOrEqual(64)
    const reply = { parts: [{ functionCall: { name: told, args: {} } }] }
    await scripted(user, reply, reply)
    for (const message of await askBothWays(user.key, { tools })) {
      expect(toolsIn(message)).toMatchObject([{ name, input: {} }])
    }
  })

  it('keeps to one call where the client wants one', async () => {
    const user = await givenUser()
    const reply = { parts: [call('weather', 'Paris'), call('time', 'Paris')] }
    await scripted(user, reply, reply)
    const tool_choice = { type: 'any', disable_parallel_tool_use: true }
    for (const message of await askBothWays(user.key, { tools: TOOLS, tool_choice })) {
      expect(toolsIn(message).map(({ name }) => name)).toEqual(['weather'])
    }
  })
})

describe('web search', () => {
  const tools = [
    {
      type: 'web_search_20250305',
      name: 'web_search',
      allowed_domains: ['example.org'],
      max_uses: 8,
    },
  ]
  const groundingMetadata = {
    webSearchQueries: ['weather paris'],
    groundingChunks: [
      { web: { uri: 'https://example.org/a', title: 'A' } },
      { web: { uri: 'https://example.org/b', title: 'B' } },
    ],
    groundingSupports: [
      { segment: { startIndex: 0, endIndex: 5, text: 'Sunny' }, groundingChunkIndices: [0] },
    ],
  }

  it('is Google’s, told as Anthropic’s: the search, what it found, then the text with its sources', async () => {
    const user = await givenUser()
    const reply = { text: 'Sunny in Paris.', candidate: { groundingMetadata } }
    await scripted(user, reply, reply)
    for (const message of await askBothWays(user.key, { tools, tool_choice: { type: 'auto' } })) {
      const id = message.content[0]?.['id']
      expect(id).toMatch(/^srvtoolu_[A-Za-z0-9]{24}$/)
      expect(message.content).toEqual([
        { type: 'server_tool_use', id, name: 'web_search', input: { query: 'weather paris' } },
        {
          type: 'web_search_tool_result',
          tool_use_id: id,
          content: ['a', 'b'].map((page) => ({
            type: 'web_search_result',
            url: `https://example.org/${page}`,
            title: page.toUpperCase(),
            encrypted_content: '',
            page_age: null,
          })),
        },
        {
          type: 'text',
          text: 'Sunny in Paris.',
          citations: [
            {
              type: 'web_search_result_location',
              cited_text: 'Sunny',
              encrypted_index: '',
              title: 'A',
              url: 'https://example.org/a',
            },
          ],
        },
      ])
      expect(message.stop_reason).toBe('end_turn')
      expect(message.usage['server_tool_use']).toMatchObject({ web_search_requests: 1 })
    }
    const sent = await lastRequestOf(user)
    expect(sent.tools).toEqual([{ googleSearch: {} }])
    expect(sent.systemInstruction?.parts.at(-1)?.text).toContain('example.org')
  })

  it('is alone where it is chosen, since Google leaves it out beside functions', async () => {
    const user = await givenUser()
    const reply = { text: 'Sunny in Paris.', candidate: { groundingMetadata } }
    await scripted(user, reply, reply)
    const both = { tools: [...TOOLS, ...tools], tool_choice: { type: 'tool', name: 'web_search' } }
    for (const message of await askBothWays(user.key, both)) {
      expect(message.content[0]).toMatchObject({ type: 'server_tool_use', name: 'web_search' })
    }
    expect((await lastRequestOf(user)).tools).toEqual([{ googleSearch: {} }])
  })

  it('is not made where no tool may be used', async () => {
    const user = await givenUser()
    await expectOk(await ask(user.key, { tools, tool_choice: { type: 'none' } }))
    const sent = await lastRequestOf(user)
    expect(sent.tools).toBeUndefined()
    expect(JSON.stringify(sent)).not.toContain('example.org')
  })

  it('beside functions is left out, and so is what would be said of it', async () => {
    const user = await givenUser()
    await expectOk(await ask(user.key, { tools: [...TOOLS, ...tools] }))
    const sent = await lastRequestOf(user)
    expect(sent.tools?.map((tool) => Object.keys(tool))).toEqual([['functionDeclarations']])
    expect(JSON.stringify(sent)).not.toContain('example.org')
  })

  it('for tools, chosen, leaves the model its functions, which are all there', async () => {
    const user = await givenUser()
    const type = 'tool_search_tool_bm25_20251119'
    const answer = await ask(user.key, {
      tools: [...TOOLS, { type, name: 'tool_search_tool_bm25' }],
      tool_choice: { type: 'tool', name: 'tool_search_tool_bm25' },
    })
    await expectOk(answer)
    const { tools: told, toolConfig } = await lastRequestOf(user)
    expect(told?.[0]?.functionDeclarations).toHaveLength(2)
    expect(toolConfig).toBeUndefined()
  })

  it('comes back in a later turn without harm', async () => {
    const user = await givenUser()
    const answer = await ask(user.key, {
      messages: [
        { role: 'user', content: 'Search' },
        {
          role: 'assistant',
          content: [
            {
              type: 'server_tool_use',
              id: 'srvtoolu_1',
              name: 'web_search',
              input: { query: 'q' },
            },
            { type: 'web_search_tool_result', tool_use_id: 'srvtoolu_1', content: [] },
            { type: 'text', text: 'Found.' },
            { type: 'never_heard_of' },
          ],
        },
        { role: 'user', content: 'Thanks' },
      ],
    })
    expect(answer.status).toBe(200)
    expect((await lastRequestOf(user)).contents[1]).toEqual({
      role: 'model',
      parts: [{ text: 'Found.' }],
    })
  })

  it('runs code of its own', async () => {
    const user = await givenUser()
    const parts = [
      { executableCode: { language: 'PYTHON', code: 'print(1)' } },
      { codeExecutionResult: { outcome: 'OUTCOME_OK', output: '1\n' } },
      { text: 'It is 1.' },
    ]
    await scripted(user, { parts }, { parts })
    const asked = { tools: [{ type: 'code_execution_20250522', name: 'code_execution' }] }
    for (const { content } of await askBothWays(user.key, asked)) {
      const id = content[0]?.['id']
      expect(content).toMatchObject([
        { type: 'server_tool_use', name: 'code_execution', input: { code: 'print(1)' } },
        {
          type: 'code_execution_tool_result',
          tool_use_id: id,
          content: { type: 'code_execution_result', stdout: '1\n', stderr: '', return_code: 0 },
        },
        { type: 'text', text: 'It is 1.' },
      ])
    }
  })

  const code = { executableCode: { language: 'PYTHON', code: 'f()' } }
  const ran = (outcome: string, output?: string): object => ({
    codeExecutionResult: { outcome: `OUTCOME_${outcome}`, ...(output && { output }) },
  })
  const came = (stdout: string, stderr = ''): object => ({
    type: 'code_execution_result',
    stdout,
    stderr,
    return_code: stderr === '' ? 0 : 1,
    content: [],
  })
  const lost = { type: 'code_execution_tool_result_error', error_code: 'unavailable' }
  const words = { text: 'So.' }

  it.each<[string, object[], (object | string)[]]>([
    ['that wrote nothing', [code, ran('OK'), words], [came(''), 'So.']],
    ['that failed', [code, ran('FAILED', 'Traceback'), words], [came('', 'Traceback'), 'So.']],
    ['that failed without a word', [code, ran('FAILED')], [came('', 'The code failed.')]],
    [
      'that was stopped',
      [code, ran('DEADLINE_EXCEEDED'), words],
      [came('', 'The code ran for too long and was stopped.'), 'So.'],
    ],
    ['of which nothing came', [code, words], [lost, 'So.']],
    ['that ends the answer', [code], [lost]],
    [
      'with another before its result',
      [code, code, ran('OK', '1'), ran('OK', '2')],
      [came('1'), came('2')],
    ],
    ['that nobody wrote', [ran('OK', '1'), words], ['\n```\n1\n```\nSo.']],
  ])('tells of code %s, with one result for each use', async (_, parts, expected) => {
    const user = await givenUser()
    await scripted(user, { parts }, { parts })
    const asked = { tools: [{ type: 'code_execution_20250825', name: 'code_execution' }] }
    for (const { content } of await askBothWays(user.key, asked)) {
      const uses = content.filter(({ type }) => type === 'server_tool_use').map(({ id }) => id)
      const told = content.filter(({ type }) => type !== 'server_tool_use')
      expect(told.map((block) => block['content'] ?? block['text'])).toEqual(expected)
      expect(told.flatMap(({ tool_use_id: id }) => id ?? [])).toEqual(uses)
    }
  })
})
