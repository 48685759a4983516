/** The errors that Anthropic's clients get, in words that they understand. The emulator refuses all that Google may refuse. */
import { describe, expect, it } from 'vitest'
import { ask } from '../../support/messages.ts'
import { callsOf, configure, givenUser } from '../../support/pollux.ts'
import { TOOLS, scripted } from './support.ts'

describe('errors that clients understand', () => {
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
