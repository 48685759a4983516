import { describe, expect, it } from 'vitest'
import type { Memory } from '../../../src/dialects/memory.ts'
import { STORED_RESPONSES } from '../../../src/dialects/openai-responses/stored.ts'
import type { Part } from '../../../src/gemini/types.ts'
import { answer, failureOf, NO_MEMORY, requestOf, translatedOf, wholeOf } from './support.ts'

const PNG = 'iVBORw0KGgo='
const WAV = btoa('RIFF\x24\0\0\0WAVEfmt ')

async function partsOf(items: readonly object[], memory?: Memory): Promise<readonly Part[]> {
  const input = [{ role: 'user', content: 'Hi' }, ...items]
  const { contents } = await requestOf({ input }, memory)
  return contents.flatMap(({ parts }) => parts)
}

describe('an item', () => {
  it('may have null for its type, or none', async () => {
    for (const type of [null, undefined]) {
      const parts = await partsOf([{ type, role: 'user', content: 'there' }])
      expect(parts).toEqual([{ text: 'Hi' }, { text: 'there' }])
    }
    const read = STORED_RESPONSES.read([{ type: null, role: 'user', content: 'Hi' }], () => '1')
    expect(read).toEqual({
      ok: true,
      value: [{ id: 'msg_1', text: '{"type":"message","role":"user","content":"Hi"}' }],
    })
  })

  it.each([
    ['function_call', 'function_call_output'],
    ['custom_tool_call', 'custom_tool_call_output'],
    ['tool_search_call', 'tool_search_output'],
    ['local_shell_call', 'local_shell_call_output'],
    ['shell_call', 'shell_call_output'],
    ['apply_patch_call', 'apply_patch_call_output'],
  ])('%s may lack what was asked, and %s what came of it', async (type, output) => {
    for (const nothing of [undefined, null]) {
      const parts = await partsOf([
        { type, call_id: 'c', name: 'f', arguments: nothing, input: nothing, action: nothing },
        { type: output, call_id: 'c', output: nothing },
      ])
      expect(parts.map((part) => Object.keys(part))).toEqual([
        ['text'],
        ['functionCall'],
        ['functionResponse'],
      ])
    }
  })

  it('is what one agent of Codex tells another, readable or not, also between results', async () => {
    const task = [
      { type: 'input_text', text: 'Message Type: NEW_TASK\n' },
      { type: 'encrypted_content', encrypted_content: 'Find the needle' },
    ]
    const message = { type: 'agent_message', id: 'amsg_1', author: '/root', recipient: '/root/a' }
    expect(await partsOf([{ ...message, content: task }])).toEqual([
      { text: 'Hi' },
      { text: 'Message Type: NEW_TASK\n' },
      { text: 'Find the needle' },
    ])
    const parts = await partsOf([
      { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' },
      { type: 'function_call', call_id: 'd', name: 'f', arguments: '{}' },
      { type: 'function_call_output', call_id: 'c', output: 'one' },
      { ...message, content: [{ type: 'input_text', text: 'Found' }] },
      { type: 'function_call_output', call_id: 'd', output: 'two' },
    ])
    expect(parts.slice(3)).toMatchObject([
      { functionResponse: { response: { result: 'one' } } },
      { functionResponse: { response: { result: 'two' } } },
      { text: 'Found' },
    ])
  })

  it('that has no part in the answer is named', async () => {
    const input = [
      { role: 'user', content: 'Hi' },
      { type: 'mcp_call', id: 'mcp_1', name: 'f', arguments: '{}', output: 'Done' },
      { type: 'web_search_call', id: 'ws_1', status: 'completed', action: { type: 'search' } },
      { type: 'configuration_update', reasoning: { effort: 'low' } },
    ]
    const { ignored } = await translatedOf({ input })
    expect(ignored?.(null)).toEqual(['input.mcp_call'])
  })

  it('is an output of a custom tool beside another one of the same call', async () => {
    const [, , result] = await partsOf([
      { type: 'custom_tool_call', call_id: 'c', name: 'exec', input: 'notify("Half done")' },
      { type: 'custom_tool_call_output', call_id: 'c', output: 'Done' },
      { type: 'custom_tool_call_output', call_id: 'c', name: 'exec', output: 'Half done' },
    ])
    expect(result?.functionResponse?.response).toEqual({ result: 'Done\nHalf done' })
  })

  it('names the function that it is the result of, within its namespace', async () => {
    const parts = await partsOf([
      { type: 'function_call', call_id: 'c', name: 'f', namespace: 'n', arguments: '{}' },
      { type: 'function_call_output', name: 'f', namespace: 'n', output: 'done' },
    ])
    expect(parts[2]).toMatchObject({
      functionResponse: { name: 'n__f', response: { result: 'done' } },
    })
  })

  it.each(['message', 'function_call_output'])(
    'has sound by its address, in a %s',
    async (type) => {
      const sound = [{ type: 'input_audio', audio_url: `data:audio/wav;base64,${WAV}` }]
      const parts = await partsOf([
        { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' },
        { type, role: 'user', call_id: 'c', content: sound, output: sound },
      ])
      const part = { inlineData: { mimeType: 'audio/wav', data: WAV } }
      const result = { functionResponse: { parts: [part] } }
      expect(parts.at(-1)).toMatchObject(type === 'message' ? part : result)
    },
  )

  it.each([
    [{ status: 'failed' }, { error: 'The patch could not be applied.' }],
    [{ status: 'failed', output: 'No such file' }, { error: 'No such file' }],
    [{ status: 'completed' }, { result: '' }],
    [{ status: 'completed', output: 'Done' }, { result: 'Done' }],
  ])('says of a patch what came of it: %j', async (said, response) => {
    const [, , result] = await partsOf([
      { type: 'apply_patch_call', call_id: 'c', operation: { type: 'delete_file', path: 'a' } },
      { type: 'apply_patch_call_output', call_id: 'c', ...said },
    ])
    expect(result?.functionResponse?.response).toEqual(response)
  })

  it('is a picture that the model made, found by its id where only that comes back', async () => {
    const asked: string[] = []
    const memory: Memory = {
      ...NO_MEMORY,
      recall: ({ references }) => {
        asked.push(...references)
        const result = { type: 'image_generation_call', id: 'ig_1', result: PNG }
        const referenced = references.map((id) => (id === 'ig_1' ? JSON.stringify(result) : null))
        return Promise.resolve({ ok: true, items: [], referenced })
      },
    }
    const lost = { type: 'image_generation_call', id: 'ig_1', status: 'completed' }
    for (const nothing of [{}, { result: null }, { result: '' }]) {
      const parts = await partsOf([{ ...lost, ...nothing }], memory)
      expect(parts[1]).toEqual({ inlineData: { mimeType: 'image/png', data: PNG } })
    }
    expect(asked).toEqual(['ig_1', 'ig_1', 'ig_1'])
    const other = { type: 'image_generation_call', id: 'ig_2' }
    expect(await failureOf({ input: [other] }, memory)).toMatchObject({
      reason: 'item_not_found',
      param: 'input[0]',
    })
    // Perhaps none was made, and so none is missing.
    expect(await partsOf([{ ...other, result: null }], memory)).toEqual([{ text: 'Hi' }])
    expect(await partsOf([{ ...other, result: null }])).toEqual([{ text: 'Hi' }])
    expect(await failureOf({ input: [other] })).toMatchObject({ param: 'input[0]' })
    const both = [{ ...other, result: null }, other]
    expect(await failureOf({ input: both })).toMatchObject({ param: 'input[1]' })
  })
})

describe('what is to be stored', () => {
  const seen = (image_url: string): object => ({
    role: 'user',
    content: [
      { type: 'input_text', text: 'See' },
      { type: 'input_image', image_url },
    ],
  })

  it.each([
    [seen('data:image/gif;base64,R0lGODlhAQABAAAAACw='), 'items[1].content[1].image_url'],
    [seen('a picture'), 'items[1].content[1].image_url'],
    [{ type: 'image_generation_call', result: 'no picture' }, 'items[1].result'],
    [{ type: 'compaction', encrypted_content: 'gAAAA' }, 'items[1].encrypted_content'],
    [{ role: 'robot', content: 'Hi' }, 'items[1].role'],
  ])('is refused by its place where nothing could be answered with it: %j', (item, param) => {
    const read = STORED_RESPONSES.read([{ role: 'user', content: 'Hi' }, item], () => '1')
    expect(read).toMatchObject({ ok: false, failure: { param } })
  })

  it('stays as it came', () => {
    const item = { type: 'message', ...seen(`data:image/png;base64,${PNG}`) }
    const read = STORED_RESPONSES.read([item], () => '1')
    expect(read).toEqual({ ok: true, value: [{ id: 'msg_1', text: JSON.stringify(item) }] })
  })
})

describe('a list', () => {
  it.each([
    [{ role: 'user', content: 'Hi' }, [{ type: 'input_text', text: 'Hi' }]],
    [{ role: 'user' }, []],
    [{ role: 'user', content: null }, []],
    [
      { role: 'assistant', content: 'Hi' },
      [{ type: 'output_text', text: 'Hi', annotations: [], logprobs: [] }],
    ],
    [
      { role: 'assistant', content: [{ type: 'output_text', text: 'Hi', annotations: null }] },
      [{ type: 'output_text', text: 'Hi', annotations: [], logprobs: [] }],
    ],
    [
      { role: 'assistant', content: [{ type: 'refusal', refusal: 'No' }] },
      [{ type: 'refusal', refusal: 'No' }],
    ],
  ])('shows %j with the parts that clients read', (message, content) => {
    const text = JSON.stringify({ type: 'message', ...message })
    expect(STORED_RESPONSES.item({ id: 'msg_1', isDerived: false, text })).toMatchObject({
      content,
    })
  })
})

describe('thoughts', () => {
  it.each([
    ['auto', true],
    ['none', false],
    [null, false],
  ])('are told where a summary is %j', async (summary, includeThoughts) => {
    const { generationConfig } = await requestOf({ input: 'Hi', reasoning: { summary } })
    expect(generationConfig?.thinkingConfig).toEqual({ includeThoughts })
  })
})

describe('a response', () => {
  it('repeats what its request said, and what stands for what it did not say', async () => {
    const said = {
      instructions: 'Be brief.',
      max_output_tokens: 9,
      max_tool_calls: 3,
      metadata: { a: 'b' },
      parallel_tool_calls: false,
      prompt_cache_key: 'key',
      prompt_cache_retention: '24h',
      reasoning: { effort: 'low', summary: 'auto' },
      safety_identifier: 'id',
      service_tier: 'flex',
      temperature: 0,
      text: { format: { type: 'json_object' }, verbosity: 'low' },
      tool_choice: 'none',
      tools: [{ type: 'function', name: 'f', strict: null, parameters: null }],
      top_logprobs: 2,
      top_p: 0.5,
      truncation: 'auto',
      user: 'me',
    }
    expect(await wholeOf({ input: 'Hi', ...said }, answer([{ text: 'Ho' }]))).toMatchObject(said)
    const nothing = Object.fromEntries(Object.keys(said).map((name) => [name, null]))
    for (const unsaid of [{}, nothing]) {
      expect(await wholeOf({ input: 'Hi', ...unsaid }, answer([{ text: 'Ho' }]))).toMatchObject({
        instructions: null,
        max_output_tokens: null,
        metadata: {},
        parallel_tool_calls: true,
        prompt_cache_retention: null,
        temperature: 1,
        text: { format: { type: 'text' }, verbosity: 'medium' },
        tool_choice: 'auto',
        tools: [],
        top_p: 1,
        truncation: 'disabled',
      })
    }
  })
})
