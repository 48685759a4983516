import { describe, expect, it } from 'vitest'
import { toGeminiRequest } from '../../../src/dialects/openai-chat/request.ts'
import { toChatShape } from '../../../src/dialects/openai-chat/responses-shape.ts'
import { parseChatRequest } from '../../../src/dialects/openai-chat/body/schema.ts'

type Body = Record<string, unknown>

function shaped(body: Body): Body {
  return toChatShape({ model: 'm', ...body }).body
}

const image = 'data:image/png;base64,AAAA'

describe('media of a Responses body', () => {
  const url = 'https://files.test/a.png'
  const picture = { type: 'input_image', image_url: url }

  it('are known by where they are, for what is found wrong with them later', () => {
    const input = [{ role: 'user', content: [{ type: 'input_text', text: 'a' }, picture] }]
    const parsed = parseChatRequest({ model: 'm', instructions: 'be brief', input })
    expect(parsed.ok && parsed.attachments.map(({ param }) => param)).toEqual([
      'input[0].content[1].image_url.url',
    ])
  })
})

describe('what is found wrong with a Responses body when it is translated', () => {
  it('is told by its own names', () => {
    const parsed = parseChatRequest({ model: 'm', input: '' })
    const translated = parsed.ok ? toGeminiRequest(parsed.chat) : parsed
    const failure = translated.ok ? undefined : translated.failure
    expect(parsed.ok && failure && parsed.retold(failure).param).toBe('input')
  })
})

describe('a Responses body', () => {
  it.each<[string, Body, Body]>([
    ['a word', { input: 'hi' }, { messages: [{ role: 'user', content: 'hi' }] }],
    [
      'instructions first',
      { input: 'hi', instructions: 'be brief' },
      {
        messages: [
          { role: 'system', content: 'be brief' },
          { role: 'user', content: 'hi' },
        ],
      },
    ],
    [
      'messages with and without a type',
      {
        input: [
          { role: 'developer', content: 'd' },
          { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'a' }] },
          { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'b' }] },
        ],
      },
      {
        messages: [
          { role: 'developer', content: 'd' },
          { role: 'user', content: [{ type: 'text', text: 'a' }] },
          { role: 'assistant', content: [{ type: 'text', text: 'b' }] },
        ],
      },
    ],
    [
      'images and files',
      {
        input: [
          {
            role: 'user',
            content: [
              { type: 'input_image', image_url: image, detail: 'low' },
              { type: 'input_file', filename: 'a.pdf', file_data: 'AAAA' },
            ],
          },
        ],
      },
      {
        messages: [
          {
            role: 'user',
            content: [
              { type: 'image_url', image_url: { url: image, detail: 'low' } },
              { type: 'file', file: { filename: 'a.pdf', file_data: 'AAAA' } },
            ],
          },
        ],
      },
    ],
    [
      'the calls of one turn in one message, and their results',
      {
        input: [
          { role: 'user', content: 'go' },
          { type: 'reasoning', summary: [], encrypted_content: 'x' },
          { type: 'message', role: 'assistant', content: 'I will' },
          { type: 'function_call', call_id: 'c1', name: 'f', arguments: '{}' },
          { type: 'custom_tool_call', call_id: 'c2', name: 'patch', input: '***' },
          { type: 'function_call_output', call_id: 'c1', output: 'one' },
          {
            type: 'custom_tool_call_output',
            call_id: 'c2',
            output: [{ type: 'input_text', text: 'two' }],
          },
          { type: 'item_reference', id: 'rs_1' },
        ],
      },
      {
        messages: [
          { role: 'user', content: 'go' },
          {
            role: 'assistant',
            content: 'I will',
            tool_calls: [
              { id: 'c1', type: 'function', function: { name: 'f', arguments: '{}' } },
              { id: 'c2', type: 'custom', custom: { name: 'patch', input: '***' } },
            ],
          },
          { role: 'tool', tool_call_id: 'c1', content: 'one' },
          { role: 'tool', tool_call_id: 'c2', content: [{ type: 'text', text: 'two' }] },
        ],
      },
    ],
    [
      'settings by their names in a chat',
      {
        input: 'hi',
        max_output_tokens: 5,
        reasoning: { effort: 'low', summary: 'auto' },
        text: {
          verbosity: 'low',
          format: { type: 'json_schema', name: 'a', schema: {}, strict: true },
        },
        temperature: 1,
      },
      {
        messages: [{ role: 'user', content: 'hi' }],
        max_completion_tokens: 5,
        reasoning_effort: 'low',
        verbosity: 'low',
        response_format: {
          type: 'json_schema',
          json_schema: { name: 'a', schema: {}, strict: true },
        },
        temperature: 1,
      },
    ],
    [
      'a format nested as in a chat',
      { input: 'hi', text: { format: { type: 'json_schema', json_schema: { schema: {} } } } },
      {
        messages: [{ role: 'user', content: 'hi' }],
        response_format: { type: 'json_schema', json_schema: { schema: {} } },
      },
    ],
    [
      "tools without those that are OpenAI's own",
      {
        input: 'hi',
        tools: [
          { type: { toString: 'x' } },
          { type: 'function', name: 'f', parameters: {} },
          { type: 'custom', name: 'patch', format: { type: 'grammar' } },
          { type: 'web_search_preview_2025_03_11' },
          { type: 'local_shell' },
          { type: 'mcp', server_label: 'x' },
        ],
        tool_choice: {
          type: 'allowed_tools',
          mode: 'auto',
          tools: [{ type: 'function', name: 'f' }],
        },
      },
      {
        messages: [{ role: 'user', content: 'hi' }],
        tools: [
          { type: 'function', function: { name: 'f', parameters: {} } },
          { type: 'custom', custom: { name: 'patch', format: { type: 'grammar' } } },
          { type: 'web_search' },
        ],
        tool_choice: {
          type: 'allowed_tools',
          allowed_tools: { mode: 'auto', tools: [{ type: 'function', function: { name: 'f' } }] },
        },
      },
    ],
  ])('holds %s', (_, body, chat) => {
    expect(shaped(body)).toEqual({ model: 'm', ...chat })
  })

  it.each<[string, Body, string]>([
    ['no item', { input: [] }, 'input'],
    ['a number', { input: 5 }, 'input'],
    ['an item that is a number', { input: [7] }, 'input[0]'],
    [
      'a message without a role',
      { input: [{ type: 'reasoning' }, { type: 'message', content: 'x' }] },
      'input[1].role',
    ],
    [
      'a part that is unknown',
      { instructions: 'i', input: [{ role: 'user', content: [{ type: 'smell' }] }] },
      'input[0].content[0].type',
    ],
    ['instructions that are a number', { input: 'x', instructions: 5 }, 'instructions'],
    [
      'a conversation kept elsewhere',
      { input: 'x', previous_response_id: 'r' },
      'previous_response_id',
    ],
  ])('with %s is refused in its own words', (_, body, param) => {
    const parsed = parseChatRequest({ model: 'gemini-2.5-flash', ...body })
    expect(parsed).toMatchObject({ ok: false, failure: { param } })
    expect(!parsed.ok && parsed.failure.message).toContain(`'${param}'`)
  })
})

describe('a chat', () => {
  const messages = [{ role: 'user', content: 'hi' }]

  it('stays as it is', () => {
    const body = { messages, tools: [{ type: 'function', function: { name: 'f' } }] }
    expect(shaped(body)).toEqual({ model: 'm', ...body })
  })

  it('is a chat also where it has both', () => {
    expect(shaped({ messages, input: 'x' })).toMatchObject({ messages })
  })

  it('may have flat and nested tools side by side', () => {
    const tools = [
      { type: 'function', name: 'f', parameters: {} },
      { type: 'function', function: { name: 'g' } },
      { googleSearch: {} },
    ]
    const body = { messages, tools, tool_choice: { type: 'function', name: 'f' } }
    expect(shaped(body)).toMatchObject({
      tools: [
        { type: 'function', function: { name: 'f', parameters: {} } },
        { type: 'function', function: { name: 'g' } },
        { googleSearch: {} },
      ],
      tool_choice: { type: 'function', function: { name: 'f' } },
    })
  })
})
