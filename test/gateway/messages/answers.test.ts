/** Anthropic's clients and the answers that they get. The emulator refuses all that Google may refuse. */
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { accumulated, eventsOf, type Block, type Message } from '../../support/message-events.ts'
import { ask, askBothWays, expectOk } from '../../support/messages.ts'
import { callsOf, configure, givenUser, settledStats } from '../../support/pollux.ts'
import { lastRequestOf } from '../../support/received.ts'
import { GEMINI_3, TOOLS, UPSTREAMS, scripted, call, toolsIn, result, forget } from './support.ts'

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

describe('ids of calls', () => {
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

describe('order and thinking that vanish', () => {
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

describe('text in one block', () => {
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

describe('auto mode', () => {
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
