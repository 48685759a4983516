/** What Google is asked where an Anthropic client asks. The emulator refuses all that Google may refuse. */
import { describe, expect, it } from 'vitest'
import type { GenerateContentRequest } from '../../../src/gemini/types.ts'
import { ask, askBothWays, expectOk } from '../../support/messages.ts'
import { givenUser } from '../../support/pollux.ts'
import { lastRequestOf } from '../../support/received.ts'
import { TOOLS, scripted, call, toolsIn } from './support.ts'

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
