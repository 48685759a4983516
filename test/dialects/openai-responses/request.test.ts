import { describe, expect, it } from 'vitest'
import { sealSignatures, sealSummary } from '../../../src/dialects/envelope.ts'
import type { Memory } from '../../../src/dialects/memory.ts'
import type { Content, Part } from '../../../src/gemini/types.ts'
import { failureOf, MODEL, requestOf, understoodOf } from './support.ts'

const user = (text: string): Content => ({ role: 'user', parts: [{ text }] })
const model = (text: string): Content => ({ role: 'model', parts: [{ text }] })
const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=='

async function partsOf(input: unknown, rest: object = {}): Promise<readonly Part[]> {
  const { contents } = await requestOf({ input, ...rest })
  return contents.flatMap(({ parts }) => parts)
}

describe('the input', () => {
  it.each<[string, unknown, readonly Content[]]>([
    ['a string', 'Hi', [user('Hi')]],
    ['messages without a type', [{ role: 'user', content: 'Hi' }], [user('Hi')]],
    [
      'parts, in the words of either API',
      [
        {
          role: 'user',
          content: [
            { type: 'input_text', text: 'a' },
            { type: 'text', text: 'b' },
            { type: 'input_text', text: '' },
          ],
        },
      ],
      [{ role: 'user', parts: [{ text: 'a' }, { text: 'b' }] }],
    ],
    [
      'an assistant’s words, as a string, as parts, as a refusal',
      [
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: 'One' },
        {
          type: 'message',
          id: 'msg_1',
          status: 'completed',
          phase: 'final_answer',
          role: 'assistant',
          content: [
            { type: 'output_text', text: 'Two', annotations: [], logprobs: [] },
            { type: 'refusal', refusal: 'Three' },
          ],
        },
        { role: 'user', content: 'So?' },
      ],
      [
        user('Hi'),
        { role: 'model', parts: [{ text: 'One' }, { text: 'Two' }, { text: 'Three' }] },
        user('So?'),
      ],
    ],
    [
      'what nobody needs, or nobody knows',
      [
        { role: 'user', content: 'Hi' },
        { type: 'web_search_call', id: 'ws_1', status: 'completed', action: { type: 'search' } },
        { type: 'file_search_call', id: 'fs_1' },
        { type: 'mcp_list_tools', tools: [] },
        { type: 'something_new', data: 1 },
        { type: 'reasoning', summary: [], content: null, encrypted_content: null },
      ],
      [user('Hi')],
    ],
    [
      'passthrough fields of Codex',
      [{ role: 'user', content: 'Hi', internal_chat_message_metadata_passthrough: { a: 1 } }],
      [user('Hi')],
    ],
  ])('may be %s', async (_, input, contents) => {
    expect((await requestOf({ input })).contents).toEqual(contents)
  })

  it('has its leading instructions above it, and later ones in their place, so that what stands before stays the same', async () => {
    const before = [
      { role: 'developer', content: 'One' },
      { role: 'system', content: [{ type: 'input_text', text: 'Two' }] },
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'Hello' },
    ]
    const asked = [
      ...before,
      { role: 'developer', content: 'Now be brief' },
      { role: 'user', content: 'So?' },
    ]
    const first = await requestOf({ instructions: 'Zero', input: before })
    const next = await requestOf({ instructions: 'Zero', input: asked })
    expect(next.systemInstruction).toEqual({
      parts: [{ text: 'Zero' }, { text: 'One' }, { text: 'Two' }],
    })
    expect(next.systemInstruction).toEqual(first.systemInstruction)
    expect(next.contents).toEqual([
      user('Hi'),
      model('Hello'),
      {
        role: 'user',
        parts: [{ text: '<developer>\nNow be brief\n</developer>' }, { text: 'So?' }],
      },
    ])
  })

  it('has a developer’s word among results in the results’ content', async () => {
    const { contents } = await requestOf({
      input: [
        { role: 'user', content: 'Hi' },
        { type: 'function_call', call_id: 'c1', name: 'f', arguments: '{}' },
        { type: 'function_call_output', call_id: 'c1', output: 'done' },
        { role: 'developer', content: 'Hurry' },
      ],
    })
    expect(contents).toHaveLength(3)
    expect(contents[2]?.parts.at(-1)).toEqual({ text: '<developer>\nHurry\n</developer>' })
  })

  it.each([
    ['a data URL', { image_url: `data:image/png;base64,${PNG}`, detail: 'high' }],
    ['a data URL without detail', { image_url: `data:image/png;base64,${PNG}` }],
    ['an object', { image_url: { url: `data:image/png;base64,${PNG}` } }],
  ])('takes an image as %s', async (_, image) => {
    const [part] = await partsOf([{ role: 'user', content: [{ type: 'input_image', ...image }] }])
    expect(part?.inlineData).toEqual({ mimeType: 'image/png', data: PNG })
  })

  it('takes a file, and a picture in an output', async () => {
    const pdf = `data:application/pdf;base64,${btoa('%PDF-1.7 etc')}`
    const parts = await partsOf([
      { role: 'user', content: [{ type: 'input_file', filename: 'a.pdf', file_data: pdf }] },
      { type: 'function_call', call_id: 'c1', name: 'view', arguments: '{}' },
      {
        type: 'function_call_output',
        call_id: 'c1',
        output: [
          { type: 'input_text', text: 'here' },
          { type: 'input_image', image_url: `data:image/png;base64,${PNG}` },
        ],
      },
    ])
    expect(parts[0]?.inlineData?.mimeType).toBe('application/pdf')
    expect(parts.at(-1)?.functionResponse).toMatchObject({
      name: 'view',
      parts: [{ inlineData: { mimeType: 'image/png' } }],
    })
  })

  it('shows a picture that the model made to it again, as the user’s', async () => {
    const input = [
      { role: 'user', content: 'Draw' },
      { type: 'image_generation_call', id: 'ig_1', status: 'completed', result: PNG },
      { role: 'user', content: 'Bluer' },
    ]
    const { attachments } = await understoodOf({ input })
    expect(attachments).toMatchObject([{ param: 'input[1].result' }])
    expect((await requestOf({ input })).contents).toEqual([
      {
        role: 'user',
        parts: [
          { text: 'Draw' },
          { inlineData: { mimeType: 'image/png', data: PNG } },
          { text: 'Bluer' },
        ],
      },
    ])
  })

  it('lists what is to be fetched, with its place', async () => {
    const { attachments } = await understoodOf({
      input: [
        { role: 'user', content: 'See' },
        { role: 'user', content: [{ type: 'input_image', image_url: 'https://a.example/b.png' }] },
      ],
    })
    expect(attachments).toMatchObject([{ param: 'input[1].content[0].image_url' }])
  })

  it('takes parameters that are an empty list, as PHP writes them', async () => {
    const tools = [{ type: 'function', name: 'f', parameters: [] }]
    expect((await requestOf({ input: 'Hi', tools })).tools).toEqual([
      { functionDeclarations: [{ name: 'f', parametersJsonSchema: {} }] },
    ])
  })

  it.each([
    ['"{bad"', '{bad', { raw: '{bad' }],
    ['nothing', '', {}],
    ['an empty list, which PHP writes', '[]', {}],
    ['a list', '[1]', { raw: '[1]' }],
    ['null', null, {}],
    ['an object', { a: 1 }, { a: 1 }],
    ['JSON', '{"a":1}', { a: 1 }],
  ])('takes arguments of a call that are %s', async (_, args, expected) => {
    const parts = await partsOf([
      { role: 'user', content: 'Hi' },
      { type: 'function_call', call_id: 'c1', name: 'f', arguments: args },
      { type: 'function_call_output', call_id: 'c1', output: 'done' },
    ])
    expect(parts.find(({ functionCall }) => functionCall)?.functionCall?.args).toEqual(expected)
  })

  it.each([
    ['false', false, 'false'],
    ['zero', 0, '0'],
    ['null', null, ''],
    ['a list of values', [1, 2], '[1,2]'],
    ['no parts', [], ''],
    [
      'a picture that Gemini does not read',
      [{ type: 'input_image', image_url: `data:image/gif;base64,${btoa('GIF89a\x01\x00')}` }],
      '(A file of this result is image/gif, which is not an image that Gemini reads: PNG, JPEG, WebP, HEIC or HEIF. It was left out.)',
    ],
    [
      'a text that is none',
      [
        {
          type: 'input_file',
          filename: 'a.txt',
          file_data: `data:text/plain;base64,${btoa('H\xfcl')}`,
        },
      ],
      '(A file of this result is said to be text, but is not in UTF-8. It was left out.)',
    ],
  ])('takes an output that is %s', async (_, output, expected) => {
    const parts = await partsOf([
      { role: 'user', content: 'Hi' },
      { type: 'function_call', call_id: 'c1', name: 'f', arguments: '{}' },
      { type: 'function_call_output', call_id: 'c1', output },
    ])
    expect(parts.at(-1)?.functionResponse?.response).toEqual({ result: expected })
  })

  it('answers calls in their order, by id, and one without an id by its name', async () => {
    const { contents } = await requestOf({
      input: [
        { role: 'user', content: 'Hi' },
        { type: 'function_call', call_id: 'a', name: 'one', arguments: '{}' },
        { type: 'function_call', call_id: 'b', name: 'two', arguments: '{}' },
        { type: 'function_call_output', call_id: 'b', output: [{ type: 'input_text', text: '2' }] },
        { type: 'function_call_output', name: 'one', output: '1' },
      ],
    })
    expect(contents[2]?.parts.map(({ functionResponse }) => functionResponse?.name)).toEqual([
      'one',
      'two',
    ])
  })

  it('brings signatures back from an envelope, before or after their calls, and several of them joined', async () => {
    const maker = { model: MODEL, upstream: 'gemini-api' } as const
    const [one, two] = ['EgQBAgME', 'EgQFBgcI']
    const reasoning = {
      type: 'reasoning',
      summary: [],
      encrypted_content:
        sealSignatures(maker, [{ callId: 'a', signature: one }]) +
        sealSignatures(maker, [{ callId: 'b', signature: two }]),
    }
    const calls = ['a', 'b'].flatMap((id) => [
      { type: 'function_call', call_id: id, name: 'f', arguments: '{}' },
      { type: 'function_call_output', call_id: id, output: 'ok' },
    ])
    const hello = { role: 'user', content: 'Hi' }
    for (const input of [
      [hello, reasoning, ...calls],
      [hello, ...calls, reasoning],
    ]) {
      const signed = (await partsOf(input)).filter(({ signedBy }) => signedBy !== undefined)
      expect(signed.map(({ thoughtSignature }) => thoughtSignature)).toEqual([one, two])
      expect(signed.map(({ signedBy }) => signedBy)).toEqual([maker, maker])
    }
  })

  it('unpacks a summary, and asks for one in place of an answer', async () => {
    const compaction = { type: 'compaction', id: 'cmp_1', encrypted_content: sealSummary('Ada.') }
    const told = await requestOf({ input: [compaction, { role: 'user', content: 'So?' }] })
    expect(JSON.stringify(told.contents)).toContain('Ada.')
    const asked = await requestOf({
      input: [{ role: 'user', content: 'I am Ada' }, { type: 'compaction_trigger' }],
      tools: [{ type: 'function', name: 'f' }],
    })
    expect(asked.tools).toBeUndefined()
    expect(JSON.stringify(asked.contents)).toContain('Write a summary of this conversation')
  })

  it('gives calls and results of native and custom tools back as they were', async () => {
    const parts = await partsOf([
      { role: 'user', content: 'Hi' },
      { type: 'custom_tool_call', call_id: 'a', name: 'patch', input: '*** Begin' },
      { type: 'custom_tool_call_output', call_id: 'a', output: 'ok' },
      { type: 'shell_call', call_id: 'b', action: { commands: ['ls'], timeout_ms: null } },
      { type: 'shell_call_output', call_id: 'b', output: [{ stdout: 'a.txt', outcome: 1 }] },
      { type: 'local_shell_call', call_id: 'c', action: { type: 'exec', command: ['ls'] } },
      { type: 'local_shell_call_output', id: 'c', output: '{"output":"a"}' },
      { type: 'apply_patch_call', call_id: 'd', operation: { type: 'delete_file', path: 'a' } },
      { type: 'apply_patch_call_output', call_id: 'd', status: 'completed', output: null },
      { type: 'tool_search_call', call_id: 'e', execution: 'client', arguments: { query: 'x' } },
      { type: 'tool_search_output', call_id: 'e', tools: [{ type: 'function', name: 'found' }] },
    ])
    const calls = parts.flatMap(({ functionCall }) => functionCall ?? [])
    expect(calls.map(({ name, args }) => [name, args])).toEqual([
      ['patch', { input: '*** Begin' }],
      ['shell', { commands: ['ls'] }],
      ['local_shell', { type: 'exec', command: ['ls'] }],
      ['apply_patch', { type: 'delete_file', path: 'a' }],
      ['tool_search', { query: 'x' }],
    ])
    const results = parts.flatMap(({ functionResponse }) => functionResponse ?? [])
    expect(results.map(({ name }) => name)).toEqual(calls.map(({ name }) => name))
  })
})

describe('what is stored', () => {
  const memory: Memory = {
    recall: ({ previous, references }) =>
      Promise.resolve({
        ok: true,
        items:
          previous === null
            ? []
            : [
                '{"type":"message","role":"user","content":"Before"}',
                '{"type":"message","role":"assistant","content":"Told"}',
              ],
        referenced: references.map((id) =>
          id === 'msg_1' ? '{"type":"message","role":"assistant","content":"Mine"}' : null,
        ),
      }),
    store: () => Promise.resolve(true),
  }

  it('stands before the input, and in the places of references', async () => {
    const { contents } = await requestOf(
      {
        previous_response_id: 'resp_1',
        input: [
          { role: 'user', content: 'One' },
          { type: 'item_reference', id: 'msg_1' },
          { role: 'user', content: 'Two' },
          { id: 'msg_1' },
          { role: 'user', content: 'Three' },
        ],
      },
      memory,
    )
    expect(contents.map(({ parts }) => parts.map(({ text }) => text).join())).toEqual([
      'Before',
      'Told',
      'One',
      'Mine',
      'Two',
      'Mine',
      'Three',
    ])
  })

  it('is left out as far as a summary stands for it, but for instructions, tools and settings', async () => {
    const items = [
      { role: 'developer', content: 'Work.' },
      { type: 'additional_tools', tools: [{ type: 'function', name: 'early' }] },
      { role: 'user', content: 'I am Ada' },
      { type: 'configuration_update', reasoning: { effort: 'high' } },
      { type: 'tool_search_call', call_id: 'c', arguments: {} },
      { type: 'tool_search_output', call_id: 'c', tools: [{ type: 'function', name: 'found' }] },
      { type: 'compaction_trigger' },
      { type: 'compaction', id: 'cmp_1', encrypted_content: sealSummary('She is Ada.') },
      { role: 'user', content: 'Since' },
    ]
    const recall = (): ReturnType<Memory['recall']> =>
      Promise.resolve({
        ok: true,
        items: items.map((item) => JSON.stringify(item)),
        referenced: [],
      })
    const request = await requestOf(
      { previous_response_id: 'resp_1', input: 'Who am I?' },
      { ...memory, recall },
    )
    expect(request.systemInstruction).toEqual({ parts: [{ text: 'Work.' }] })
    expect(request.generationConfig?.thinkingConfig).toMatchObject({ thinkingLevel: 'HIGH' })
    expect(request.contents).toEqual([
      {
        role: 'user',
        parts: [
          { text: 'What was said before, in a summary:\n\nShe is Ada.' },
          { text: 'Since' },
          { text: 'Who am I?' },
        ],
      },
    ])
    expect(
      request.tools?.flatMap(({ functionDeclarations = [] }) =>
        functionDeclarations.map(({ name }) => name),
      ),
    ).toEqual(['early', 'found'])
  })

  it('stays where its summary was cut off', async () => {
    const items = [
      { role: 'user', content: 'I am Ada' },
      { type: 'compaction_trigger' },
      { type: 'compaction', encrypted_content: sealSummary('She'), status: 'incomplete' },
    ]
    const texts = items.map((item) => JSON.stringify(item))
    const recall = () => Promise.resolve({ ok: true as const, items: texts, referenced: [] })
    const asked = { previous_response_id: 'resp_1', input: 'Who am I?' }
    const { contents } = await requestOf(asked, { ...memory, recall })
    expect(contents.flatMap(({ parts }) => parts.map(({ text }) => text))).toEqual([
      'I am Ada',
      'What was said before, in a summary:\n\nShe',
      'Who am I?',
    ])
  })

  it('is missed by its place', async () => {
    const input = [{ role: 'user', content: 'One' }, { id: 'msg_2' }]
    expect(await failureOf({ input }, memory)).toMatchObject({
      reason: 'item_not_found',
      param: 'input[1]',
    })
  })

  it.each([
    [{ previous_response_id: 'resp_1' }, 'previous_response_id.items[0].content[0].file_id'],
    [{ conversation: 'conv_1' }, 'conversation.items[0].content[0].file_id'],
    [{ conversation: { id: 'conv_1' } }, 'conversation.items[0].content[0].file_id'],
  ])('is named by what it came with, where it cannot be used: %j', async (named, param) => {
    const lost = { role: 'user', content: [{ type: 'input_file', file_id: 'file 1' }] }
    const items = [JSON.stringify(lost)]
    const recall = () => Promise.resolve({ ok: true as const, items, referenced: [] })
    const failure = await failureOf({ ...named, input: 'Hi' }, { ...memory, recall })
    expect(failure).toMatchObject({ reason: 'invalid_value', param })
  })
})

describe('settings', () => {
  it.each<[object, object]>([
    [
      { temperature: 0.5, top_p: 0.9, max_output_tokens: 5 },
      { temperature: 0.5, topP: 0.9, maxOutputTokens: 5 },
    ],
    [{ max_output_tokens: null, temperature: null, top_p: null }, {}],
    [
      { reasoning: { effort: 'low' } },
      { thinkingConfig: { thinkingLevel: 'LOW', includeThoughts: false } },
    ],
    [{ reasoning: { summary: 'auto' } }, { thinkingConfig: { includeThoughts: true } }],
    [
      { reasoning: { effort: 'none', generate_summary: 'concise' } },
      { thinkingConfig: { thinkingBudget: 0, includeThoughts: true } },
    ],
    [{ text: {} }, {}],
    [{ text: { format: { type: 'text' } } }, {}],
    [{ text: { format: { type: 'json_object' } } }, { responseMimeType: 'application/json' }],
    [
      {
        text: {
          format: { type: 'json_schema', name: 'a', strict: true, schema: { type: 'object' } },
        },
      },
      { responseMimeType: 'application/json', responseJsonSchema: { type: 'object' } },
    ],
    // As Chat Completions has it.
    [
      { text: { format: { type: 'json_schema', json_schema: { schema: { type: 'object' } } } } },
      { responseMimeType: 'application/json', responseJsonSchema: { type: 'object' } },
    ],
    [
      { text: { format: { type: 'json_object', schema: { type: 'object' } } } },
      { responseMimeType: 'application/json', responseJsonSchema: { type: 'object' } },
    ],
    [
      { seed: 7, stop: ['a'], top_k: 3 },
      { seed: 7, stopSequences: ['a'], topK: 3 },
    ],
    [{ top_logprobs: 2 }, { responseLogprobs: true, logprobs: 2 }],
    [{ include: ['message.output_text.logprobs'] }, { responseLogprobs: true }],
  ])('%j', async (asked, config) => {
    const { generationConfig } = await requestOf({ input: 'Hi', ...asked })
    expect(generationConfig).toEqual({ thinkingConfig: { includeThoughts: false }, ...config })
  })

  it('are changed by items, each until the next, which end no instructions', async () => {
    const update = (effort: string | null, format?: object): object => ({
      type: 'configuration_update',
      id: null,
      reasoning: { effort },
      ...(format && { text: { format } }),
    })
    const schema = { type: 'object', properties: { a: { type: 'string' } } }
    const { systemInstruction, contents, generationConfig } = await requestOf({
      reasoning: { effort: 'low', summary: 'auto' },
      input: [
        update('minimal'),
        { role: 'developer', content: 'Work.' },
        { role: 'user', content: 'Hi' },
        update('high', { type: 'json_schema', name: 'a', schema }),
        update(null),
        { role: 'user', content: 'So?' },
      ],
    })
    expect(systemInstruction).toEqual({ parts: [{ text: 'Work.' }] })
    expect(contents).toEqual([{ role: 'user', parts: [{ text: 'Hi' }, { text: 'So?' }] }])
    expect(generationConfig).toMatchObject({
      thinkingConfig: { thinkingLevel: 'HIGH', includeThoughts: true },
      responseMimeType: 'application/json',
      responseJsonSchema: schema,
    })
  })

  it('takes all that Codex sends beside', async () => {
    const understood = await understoodOf({
      input: 'Hi',
      store: false,
      include: ['reasoning.encrypted_content'],
      prompt_cache_key: 'thread',
      client_metadata: { a: 1 },
      reasoning: { summary: 'auto', context: 'all_turns', mode: 'x' },
      truncation: 'auto',
      metadata: { a: 'b' },
      service_tier: 'auto',
      stream_options: { include_obfuscation: false },
      user: 'me',
      safety_identifier: 'x',
      context_management: {},
      max_tool_calls: 3,
      tools: [],
      background: false,
      prompt: null,
      tool_choice: 'auto',
      parallel_tool_calls: true,
    })
    expect(understood.conversation).toBe('thread')
  })

  it('takes the routing word of LiteLLM off the name of the model', async () => {
    const { model: asked } = await understoodOf({ model: `responses/${MODEL}`, input: 'Hi' })
    expect(asked).toBe(MODEL)
  })
})

describe('refusals', () => {
  it.each<[object, string, string]>([
    [{}, 'missing_required_parameter', 'input'],
    [{ input: [] }, 'missing_required_parameter', 'input'],
    [{ input: [{ type: 'compaction_trigger' }] }, 'missing_required_parameter', 'input'],
    [{ input: 5 }, 'invalid_type', 'input'],
    [{ input: ['x'] }, 'invalid_type', 'input[0]'],
    [{ input: [{ role: 'robot', content: 'x' }] }, 'invalid_value', 'input[0].role'],
    [{ input: [{ role: 'user', content: 5 }] }, 'invalid_type', 'input[0].content'],
    [
      { input: [{ role: 'user', content: [{ type: 'input_hologram' }] }] },
      'invalid_value',
      'input[0].content[0].type',
    ],
    [
      { input: [{ role: 'user', content: [{ type: 'input_image', file_id: 'file 1' }] }] },
      'invalid_value',
      'input[0].content[0].file_id',
    ],
    [
      { input: [{ type: 'function_call', arguments: '{}' }] },
      'missing_required_parameter',
      'input[0].name',
    ],
    [
      { input: [{ type: 'configuration_update', reasoning: { effort: 'wild' } }] },
      'invalid_value',
      'input[0].reasoning.effort',
    ],
    [{ input: 'x', background: true }, 'unsupported_parameter', 'background'],
    [{ input: 'x', prompt: { id: 'p' } }, 'unsupported_parameter', 'prompt'],
    [
      { input: 'x', previous_response_id: 'resp_1' },
      'unsupported_parameter',
      'previous_response_id',
    ],
    [{ input: 'x', conversation: { id: 'conv_1' } }, 'unsupported_parameter', 'conversation'],
    [
      { input: 'x', conversation: 'conv_1', previous_response_id: 'resp_1' },
      'invalid_value',
      'previous_response_id',
    ],
    [{ input: [{ id: 'msg_1' }] }, 'unsupported_parameter', 'input[0]'],
    [{ input: [{ type: 5 }] }, 'invalid_value', 'input[0].type'],
    [
      { input: [{ type: 'image_generation_call', result: 'no picture' }] },
      'invalid_value',
      'input[0].result',
    ],
    [
      { input: [{ type: 'compaction', encrypted_content: 'gAAAAABsomebody' }] },
      'invalid_value',
      'input[0].encrypted_content',
    ],
    [{ input: 'x', reasoning: [] }, 'invalid_type', 'reasoning'],
    [{ input: 'x', text: ['json'] }, 'invalid_type', 'text'],
    [{ input: 'x', text: { format: [] } }, 'invalid_type', 'text.format'],
    ...['metadata', 'stream_options'].map((field): [object, string, string] => [
      { input: 'x', [field]: 'x' },
      'invalid_type',
      field,
    ]),
    ...[
      'user',
      'safety_identifier',
      'prompt_cache_key',
      'prompt_cache_retention',
      'truncation',
      'service_tier',
    ].map((field): [object, string, string] => [{ input: 'x', [field]: 5 }, 'invalid_type', field]),
    [{ input: 'x', max_tool_calls: 1.5 }, 'invalid_type', 'max_tool_calls'],
    [{ input: 'x', temperature: 9 }, 'invalid_value', 'temperature'],
    [{ input: 'x', stream: 'yes' }, 'invalid_type', 'stream'],
    [{ input: 'x', text: { format: { type: 'xml' } } }, 'invalid_value', 'text.format.type'],
    [{ input: 'x', reasoning: { effort: 'some' } }, 'invalid_value', 'reasoning.effort'],
    [{ input: 'x', tools: [{ type: 'function' }] }, 'missing_required_parameter', 'tools[0].name'],
    [
      { input: 'x', tools: [{ type: 'namespace', name: 'n', tools: [{ type: 'web_search' }] }] },
      'invalid_value',
      'tools[0].tools[0].type',
    ],
    [{ input: 'x', tool_choice: 'maybe' }, 'invalid_value', 'tool_choice'],
    [
      { input: 'x', tool_choice: { type: 'function' } },
      'missing_required_parameter',
      'tool_choice.name',
    ],
    ...[
      'apply_patch',
      'mcp',
      'file_search',
      'image_generation',
      'something',
      // Google has one, but it was not offered.
      'web_search',
    ].map((type): [object, string, string] => [
      { input: 'x', tools: [{ type: 'function', name: 'f' }], tool_choice: { type } },
      'invalid_value',
      'tool_choice',
    ]),
    [
      {
        input: 'x',
        tools: [{ type: 'function', name: 'f' }, { type: 'code_interpreter' }],
        tool_choice: { type: 'allowed_tools', mode: 'auto', tools: [{ type: 'web_search' }] },
      },
      'invalid_value',
      'tool_choice',
    ],
    [
      {
        input: 'x',
        tools: [{ type: 'function', name: 'f' }],
        tool_choice: { type: 'function', name: 'g' },
      },
      'invalid_value',
      'tool_choice',
    ],
    [
      {
        input: 'x',
        tools: [{ type: 'image_generation' }],
        tool_choice: { type: 'image_generation' },
      },
      'invalid_value',
      'tool_choice',
    ],
  ])('%j', async (body, reason, param) => {
    expect(await failureOf(body)).toMatchObject({ reason, param })
  })
})
