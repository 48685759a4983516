/** Function calling as clients use it. Each row is named after its edge case (docs/clients.md: Messages). */
import { describe, expect, it } from 'vitest'
import type { ChatPlan } from '../../../src/dialects/openai-chat/plan.ts'
import { toGeminiRequest } from '../../../src/dialects/openai-chat/request.ts'
import { parseChatRequest } from '../../../src/dialects/openai-chat/body/schema.ts'
import type { GenerateContentRequest } from '../../../src/gemini/types.ts'
import type { Failure } from '../../../src/failure/failure.ts'

type Json = Record<string, unknown>

const USER = { role: 'user', content: 'hi' }

function translate(body: Json): { request: GenerateContentRequest; plan: ChatPlan } {
  const result = attempt(body)
  if ('message' in result) throw new Error(result.message)
  return result
}

function attempt(body: Json): { request: GenerateContentRequest; plan: ChatPlan } | Failure {
  const parsed = parseChatRequest({ model: 'gemini-3.8-flash', messages: [USER], ...body })
  if (!parsed.ok) return parsed.failure
  const translated = toGeminiRequest(parsed.chat)
  return translated.ok ? translated : translated.failure
}

function contentsOf(...messages: Json[]): unknown {
  return translate({ messages: [USER, ...messages] }).request.contents.slice(1)
}

function tool(name: string, more: Json = {}): Json {
  return { type: 'function', function: { name, ...more } }
}

function calls(...made: Json[]): Json {
  return { role: 'assistant', content: null, tool_calls: made }
}

function call(id: string, name = 'f', args: unknown = '{}', more: Json = {}): Json {
  return { id, type: 'function', function: { name, arguments: args }, ...more }
}

function result(id: string, content: unknown = `of ${id}`): Json {
  return { role: 'tool', tool_call_id: id, content }
}

/** What Google is sent for a call. */
function called(id: string, name = 'f', args: Json = {}): Json {
  return { functionCall: { id, name, args } }
}

function answered(id: string, response: Json = { result: `of ${id}` }, name = 'f'): Json {
  return { functionResponse: { id, name, response } }
}

const model = (...parts: Json[]): Json => ({ role: 'model', parts })
const user = (...parts: Json[]): Json => ({ role: 'user', parts })
const text = (said: string): Json => ({ text: said })

describe('calls and their results', () => {
  it.each<[string, Json[], Json[]]>([
    [
      'go out as a turn of the model and one of the user',
      [calls(call('a', 'f', '{"x":1}')), result('a')],
      [model(called('a', 'f', { x: 1 })), user(answered('a'))],
    ],
    [
      'follow what the model said with them',
      [{ ...calls(call('a')), content: 'let me see' }, result('a')],
      [model(text('let me see'), called('a')), user(answered('a'))],
    ],
    [
      'an answer with nothing at all is dropped',
      [{ role: 'assistant', content: null, tool_calls: [] }, USER],
      [], // Empty, because it is merged into the first turn.
    ],
    [
      'text parts of a result are joined',
      [
        calls(call('a')),
        result('a', [
          { type: 'text', text: 'x' },
          { type: 'text', text: 'y' },
        ]),
      ],
      [model(called('a')), user(answered('a', { result: 'x\ny' }))],
    ],
    [
      'results out of order come in the order of the calls',
      [calls(call('a'), call('b')), result('b'), result('a')],
      [model(called('a'), called('b')), user(answered('a'), answered('b'))],
    ],
    [
      'results split by a user message come together, before it',
      [calls(call('a'), call('b')), result('a'), { role: 'user', content: 'wait' }, result('b')],
      [model(called('a'), called('b')), user(answered('a'), answered('b')), user(text('wait'))],
    ],
    [
      'results that come after a user message come before it',
      [calls(call('a')), { role: 'user', content: 'wait' }, result('a')],
      [model(called('a')), user(answered('a')), user(text('wait'))],
    ],
    [
      'a missing result is made up as an error',
      [calls(call('a'), call('b')), result('b'), { role: 'user', content: 'never mind' }],
      [
        model(called('a'), called('b')),
        user(answered('a', { error: 'No result was sent for this call.' }), answered('b')),
        user(text('never mind')),
      ],
    ],
    [
      'and so are all at the end of a conversation',
      [calls(call('a'))],
      [model(called('a')), user(answered('a', { error: 'No result was sent for this call.' }))],
    ],
    [
      'of two results of one call the last counts',
      [calls(call('a')), result('a', 'first'), result('a', 'last')],
      [model(called('a')), user(answered('a', { result: 'last' }))],
    ],
    [
      'two calls of one id get a result each',
      [calls(call('a', 'f'), call('a', 'g')), result('a', 'one'), result('a', 'two')],
      [
        model(called('a', 'f'), called('a', 'g')),
        user(answered('a', { result: 'one' }, 'f'), answered('a', { result: 'two' }, 'g')),
      ],
    ],
    [
      'an orphan result is a text',
      [{ role: 'assistant', content: 'x' }, result('lost', 'what came')],
      [model(text('x')), user(text('what came'))],
    ],
    [
      'a JSON list is wrapped',
      [calls(call('a')), result('a', '[1,2]')],
      [model(called('a')), user(answered('a', { result: '[1,2]' }))],
    ],
    [
      'a JSON object is the response',
      [calls(call('a')), result('a', '{"ok":true}')],
      [model(called('a')), user(answered('a', { ok: true }))],
    ],
    [
      'so is none that JSON.parse would change',
      [calls(call('a')), result('a', '{"id":12345678901234567890}')],
      [model(called('a')), user(answered('a', { result: '{"id":12345678901234567890}' }))],
    ],
    [
      'nothing is an empty result',
      [calls(call('a'), call('b')), result('a', ''), result('b', null)],
      [
        model(called('a'), called('b')),
        user(answered('a', { result: '' }), answered('b', { result: '' })),
      ],
    ],
    [
      'no arguments are an empty object',
      [calls(call('a', 'f', ''), call('b', 'f', null)), result('a'), result('b')],
      [model(called('a'), called('b')), user(answered('a'), answered('b'))],
    ],
    ...['[]', ' [ ]\n', []].map((nothing): [string, Json[], Json[]] => [
      `so is an empty list, which PHP writes for one: ${JSON.stringify(nothing)}`,
      [calls(call('a', 'f', nothing)), result('a')],
      [model(called('a')), user(answered('a'))],
    ]),
    [
      'broken arguments are kept as they are',
      [calls(call('a', 'f', '{"x":')), result('a')],
      [model(called('a', 'f', { _raw: '{"x":' })), user(answered('a'))],
    ],
    [
      'arguments that are no object are kept as they are',
      [calls(call('a', 'f', '[1]')), result('a')],
      [model(called('a', 'f', { _raw: '[1]' })), user(answered('a'))],
    ],
    [
      'arguments may be an object already',
      [calls(call('a', 'f', { x: 1 })), result('a')],
      [model(called('a', 'f', { x: 1 })), user(answered('a'))],
    ],
    [
      'an id of 2000 characters is echoed',
      [calls(call('a'.repeat(2000))), result('a'.repeat(2000), 'r')],
      [model(called('a'.repeat(2000))), user(answered('a'.repeat(2000), { result: 'r' }))],
    ],
    [
      "another's marker in an id is part of the id",
      [calls(call('call_1__thought__notours')), result('call_1__thought__notours', 'r')],
      [
        model(called('call_1__thought__notours')),
        user(answered('call_1__thought__notours', { result: 'r' })),
      ],
    ],
    [
      'what an echoed call carries beside is let through',
      [
        {
          role: 'assistant',
          content: null,
          annotations: null,
          audio: null,
          function_call: null,
          parsed: null,
          refusal: null,
          tool_calls: [
            {
              index: 0,
              id: 'a',
              type: 'function',
              function: { name: 'f', arguments: '{}', parsed_arguments: {} },
            },
          ],
        },
        result('a'),
      ],
      [model(called('a')), user(answered('a'))],
    ],
    [
      'an id that comes again in a later turn is another call',
      [calls(call('a')), result('a', 'one'), calls(call('a')), result('a', 'two')],
      [
        model(called('a')),
        user(answered('a', { result: 'one' })),
        model(called('a')),
        user(answered('a', { result: 'two' })),
      ],
    ],
    [
      'calls of neighbouring answers are one turn, until there is a result',
      [calls(call('a')), calls(call('b')), result('a'), result('b'), calls(call('c')), result('c')],
      [
        model(called('a'), called('b')),
        user(answered('a'), answered('b')),
        model(called('c')),
        user(answered('c')),
      ],
    ],
    [
      'calls without ids are answered in their order',
      [calls(call('', 'f'), call('', 'g')), result('', 'one'), result('', 'two')],
      [
        model({ functionCall: { name: 'f', args: {} } }, { functionCall: { name: 'g', args: {} } }),
        user(
          { functionResponse: { name: 'f', response: { result: 'one' } } },
          { functionResponse: { name: 'g', response: { result: 'two' } } },
        ),
      ],
    ],
    [
      'custom calls have one text for arguments',
      [calls({ id: 'a', type: 'custom', custom: { name: 'f', input: 'x = 1' } }), result('a')],
      [model(called('a', 'f', { input: 'x = 1' })), user(answered('a'))],
    ],
    [
      'legacy calls are answered by name',
      [
        { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{"x":1}' } },
        { role: 'function', name: 'f', content: 'done' },
      ],
      [
        model({ functionCall: { name: 'f', args: { x: 1 } } }),
        user({ functionResponse: { name: 'f', response: { result: 'done' } } }),
      ],
    ],
    [
      'arguments nested without end stay a text',
      [calls(call('a', 'f', '{"x":'.repeat(5000) + '1' + '}'.repeat(5000))), result('a')],
      [
        model(called('a', 'f', { _raw: '{"x":'.repeat(5000) + '1' + '}'.repeat(5000) })),
        user(answered('a')),
      ],
    ],
  ])('%s', (_, messages, contents) => {
    expect(contentsOf(...messages)).toEqual(contents)
  })

  it('begin with a blank turn when the history begins with a call', () => {
    const { request } = translate({ messages: [calls(call('a')), result('a')] })
    expect(request.contents[0]).toEqual(user(text(' ')))
  })

  it.each<[string, Json, string, string]>([
    [
      'a result without an id',
      { role: 'tool', content: 'x' },
      'missing_required_parameter',
      'messages[1].tool_call_id',
    ],
    [
      'a legacy result without a name',
      { role: 'function', content: 'x' },
      'missing_required_parameter',
      'messages[1].name',
    ],
    [
      'calls that are no list',
      { role: 'assistant', tool_calls: {} },
      'invalid_type',
      'messages[1].tool_calls',
    ],
    [
      'a call without a function',
      calls({ id: 'a' }),
      'missing_required_parameter',
      'messages[1].tool_calls[0].function',
    ],
    [
      'a call without a name',
      calls(call('a', '')),
      'invalid_value',
      'messages[1].tool_calls[0].function.name',
    ],
    [
      'a call of another kind',
      calls({ id: 'a', type: 'x' }),
      'invalid_value',
      'messages[1].tool_calls[0].type',
    ],
    [
      'arguments that are a number',
      calls(call('a', 'f', 1)),
      'invalid_type',
      'messages[1].tool_calls[0].function.arguments',
    ],
  ])('refuse %s', (_, message, reason, param) => {
    expect(attempt({ messages: [USER, message] })).toMatchObject({ reason, param })
  })
})

describe('thought signatures that a client brings back', () => {
  const extra = { extra_content: { google: { thought_signature: 'EgAA' } } }
  const details = [
    { type: 'reasoning.encrypted', id: 'b', data: 'EgBB', format: 'google-gemini-v1' },
  ]

  it.each<[string, Json, (string | undefined)[]]>([
    ['on a call', calls(call('a', 'f', '{}', extra), call('b')), ['EgAA', undefined]],
    [
      "on the message, as its first call's",
      { ...calls(call('a'), call('b')), ...extra },
      ['EgAA', undefined],
    ],
    [
      "in OpenRouter's reasoning_details, by id",
      { ...calls(call('a'), call('b')), reasoning_details: details },
      [undefined, 'EgBB'],
    ],
    [
      "in LiteLLM's provider_specific_fields",
      calls(call('a', 'f', '{}', { provider_specific_fields: { thought_signature: 'EgCC' } })),
      ['EgCC'],
    ],
    [
      'on some calls only',
      { ...calls(call('a'), call('b', 'f', '{}', extra)), reasoning_details: details },
      [undefined, 'EgAA'],
    ],
    [
      'in a form that is none',
      calls(call('a', 'f', '{}', { extra_content: { google: { thought_signature: 7 } } })),
      [undefined],
    ],
    [
      'nowhere',
      calls(call('a', 'f', '{}', { extra_content: 'x', provider_specific_fields: [] })),
      [undefined],
    ],
  ])('are found %s', (_, message, signatures) => {
    const { request } = translate({ messages: [USER, message] })
    const parts = request.contents[1]?.parts ?? []
    expect(parts.map(({ thoughtSignature }) => thoughtSignature)).toEqual(signatures)
  })
})

describe('tools', () => {
  const schema = { type: 'object', properties: { x: { type: 'string' } } }

  it.each<[string, Json, unknown]>([
    [
      'are declared as one tool',
      {
        tools: [tool('f', { description: 'does f', parameters: schema, strict: true }), tool('g')],
      },
      [
        {
          functionDeclarations: [
            { name: 'f', description: 'does f', parametersJsonSchema: schema },
            { name: 'g' },
          ],
        },
      ],
    ],
    [
      'have names that Gemini takes',
      {
        tools: [tool('mcp__server/tool.name:v2'), tool('1st'), tool('x'.repeat(70)), tool('größe')],
      },
      [
        {
          functionDeclarations: [
            { name: 'mcp__server_tool.name:v2' },
            { name: '_1st' },
            { name: 'x'.repeat(64) },
            { name: 'gr__e' },
          ],
        },
      ],
    ],
    [
      'of names that become one, each has its own, and one that needs no change keeps it',
      { tools: [tool('a/b'), tool('a b'), tool('a_b')] },
      [{ functionDeclarations: [{ name: 'a_b_2' }, { name: 'a_b_3' }, { name: 'a_b' }] }],
    ],
    [
      'of long names keep the end, which tells them apart where a server’s name stands before all',
      {
        tools: [
          tool('mcp__plugin_compound-engineering_google-calendar-of-the-company__list_events'),
          tool('mcp__plugin_compound-engineering_google-calendar-of-the-company__create_event'),
        ],
      },
      [
        {
          functionDeclarations: [
            { name: 'mcp__plugin_compound_google-calendar-of-the-company__list_events' },
            { name: 'mcp__plugin_compoundgoogle-calendar-of-the-company__create_event' },
          ],
        },
      ],
    ],
    [
      'of one name are declared once',
      { tools: [tool('f', { description: 'first' }), tool('f', { description: 'second' })] },
      [{ functionDeclarations: [{ name: 'f', description: 'first' }] }],
    ],
    [
      'may have parameters that are an empty list, as PHP writes them',
      { tools: [tool('f', { parameters: [] })], functions: [{ name: 'g', parameters: [] }] },
      [
        {
          functionDeclarations: [
            { name: 'f', parametersJsonSchema: {} },
            { name: 'g', parametersJsonSchema: {} },
          ],
        },
      ],
    ],
    ['of an empty list are none', { tools: [], tool_choice: 'auto' }, undefined],
    ['required of an empty list are none', { tools: [], tool_choice: 'required' }, undefined],
    [
      'are custom ones, of one text, told of their grammar',
      {
        tools: [
          {
            type: 'custom',
            custom: {
              name: 'sql',
              description: 'runs SQL',
              format: { type: 'grammar', grammar: { syntax: 'lark', definition: 'start: "x"' } },
            },
          },
        ],
      },
      [
        {
          functionDeclarations: [
            {
              name: 'sql',
              description: 'runs SQL\n\nThe input must conform to this grammar (lark):\nstart: "x"',
              parametersJsonSchema: {
                type: 'object',
                properties: {
                  input: { type: 'string', description: 'The input of the tool, as text.' },
                },
                required: ['input'],
              },
            },
          ],
        },
      ],
    ],
    [
      'are functions from before tools',
      { functions: [{ name: 'f', parameters: schema }] },
      [{ functionDeclarations: [{ name: 'f', parametersJsonSchema: schema }] }],
    ],
    ...[
      { type: 'web_search' },
      { type: 'web_search_preview', search_context_size: 'low' },
      { type: 'google_search' },
      { google_search: {} },
      { googleSearch: {} },
    ].map((each): [string, Json, unknown] => [
      `are Google Search as ${JSON.stringify(each)}`,
      { tools: [each] },
      [{ googleSearch: {} }],
    ]),
    [
      "are Google's others, beside functions",
      { tools: [tool('f'), { urlContext: {} }, { type: 'code_interpreter' }] },
      [{ functionDeclarations: [{ name: 'f' }] }, { urlContext: {} }, { codeExecution: {} }],
    ],
    [
      'stand before functions where the client prefers them',
      { tools: [tool('f'), { urlContext: {} }], tool_priority: 'built_in' },
      [{ urlContext: {} }, { functionDeclarations: [{ name: 'f' }] }],
    ],
    [
      'are a search where web_search_options say so',
      { web_search_options: {} },
      [{ googleSearch: {} }],
    ],
    [
      'are one search, however often it is asked for',
      { web_search_options: {}, tools: [{ type: 'web_search' }, { googleSearch: {} }] },
      [{ googleSearch: {} }],
    ],
  ])('%s', (_, body, tools) => {
    expect(translate(body).request.tools).toEqual(tools)
  })

  it.each<[string, unknown, string, string]>([
    ['no list', {}, 'invalid_type', 'tools'],
    ['a tool that is a string', ['f'], 'invalid_type', 'tools[0]'],
    ['a tool without a type', [tool('f'), {}], 'missing_required_parameter', 'tools[1].type'],
    ['an unknown type', [{ type: 'retrieval' }], 'invalid_value', 'tools[0].type'],
    [
      'a function without a name',
      [tool('f'), { type: 'function', function: {} }],
      'missing_required_parameter',
      'tools[1].function.name',
    ],
    ['a function with an empty name', [tool('')], 'invalid_value', 'tools[0].function.name'],
    [
      'parameters that are a list',
      [tool('f', { parameters: ['x'] })],
      'invalid_type',
      'tools[0].function.parameters',
    ],
    [
      'more than Google takes',
      Array.from({ length: 513 }, (__, n) => tool(`f${n}`)),
      'invalid_value',
      'tools',
    ],
  ])('are refused as %s', (_, tools, reason, param) => {
    expect(attempt({ tools })).toMatchObject({ reason, param })
  })
})

describe('tool_choice', () => {
  const tools = [tool('f'), tool('a/b'), { type: 'custom', custom: { name: 'c' } }]
  const config = (mode: string, ...names: string[]) => ({
    functionCallingConfig: { mode, ...(names.length > 0 && { allowedFunctionNames: names }) },
  })

  it.each<[unknown, unknown]>([
    [undefined, undefined],
    [null, undefined],
    ['auto', undefined],
    [{ type: 'auto' }, undefined],
    ['none', config('NONE')],
    ['required', config('ANY')],
    ['any', config('ANY')],
    [{ type: 'any' }, config('ANY')],
    ['validated', config('VALIDATED')],
    [{ type: 'allowed_tools', mode: 'validated', tools: [tool('f')] }, config('VALIDATED')],
    [{ type: 'function', function: { name: 'f' } }, config('ANY', 'f')],
    [{ type: 'function', function: { name: 'a/b' } }, config('ANY', 'a_b')],
    [{ type: 'function', name: 'f' }, config('ANY', 'f')],
    [{ type: 'tool', name: 'f' }, config('ANY', 'f')],
    [{ type: 'custom', custom: { name: 'c' } }, config('ANY', 'c')],
    [{ type: 'web_search' }, undefined],
    [
      {
        type: 'allowed_tools',
        allowed_tools: {
          mode: 'required',
          tools: [tool('f'), { type: 'custom', custom: { name: 'c' } }],
        },
      },
      config('ANY', 'f', 'c'),
    ],
  ])('%j', (choice, expected) => {
    expect(translate({ tools, tool_choice: choice }).request.toolConfig).toEqual(expected)
  })

  it('of allowed tools that are free to be used declares no others', () => {
    const choice = { type: 'allowed_tools', allowed_tools: { mode: 'auto', tools: [tool('a/b')] } }
    const { request } = translate({ tools, tool_choice: choice })
    expect(request.tools).toEqual([{ functionDeclarations: [{ name: 'a_b' }] }])
    expect(request.toolConfig).toBeUndefined()
  })

  it("is ignored beside Google's own tools alone", () => {
    const { request } = translate({ tools: [{ googleSearch: {} }], tool_choice: 'required' })
    expect(request.toolConfig).toBeUndefined()
  })

  it.each(['none', { type: 'none' }])('of %j leaves no tool of Google’s own', (choice) => {
    const own = { googleSearch: {} }
    expect(translate({ tools: [own], tool_choice: choice }).request.tools).toBeUndefined()
    const { request } = translate({ tools: [tool('f'), own], tool_choice: choice })
    expect(request.tools).toEqual([{ functionDeclarations: [{ name: 'f' }] }])
    const asked = { web_search_options: {}, tool_choice: choice }
    expect(translate(asked).request.tools).toEqual([own])
  })

  it.each([
    { type: 'web_search' },
    { type: 'allowed_tools', mode: 'auto', tools: [{ type: 'web_search' }] },
    { type: 'allowed_tools', allowed_tools: { mode: 'auto', tools: [{ type: 'web_search' }] } },
  ])(
    'of a tool of Google’s own leaves the functions out, beside which it could not be used: %j',
    (choice) => {
      const { request } = translate({
        tools: [tool('f'), { googleSearch: {} }],
        tool_choice: choice,
      })
      expect(request.tools).toEqual([{ googleSearch: {} }])
      const without = translate({ tools: [tool('f')], tool_choice: choice }).request
      expect(without.tools).toEqual([{ functionDeclarations: [{ name: 'f' }] }])
    },
  )

  it('is function_call for functions', () => {
    const functions = [{ name: 'f' }, { name: 'g' }]
    const { request } = translate({ functions, function_call: { name: 'g' } })
    expect(request.toolConfig).toEqual(config('ANY', 'g'))
  })

  it.each<[unknown, string, string]>([
    ['sometimes', 'invalid_value', 'tool_choice'],
    [7, 'invalid_type', 'tool_choice'],
    [{}, 'missing_required_parameter', 'tool_choice.type'],
    [{ type: 'maybe' }, 'invalid_value', 'tool_choice.type'],
    [{ type: 'function' }, 'invalid_value', 'tool_choice'],
    [{ type: 'function', function: {} }, 'missing_required_parameter', 'tool_choice.function.name'],
    [{ type: 'function', function: { name: 'nobody' } }, 'invalid_value', 'tool_choice'],
    [
      { type: 'allowed_tools', allowed_tools: { tools: [tool('nobody')] } },
      'invalid_value',
      'tool_choice',
    ],
  ])('%j is refused', (choice, reason, param) => {
    expect(attempt({ tools, tool_choice: choice })).toMatchObject({ reason, param })
  })
})

describe('the plan for the answer', () => {
  it('knows the names that were changed, custom tools, and that one call is enough', () => {
    const tools = [tool('f'), tool('a/b'), { type: 'custom', custom: { name: 'c d' } }]
    const { plan } = translate({ tools, parallel_tool_calls: false })
    expect(plan).toMatchObject({
      functionNames: new Map([
        ['a_b', 'a/b'],
        ['c_d', 'c d'],
      ]),
      customTools: new Set(['c d']),
      legacyFunctions: false,
      parallelToolCalls: false,
    })
  })

  it('knows functions from before tools, of which one is called at a time', () => {
    const { plan } = translate({ functions: [{ name: 'f' }] })
    expect(plan).toMatchObject({ legacyFunctions: true, parallelToolCalls: false })
  })

  it('is a plain one without tools', () => {
    const { plan } = translate({ parallel_tool_calls: null })
    expect(plan).toMatchObject({ functionNames: new Map(), customTools: new Set() })
    expect(plan).toMatchObject({ legacyFunctions: false, parallelToolCalls: true })
  })
})
