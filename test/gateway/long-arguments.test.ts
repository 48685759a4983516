/** If a client sends a call's arguments back as an object, Google gets all digits of whole numbers beyond 2^53. */
import { describe, expect, it } from 'vitest'
import { lastRequestOf } from '../support/received.ts'
import { givenUser, post } from '../support/pollux.ts'

const KINDS = ['api_key', 'authorized_user', 'service_account'] as const
/** Served by all three upstreams. */
const MODEL = 'gemini-3.1-pro-preview'
const SCHEMA = { type: 'object', properties: { a: {} } }
/** `#` stands for digits that JSON.stringify could not write. */
const ARGUMENTS = { id: '#', in: [7, 1.5, { deep: '#' }] }
const DIGITS = '12345678901234567891'

const BODIES: readonly (readonly [string, object])[] = [
  [
    '/v1/messages',
    {
      max_tokens: 9000,
      messages: [
        { role: 'user', content: 'Hi' },
        {
          role: 'assistant',
          content: [{ type: 'tool_use', id: 'c', name: 'f', input: ARGUMENTS }],
        },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'c', content: 'ok' }] },
      ],
      tools: [{ name: 'f', input_schema: SCHEMA }],
    },
  ],
  [
    '/v1/responses',
    {
      input: [
        { role: 'user', content: 'Hi' },
        { type: 'function_call', call_id: 'c', name: 'f', arguments: ARGUMENTS },
        { type: 'function_call_output', call_id: 'c', output: 'ok' },
      ],
      tools: [{ type: 'function', name: 'f', parameters: SCHEMA }],
      seed: '#',
    },
  ],
  [
    '/v1/chat/completions',
    {
      messages: [
        { role: 'user', content: 'Hi' },
        {
          role: 'assistant',
          tool_calls: [
            { id: 'c', type: 'function', function: { name: 'f', arguments: ARGUMENTS } },
          ],
        },
        { role: 'tool', tool_call_id: 'c', content: 'ok' },
      ],
      tools: [{ type: 'function', function: { name: 'f', parameters: SCHEMA } }],
      seed: '#',
    },
  ],
]

describe.each(BODIES)('at %s', (path, body) => {
  it.each(KINDS)('with %s', async (kind) => {
    const user = await givenUser([kind])
    const text = JSON.stringify({ model: MODEL, ...body }).replaceAll('"#"', DIGITS)
    const answer = await post(path, user.key, text)
    expect([answer.status, await answer.text()]).toEqual([200, expect.any(String)])
    const { contents } = await lastRequestOf(user)
    expect(contents[1]?.parts[0]?.functionCall?.args).toEqual({
      id: DIGITS,
      in: [7, 1.5, { deep: DIGITS }],
    })
  })
})
