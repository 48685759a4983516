import { describe, expect, it } from 'vitest'
import { toChatCompletion } from '../support/chat-completion.ts'
import { ChatStream } from '../../../src/dialects/openai-chat/answer/stream.ts'
import type { ChatPlan } from '../../../src/dialects/openai-chat/plan.ts'
import { PLAIN } from '../../../src/dialects/openai-chat/plan.ts'
import type { Part } from '../../../src/gemini/types.ts'
import { call, chunk, CONTEXT, streamed, TOOLS, whole } from '../support/answers.ts'

function wire(id: string, name: string, args: string, signature?: string): object {
  return {
    id,
    type: 'function',
    function: { name, arguments: args },
    ...(signature !== undefined && { extra_content: { google: { thought_signature: signature } } }),
  }
}

const LONG_ID = 'x'.repeat(41)
const MINE = ['call_chatcmpl1_0', 'call_chatcmpl1_1']

interface Row {
  readonly parts: readonly Part[]
  readonly calls: readonly object[]
  readonly content?: string | null
  readonly plan?: Partial<ChatPlan>
  readonly reason?: string
  readonly finish?: string
}

const ROWS: Record<string, Row> = {
  'STOP with a call finishes with tool_calls': {
    parts: [call('f', { a: 1 }, 'id1')],
    calls: [wire('id1', 'f', '{"a":1}')],
  },
  'MAX_TOKENS after a complete call finishes with tool_calls': {
    parts: [call('f', {}, 'id1')],
    calls: [wire('id1', 'f', '{}')],
    reason: 'MAX_TOKENS',
  },
  'a call without an id gets one of ours': {
    parts: [call('f', {}), call('g', {})],
    calls: [wire(MINE[0] ?? '', 'f', '{}'), wire(MINE[1] ?? '', 'g', '{}')],
  },
  'two calls have indexes 0 and 1 over the whole choice': {
    parts: [call('f', { city: 'Rome' }, 'a'), call('f', { city: 'Oslo' }, 'b')],
    calls: [wire('a', 'f', '{"city":"Rome"}'), wire('b', 'f', '{"city":"Oslo"}')],
  },
  'arguments are a JSON string, whatever is in them': {
    parts: [call('f', { deep: { list: [1, 'ü"\u2028', null] } }, 'a')],
    calls: [wire('a', 'f', '{"deep":{"list":[1,"ü\\"\u2028",null]}}')],
  },
  'no arguments are an empty object': {
    parts: [call('f', undefined, 'a')],
    calls: [wire('a', 'f', '{}')],
  },
  'arguments that are no object are an empty one': {
    parts: [{ functionCall: { id: 'a', name: 'f', args: [1] as never } }],
    calls: [wire('a', 'f', '{}')],
  },
  'the same call sent again is one call': {
    parts: [call('f', { a: 1 }, 'a'), call('f', { a: 1 }, 'a')],
    calls: [wire('a', 'f', '{"a":1}')],
  },
  'the same call sent again without an id is known by its signature': {
    parts: [
      { ...call('f', { a: 1 }), thoughtSignature: 'c2ln' },
      { ...call('f', { a: 1 }), thoughtSignature: 'c2ln' },
    ],
    calls: [wire(MINE[0] ?? '', 'f', '{"a":1}', 'c2ln')],
  },
  'two equal calls without ids are both real': {
    parts: [call('roll', {}), call('roll', {})],
    calls: [wire(MINE[0] ?? '', 'roll', '{}'), wire(MINE[1] ?? '', 'roll', '{}')],
  },
  'an id used for two different calls is told once': {
    parts: [call('f', { a: 1 }, 'a'), call('f', { a: 2 }, 'a')],
    calls: [wire('a', 'f', '{"a":1}'), wire(MINE[0] ?? '', 'f', '{"a":2}')],
  },
  'an id above 40 characters is replaced': {
    parts: [call('f', {}, LONG_ID)],
    calls: [wire(MINE[0] ?? '', 'f', '{}')],
  },
  'an id that other providers refuse is replaced': {
    parts: [call('f', {}, 'a/b+c=')],
    calls: [wire(MINE[0] ?? '', 'f', '{}')],
  },
  'arguments in pieces are put together': {
    parts: [
      { functionCall: { id: 'a', name: 'f', willContinue: true }, thoughtSignature: 'c2ln' },
      piece('$.city', { stringValue: 'New ', willContinue: true }),
      piece('$.city', { stringValue: 'York' }),
      piece('$.days[0]', { numberValue: 1 }),
      piece('$.days[1].open', { boolValue: true }),
      piece("$['odd key']", { nullValue: 'NULL_VALUE' }),
      { functionCall: {} as never },
    ],
    calls: [wire('a', 'f', '{"city":"New York","days":[1,{"open":true}],"odd key":null}', 'c2ln')],
  },
  'a path into nowhere is left out, and touches nothing': {
    parts: [
      { functionCall: { id: 'a', name: 'f', willContinue: true } },
      piece('$.__proto__.polluted', { stringValue: 'x' }),
      piece('$.list[4000000000]', { stringValue: 'x' }),
      piece('no path', { stringValue: 'x' }),
      piece('$.ok', { stringValue: 'y' }),
      { functionCall: {} as never },
    ],
    calls: [wire('a', 'f', '{"__proto__":{"polluted":"x"},"list":[],"ok":"y"}')],
  },
  'arguments cut off by MAX_TOKENS are no call': {
    parts: [
      { text: 'hm' },
      { functionCall: { id: 'a', name: 'f', willContinue: true } },
      piece('$.city', { stringValue: 'New ', willContinue: true }),
    ],
    calls: [],
    content: 'hm',
    reason: 'MAX_TOKENS',
    finish: 'length',
  },
  'text stays beside a call': {
    parts: [{ text: 'Let me look.' }, call('f', {}, 'a')],
    calls: [wire('a', 'f', '{}')],
    content: 'Let me look.',
  },
  'a name that Gemini was told otherwise is the client’s again': {
    parts: [call('mcp__a_b', {}, 'a')],
    calls: [wire('a', 'mcp__a/b', '{}')],
    plan: { functionNames: new Map([['mcp__a_b', 'mcp__a/b']]) },
  },
  'without parallel calls the first is passed on alone': {
    parts: [{ ...call('f', {}, 'a'), thoughtSignature: 'c2ln' }, call('g', {}, 'b')],
    calls: [wire('a', 'f', '{}', 'c2ln')],
    plan: { parallelToolCalls: false },
  },
  'a custom tool gets its input as it is': {
    parts: [call('patch', { input: '*** Begin\n' }, 'a'), call('f', {}, 'b')],
    calls: [
      { id: 'a', type: 'custom', custom: { name: 'patch', input: '*** Begin\n' } },
      wire('b', 'f', '{}'),
    ],
    plan: { customTools: new Set(['patch']) },
  },
  'a custom tool called with other arguments gets their JSON': {
    parts: [call('patch', { text: 'x' }, 'a')],
    calls: [{ id: 'a', type: 'custom', custom: { name: 'patch', input: '{"text":"x"}' } }],
    plan: { customTools: new Set(['patch']) },
  },
}

function piece(jsonPath: string, value: object): Part {
  return { functionCall: { willContinue: true, partialArgs: [{ jsonPath, ...value }] } as never }
}

describe('tool calls', () => {
  it.each(Object.entries(ROWS))('%s', (_, row) => {
    const { parts, calls, content = null, plan, reason = 'STOP', finish = 'tool_calls' } = row
    const answers = [
      whole(parts, reason, { ...TOOLS, ...plan }),
      streamed(
        parts.map((part) => [part]),
        reason,
        { ...TOOLS, ...plan },
      ),
      streamed([parts], reason, { ...TOOLS, ...plan }),
    ]
    const message = {
      role: 'assistant',
      content,
      refusal: null,
      ...(calls.length > 0 && { tool_calls: calls }),
    }
    for (const answer of answers) expect(answer).toEqual({ message, finish, logprobs: null })
  })

  it('are one whole delta each, to the letter', () => {
    const stream = new ChatStream(CONTEXT, TOOLS)
    const [, ...frames] = stream
      .encode(chunk([call('f', { a: '"' }, 'x'), call('g', {}, 'y')]))
      .split('\n\n')
    expect(frames.map((frame) => frame.slice(frame.indexOf('"choices"')))).toEqual([
      String.raw`"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"x","type":"function","function":{"name":"f","arguments":"{\"a\":\"\\\"\"}"}}]},"logprobs":null,"finish_reason":null}]}`,
      '"choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"id":"y","type":"function","function":{"name":"g","arguments":"{}"}}]},"logprobs":null,"finish_reason":null}]}',
      '',
    ])
  })

  it('have ids of ours that no other answer or choice has', () => {
    const id = 'chatcmpl-0123456789abcdef0123456789abcdef'
    const ids = [0, 1].flatMap((index) => {
      const stream = new ChatStream({ ...CONTEXT, id }, TOOLS, index)
      return [...stream.encode(chunk([call('f'), call('f')])).matchAll(/"id":"(call_[^"]+)"/g)]
    })
    expect(new Set(ids.map(([, name]) => name)).size).toBe(4)
    for (const [, name] of ids) expect(name).toMatch(/^call_89abcdef0123456789abcdef_\w{1,10}$/)
  })

  it('in the legacy form are one function_call', () => {
    const plan = { ...TOOLS, legacyFunctions: true, parallelToolCalls: false }
    const signed = { ...call('f', { a: 1 }, 'x'), thoughtSignature: 'c2ln' }
    const parts = [{ text: 'ok' }, signed, call('g', {}, 'y')]
    const told = {
      message: {
        role: 'assistant',
        content: 'ok',
        refusal: null,
        function_call: { name: 'f', arguments: '{"a":1}' },
        // The call has no id, so a later turn could find the signature nowhere else.
        extra_content: { google: { thought_signature: 'c2ln' } },
      },
      finish: 'function_call',
      logprobs: null,
    }
    expect(whole(parts, 'STOP', plan)).toEqual(told)
    expect(streamed([parts], 'STOP', plan)).toEqual(told)
  })

  it('hand over the signatures under the ids that the client was told', () => {
    const parts = [
      { ...call('f', {}), thoughtSignature: 'b25l' },
      call('g', {}, 'y'),
      { ...call('h', {}, 'z'), thoughtSignature: 'dHdv' },
    ]
    const signatures = [
      { callId: 'call_chatcmpl1_0', signature: 'b25l' },
      { callId: 'z', signature: 'dHdv' },
    ]
    const stream = new ChatStream(CONTEXT, TOOLS)
    stream.encode(chunk(parts))
    expect(stream.signatures).toEqual(signatures)
    const answer = toChatCompletion(chunk(parts, { finishReason: 'STOP' }), CONTEXT, TOOLS)
    expect(answer).toMatchObject({ ok: true, signatures: [signatures] })
  })

  it.each<[string, Part[], string]>([
    ['MALFORMED_FUNCTION_CALL after a call', [call('f', {}, 'x')], 'MALFORMED_FUNCTION_CALL'],
    ['UNEXPECTED_TOOL_CALL after a call', [call('f', {}, 'x')], 'UNEXPECTED_TOOL_CALL'],
    [
      'STOP within a call',
      [{ functionCall: { name: 'f', willContinue: true } }, { text: 'x' }],
      'STOP',
    ],
  ])('never finish with tool_calls: %s', (_, parts, reason) => {
    expect(() => whole(parts, reason, TOOLS)).toThrow(/Google/)
    expect(() => streamed([parts], reason, TOOLS)).toThrow(/Google/)
  })

  it.each([
    'MALFORMED_FUNCTION_CALL',
    'UNEXPECTED_TOOL_CALL',
    'TOO_MANY_TOOL_CALLS',
    'MALFORMED_RESPONSE',
    'MISSING_THOUGHT_SIGNATURE',
  ])('spoilt after a text are no stop: %s', (reason) => {
    const said = [{ text: 'Well,' }]
    expect(() => whole(said, reason, TOOLS)).toThrow('within its text')
    expect(() => streamed([said], reason, TOOLS)).toThrow('within its text')
  })

  it('of Google’s own tools are not the client’s', () => {
    const plan = { ...PLAIN, callee: 'google' } as const
    const parts = [call('google_search', { q: 'x' }), { text: 'Found.' }]
    expect(whole(parts, 'STOP', plan)).toMatchObject({
      finish: 'stop',
      message: { content: 'Found.' },
    })
  })

  it('of the function that stands for a schema are the content', () => {
    const plan = { ...TOOLS, answerFunction: 'answer' }
    const parts = [
      { text: 'Here it is:' },
      call('answer', { a: [1] }, 'x'),
      call('answer', {}, 'y'),
    ]
    const told = {
      finish: 'stop',
      message: { role: 'assistant', content: '{"a":[1]}', refusal: null },
    }
    expect(whole(parts, 'STOP', plan)).toMatchObject(told)
    expect(
      streamed(
        parts.map((part) => [part]),
        'STOP',
        plan,
      ),
    ).toMatchObject(told)
  })

  it('of other functions stand beside the answer of that one', () => {
    const plan = { ...TOOLS, answerFunction: 'answer' }
    const parts = [call('f', {}, 'x'), { text: 'Let me look.' }]
    expect(streamed([parts], 'STOP', plan)).toMatchObject({
      finish: 'tool_calls',
      message: { content: 'Let me look.', tool_calls: [wire('x', 'f', '{}')] },
    })
  })

  it.each([
    ['```json\n{"a":1}\n```', '{"a":1}'],
    ['\n```\n{\n"a":1}```\n', '{\n"a":1}'],
    ['{"a":"```json\\n"}', '{"a":"```json\\n"}'],
  ])('missing, the text that was asked for loses its fence: %j', (text, content) => {
    const plan = { ...TOOLS, answerFunction: 'answer' }
    const cut = text.split('').map((character) => [{ text: character }])
    expect(whole([{ text }], 'STOP', plan)).toMatchObject({ finish: 'stop', message: { content } })
    expect(streamed(cut, 'STOP', plan)).toMatchObject({ message: { content } })
  })
})
