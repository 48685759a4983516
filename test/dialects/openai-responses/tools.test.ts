import { describe, expect, it } from 'vitest'
import { restored, withTextEnums } from '../../../src/dialects/openai-responses/numeric-enums.ts'
import { parseWithRawNumbers } from '../../../src/json/long-numbers.ts'
import type { FunctionDeclaration } from '../../../src/gemini/types.ts'
import { answer, eventsOf, requestOf, wholeOf } from './support.ts'

const fn = (name: string, parameters?: object) => ({
  type: 'function',
  name,
  strict: null,
  ...(parameters && { parameters }),
})
const HI = { input: 'Hi' }

async function declared(
  tools: readonly object[],
  rest: object = {},
): Promise<FunctionDeclaration[]> {
  const { tools: told = [] } = await requestOf({ ...HI, tools, ...rest })
  return told.flatMap(({ functionDeclarations = [] }) => functionDeclarations)
}

async function called(tools: readonly object[], name: string, args: object, rest: object = {}) {
  const call = { functionCall: { name, args }, thoughtSignature: 'EgQBAgME' }
  const { output } = await wholeOf({ ...HI, tools, ...rest }, answer([call]))
  return output.find(({ type }) => type !== 'reasoning') ?? {}
}

describe('tools', () => {
  it('are functions, flat or nested, with or without parameters', async () => {
    const names = await declared([
      fn('a', { type: 'object', properties: {} }),
      { type: 'function', function: { name: 'b', description: 'B', parameters: null } },
      { type: 'function', name: 'c', parameters: null, strict: false },
    ])
    expect(names.map(({ name }) => name)).toEqual(['a', 'b', 'c'])
  })

  it('of two namespaces stay apart, and come back as name and namespace', async () => {
    const tools = [
      { type: 'namespace', name: 'mcp__one', description: '', tools: [fn('x')] },
      { type: 'namespace', name: 'mcp__two', tools: [fn('x'), fn('y'.repeat(87))] },
      fn('mcp__one__x'),
    ]
    const names = (await declared(tools)).map(({ name }) => name)
    expect(new Set(names).size).toBe(4)
    expect(names.every((name) => /^[A-Za-z_][\w.:-]{0,63}$/.test(name))).toBe(true)
    const told: unknown[] = []
    for (const name of names) {
      const { name: clientName, namespace } = await called(tools, name, {})
      told.push([namespace, clientName])
    }
    expect(told).toEqual([
      ['mcp__one', 'x'],
      ['mcp__two', 'x'],
      ['mcp__two', 'y'.repeat(87)],
      [undefined, 'mcp__one__x'],
    ])
  })

  it('whose arguments OpenAI would encrypt are called with the word that none is encrypted', async () => {
    const properties = { to: { type: 'string' }, message: { type: 'string', encrypted: true } }
    const parameters = { type: 'object', properties }
    const tools = [{ type: 'function', name: 'send', parameters }, fn('x')]
    expect(await called(tools, 'send', { message: 'Hi' })).toMatchObject({
      encrypted_function_args: [],
    })
    expect(await called(tools, 'x', {})).not.toHaveProperty('encrypted_function_args')
  })

  it('of a namespace that were called earlier keep their names', async () => {
    const tools = [{ type: 'namespace', name: 'ns', tools: [fn('x')] }]
    const input = [
      { role: 'user', content: 'Hi' },
      { type: 'function_call', call_id: 'a', name: 'x', namespace: 'ns', arguments: '{}' },
      { type: 'function_call_output', call_id: 'a', output: 'ok' },
    ]
    const { contents } = await requestOf({ tools, input })
    expect(contents[1]?.parts[0]?.functionCall?.name).toBe('ns__x')
    expect(contents[2]?.parts[0]?.functionResponse?.name).toBe('ns__x')
  })

  it('may come with the input, as the newest of Codex’s models are given them', async () => {
    const input = [
      { type: 'additional_tools', role: 'developer', tools: [{ type: 'custom', name: 'exec' }] },
      { role: 'developer', content: 'Work.' },
      { role: 'user', content: 'Hi' },
      { type: 'tool_search_call', call_id: 'a', arguments: { query: 'y' } },
      {
        type: 'tool_search_output',
        call_id: 'a',
        tools: [
          { type: 'namespace', name: 'ns', tools: [{ ...fn('found'), defer_loading: true }] },
        ],
      },
    ]
    const { tools = [], systemInstruction } = await requestOf({ input })
    const names = tools.flatMap(({ functionDeclarations = [] }) => functionDeclarations)
    expect(names.map(({ name }) => name)).toEqual(['exec', 'ns__found'])
    expect(systemInstruction).toEqual({ parts: [{ text: 'Work.' }] })
  })

  it('that are custom are told their grammar, and answered with a text', async () => {
    const tools = [
      {
        type: 'custom',
        name: 'apply',
        description: 'Applies',
        format: { type: 'grammar', syntax: 'lark', definition: 'start: "x"' },
      },
      { type: 'custom', name: 'plain', format: { type: 'text' } },
      // As Chat Completions has them.
      {
        type: 'custom',
        custom: {
          name: 'nested',
          format: { type: 'grammar', grammar: { syntax: 'regex', definition: '[a-z]+' } },
        },
      },
    ]
    const [apply, , nested] = await declared(tools)
    expect(apply?.description).toContain('start: "x"')
    expect(nested?.description).toContain('(regex):\n[a-z]+')
    expect(await called(tools, 'apply', { input: 'a\nb' })).toMatchObject({
      type: 'custom_tool_call',
      name: 'apply',
      input: 'a\nb',
      status: 'completed',
    })
  })

  it.each<[object, object, object]>([
    [
      { type: 'tool_search', execution: 'client', parameters: { type: 'object' } },
      { query: 'x' },
      { type: 'tool_search_call', execution: 'client', arguments: { query: 'x' } },
    ],
    [
      { type: 'local_shell' },
      { command: ['ls', '-l'], timeout_ms: null },
      { type: 'local_shell_call', action: { type: 'exec', command: ['ls', '-l'], env: {} } },
    ],
    [
      { type: 'shell' },
      { commands: ['ls'], timeout_ms: 1000 },
      {
        type: 'shell_call',
        action: { commands: ['ls'], timeout_ms: 1000, max_output_length: null },
      },
    ],
    [
      { type: 'local_shell' },
      { command: 'ls', env: { A: 'b', C: 5 } },
      { type: 'local_shell_call', action: { type: 'exec', command: ['ls'], env: { A: 'b' } } },
    ],
    [
      { type: 'apply_patch' },
      { type: 'update_file', path: 'a', diff: null },
      { type: 'apply_patch_call', operation: { type: 'update_file', path: 'a', diff: '' } },
    ],
    [
      { type: 'apply_patch' },
      { type: 'delete_file', path: 'a', diff: '' },
      { type: 'apply_patch_call', operation: { type: 'delete_file', path: 'a' } },
    ],
    [
      { type: 'apply_patch' },
      { type: 'create_file', path: 'a', diff: '+b' },
      { type: 'apply_patch_call', operation: { type: 'create_file', path: 'a', diff: '+b' } },
    ],
  ])('%j are answered natively', async (tool, args, item) => {
    const [declaration] = await declared([tool])
    const told = await called([tool], declaration?.name ?? '', args)
    const { id: _id, call_id: _callId, ...rest } = told
    expect(rest).toEqual({ ...item, status: 'completed' })
    expect(told['call_id']).toMatch(/^call_\w+$/)
  })

  it.each([
    ['web_search', 'googleSearch'],
    ['web_search_preview_2025_03_11', 'googleSearch'],
    ['web_search_2025_08_26', 'googleSearch'],
    ['code_interpreter', 'codeExecution'],
  ])('%s are Google’s own', async (type, builtIn) => {
    const { tools } = await requestOf({ ...HI, tools: [{ type, external_web_access: true }] })
    expect(tools).toEqual([{ [builtIn]: {} }])
  })

  it('that search certain sites are told of them in words, unless they are left out', async () => {
    const search = { type: 'web_search', filters: { allowed_domains: ['example.org'] } }
    const { systemInstruction } = await requestOf({ ...HI, tools: [search] })
    expect(systemInstruction?.parts[0]?.text).toContain('example.org')
    const beside = await requestOf({ ...HI, tools: [search, fn('a')] })
    expect(beside.systemInstruction).toBeUndefined()
  })

  it('that OpenAI would search itself are all declared, and no search', async () => {
    const names = await declared([
      { type: 'tool_search' },
      { type: 'tool_search', execution: 'server' },
      { ...fn('later'), defer_loading: true },
    ])
    expect(names.map(({ name }) => name)).toEqual(['later'])
  })

  it.each([
    { type: 'allowed_tools', mode: 'auto', tools: [{ type: 'web_search' }] },
    { type: 'web_search' },
    { type: 'web_search_preview' },
  ])('chosen by %j are Google’s own alone', async (tool_choice) => {
    const tools = [fn('a'), { type: 'web_search' }]
    expect((await requestOf({ ...HI, tools, tool_choice })).tools).toEqual([{ googleSearch: {} }])
  })

  it.each([[{ type: 'web_search' }], [fn('a'), { type: 'web_search' }]])(
    'of Google’s own are not there where none may be used',
    async (...tools) => {
      const { tools: told = [] } = await requestOf({ ...HI, tools, tool_choice: 'none' })
      expect(told.some(({ googleSearch }) => googleSearch !== undefined)).toBe(false)
    },
  )

  it('that Gemini has nothing for are dropped', async () => {
    const types = ['image_generation', 'file_search', 'computer_use_preview', 'mcp', 'something']
    const { tools } = await requestOf({ ...HI, tools: types.map((type) => ({ type })) })
    expect(tools).toBeUndefined()
  })

  it.each<[unknown, object | undefined, readonly string[]]>([
    ['auto', undefined, ['a', 'ns__b']],
    ['required', { mode: 'ANY' }, ['a', 'ns__b']],
    ['none', { mode: 'NONE' }, ['a', 'ns__b']],
    [{ type: 'function', name: 'a' }, { mode: 'ANY', allowedFunctionNames: ['a'] }, ['a', 'ns__b']],
    [
      { type: 'function', name: 'b', namespace: 'ns' },
      { mode: 'ANY', allowedFunctionNames: ['ns__b'] },
      ['a', 'ns__b'],
    ],
    [
      { type: 'allowed_tools', mode: 'auto', tools: [{ type: 'function', name: 'a' }] },
      undefined,
      ['a'],
    ],
    [
      { type: 'allowed_tools', mode: 'required', tools: [{ type: 'function', name: 'a' }] },
      { mode: 'ANY', allowedFunctionNames: ['a'] },
      ['a', 'ns__b'],
    ],
    // As Chat Completions has it.
    [
      {
        type: 'allowed_tools',
        allowed_tools: { mode: 'auto', tools: [{ type: 'function', function: { name: 'a' } }] },
      },
      undefined,
      ['a'],
    ],
  ])('chosen by %j', async (tool_choice, config, names) => {
    const tools = [fn('a'), { type: 'namespace', name: 'ns', tools: [fn('b')] }]
    const request = await requestOf({ ...HI, tools, tool_choice })
    expect(request.toolConfig?.functionCallingConfig).toEqual(config)
    const told = (request.tools ?? []).flatMap(
      ({ functionDeclarations = [] }) => functionDeclarations,
    )
    expect(told.map(({ name }) => name)).toEqual(names)
  })
})

describe('tools whose loading is deferred', () => {
  const deferred = { type: 'function', name: 'a', defer_loading: true }
  const crm = {
    type: 'namespace',
    name: 'crm',
    description: 'Customers',
    tools: [{ type: 'custom', name: 'b', description: 'Bills', defer_loading: true }, fn('c')],
  }
  const tools = [deferred, crm, fn('d'), { type: 'tool_search' }]
  const calls = ['a', 'crm__b', 'crm__b', 'crm__c', 'd'].map((name, n) => ({
    functionCall: { name, args: { n } },
  }))
  const found = (path: string, tool: object): readonly object[] => [
    {
      type: 'tool_search_call',
      id: expect.stringMatching(/^tsc_/) as unknown,
      execution: 'server',
      call_id: null,
      status: 'completed',
      arguments: { paths: [path] },
    },
    {
      type: 'tool_search_output',
      id: expect.stringMatching(/^tso_/) as unknown,
      execution: 'server',
      call_id: null,
      status: 'completed',
      tools: [tool],
    },
  ]
  const callOf = (name: string, namespace?: string): object =>
    expect.objectContaining({ name, ...(namespace && { namespace }) }) as object

  it('are found by a search of OpenAI’s own, as its clients expect, before the first call', async () => {
    expect((await declared(tools)).map(({ name }) => name)).toEqual(['a', 'crm__b', 'crm__c', 'd'])
    const whole = await wholeOf({ ...HI, tools }, answer(calls))
    const events = await eventsOf({ ...HI, tools }, [answer(calls)])
    const streamed = events.at(-1)?.['response'] as typeof whole
    for (const { output } of [whole, streamed]) {
      expect(output).toEqual([
        ...found('a', deferred),
        callOf('a'),
        ...found('crm', { ...crm, tools: [crm.tools[0]] }),
        callOf('b', 'crm'),
        callOf('b', 'crm'),
        callOf('c', 'crm'),
        callOf('d'),
      ])
    }
    const done = events.filter(({ type }) => type === 'response.output_item.done')
    expect(done.map(({ item }) => item)).toEqual(streamed.output)
  })

  it('are not searched for again, nor is the model told of a search that was none of its own', async () => {
    const { output } = await wholeOf({ ...HI, tools }, answer(calls.slice(0, 2)))
    const input = [{ role: 'user', content: 'Hi' }, ...output]
    const again = await wholeOf({ input, store: false, tools }, answer(calls))
    expect(again.output.map(({ type }) => type)).not.toContain('tool_search_call')
    const { contents } = await requestOf({ input, tools })
    const parts = contents.flatMap(({ parts: all }) => all)
    const names = parts.flatMap(({ functionCall }) => functionCall?.name ?? [])
    expect(names).toEqual(['a', 'crm__b'])
    expect(JSON.stringify(contents)).not.toContain('tool_search')
  })

  it.each([
    ['a client searches itself', [deferred, { type: 'tool_search', execution: 'client' }]],
    ['nobody searches', [deferred]],
  ])('are called at once where %s', async (_, some) => {
    const { output } = await wholeOf({ ...HI, tools: some }, answer(calls.slice(0, 1)))
    expect(output).toEqual([callOf('a')])
  })
})

describe('arguments', () => {
  const schema = {
    type: 'object',
    properties: {
      level: { type: 'string', enum: [1, 2, 3] },
      nested: { type: 'array', items: { $ref: '#/$defs/node' } },
      either: { anyOf: [{ type: 'string', enum: [7] }, { type: 'boolean' }] },
      wait: { type: 'number' },
      note: { type: ['string', 'null'] },
    },
    $defs: {
      node: {
        type: 'object',
        properties: { n: { type: 'string', enum: [0.5, 'x'] }, next: { $ref: '#/$defs/node' } },
      },
    },
  }

  it('of numeric enums go out as texts and come back as numbers', async () => {
    const [tool] = await declared([fn('f', schema)])
    expect(JSON.stringify(tool?.parametersJsonSchema)).toContain('"enum":["1","2","3"]')
    const args = {
      level: '2',
      nested: [{ n: '0.5', next: { n: 'x' } }],
      either: '7',
      wait: 1000,
      note: null,
    }
    const told = await called([fn('f', schema)], 'f', args)
    expect(JSON.parse(String(told['arguments']))).toEqual({
      level: 2,
      nested: [{ n: 0.5, next: { n: 'x' } }],
      either: 7,
      wait: 1000,
      note: null,
    })
  })

  it.each([
    [
      [1, null],
      ['1', null],
    ],
    // No text can be made of it.
    [
      [1, { toString: 1 }],
      ['1', { toString: 1 }],
    ],
  ])('of an enum of numbers and others: %j', async (values, told) => {
    const [tool] = await declared([
      fn('f', { type: 'object', properties: { level: { type: 'string', enum: values } } }),
    ])
    expect(tool?.parametersJsonSchema).toMatchObject({ properties: { level: { enum: told } } })
  })

  const level = { type: 'string', enum: [1, 2] }
  it.each<[object, unknown, unknown]>([
    [
      { additionalProperties: level, properties: { b: {} } },
      { a: '2', b: '2' },
      { a: 2, b: '2' },
    ],
    [{ properties: { a: { prefixItems: [{}, level] } } }, { a: ['1', '2'] }, { a: ['1', 2] }],
    [{ properties: { a: { items: [level, {}] } } }, { a: ['1', '2'] }, { a: [1, '2'] }],
    [
      { properties: { a: { anyOf: [{ type: 'array', items: level }, { type: 'null' }] } } },
      { a: ['1', '3'] },
      { a: [1, '3'] },
    ],
  ])('come back as numbers wherever their enum stands: %j', (where, given, meant) => {
    expect(restored(given, { type: 'object', ...where })).toEqual(meant)
  })

  it('that are null where that is not allowed are left out, and whole numbers have no fraction', async () => {
    const response = answer([])
    const json = '{"name":"f","args":{"wait":1000.0,"level":null}}'
    response.candidates?.[0]?.content?.parts?.push({ functionCall: JSON.parse(json) as never })
    const { output } = await wholeOf({ ...HI, tools: [fn('f', schema)] }, response)
    expect(output[0]?.['arguments']).toBe('{"wait":1000}')
  })

  it('are `{}` where Gemini gives none, and always a string', async () => {
    const { output } = await wholeOf(
      { ...HI, tools: [fn('f')] },
      answer([{ functionCall: { name: 'f' } }]),
    )
    expect(output[0]).toMatchObject({ type: 'function_call', name: 'f', arguments: '{}' })
    expect(output[0]?.['call_id']).toMatch(/\D/)
  })

  it('of a schema that refers to itself, or nowhere, end', () => {
    const circle = { $ref: '#/$defs/a', $defs: { a: { $ref: '#/$defs/a' } } }
    expect(restored({ a: '1' }, circle)).toEqual({ a: '1' })
    expect(restored({ a: null }, { properties: { a: { $ref: '#/nowhere' } } })).toEqual({ a: null })
    const deep = { type: 'object', properties: {} as Record<string, unknown> }
    deep.properties['a'] = deep
    expect(withTextEnums(deep)).toBe(deep)
  })
  it('that are whole numbers beyond 2^53 keep all of their digits', () => {
    const args = parseWithRawNumbers('{"id":12345678901234567890,"ids":[98765432109876543210]}')
    expect(JSON.stringify(restored(args, { properties: { id: { type: 'integer' } } }))).toBe(
      '{"id":12345678901234567890,"ids":[98765432109876543210]}',
    )
  })

  it('of a schema whose parts refer to each other many times over end at once', () => {
    const parts = Array.from({ length: 40 }, (_, at) => [
      `p${at}`,
      { allOf: [1, 2, 3].map((step) => ({ $ref: `#/$defs/p${(at + step) % 40}` })) },
    ])
    const last = { properties: { n: { type: 'string', enum: [1, 2] }, o: { type: 'string' } } }
    const $defs = { ...Object.fromEntries(parts), p7: last }
    const tangled = { type: 'object', properties: { a: { $ref: '#/$defs/p0' } }, $defs }
    expect(restored({ a: { n: '2', o: null, p: null } }, tangled)).toEqual({ a: { n: 2, p: null } })
  })
})
