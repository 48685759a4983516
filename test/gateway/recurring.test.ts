/** An agent's turns: Google is sent the same whether or not the gateway has seen the beginning before. */
import { describe, expect, it } from 'vitest'
import { callsOf, configure, givenUser, MODEL, post, type User } from '../support/pollux.ts'

const ABOUT = 'What the tool works with, as the user named it, and in which order. '
const TEXT = 'it went on as it had begun; '.repeat(30)

function schemaOf(number: number): object {
  return {
    type: 'object',
    properties: { path: { type: 'string', description: ABOUT }, mode: { enum: ['r', 'w'] } },
    required: number % 2 === 0 ? ['path'] : [],
  }
}

const NUMBERS = Array.from({ length: 60 }, (_, number) => number)

/** One conversation in each dialect, after `turns` rounds of a call and its result. */
const DIALECTS: Readonly<Record<string, (turns: number) => object>> = {
  '/v1/chat/completions': (turns) => ({
    messages: [
      { role: 'system', content: 'Be brief.' },
      ...NUMBERS.slice(0, turns).flatMap((number) => [
        { role: 'user', content: [{ type: 'text', text: `${number} ${TEXT}` }] },
        {
          role: 'assistant',
          content: null,
          tool_calls: [
            {
              id: `call_${number}`,
              type: 'function',
              function: { name: 'tool_1', arguments: JSON.stringify({ path: TEXT }) },
            },
          ],
        },
        { role: 'tool', tool_call_id: `call_${number}`, content: '{"ok":true}' },
      ]),
    ],
    tools: NUMBERS.map((number) => ({
      type: 'function',
      function: { name: `tool_${number}`, description: ABOUT, parameters: schemaOf(number) },
    })),
  }),
  '/v1/responses': (turns) => ({
    store: false,
    instructions: 'Be brief.',
    input: NUMBERS.slice(0, turns).flatMap((number) => [
      { role: 'user', content: [{ type: 'input_text', text: `${number} ${TEXT}` }] },
      {
        type: 'function_call',
        call_id: `call_${number}`,
        name: 'tool_1',
        arguments: JSON.stringify({ path: TEXT }),
      },
      { type: 'function_call_output', call_id: `call_${number}`, output: TEXT },
    ]),
    tools: NUMBERS.map((number) => ({
      type: 'function',
      name: `tool_${number}`,
      description: ABOUT,
      parameters: schemaOf(number),
    })),
  }),
  '/v1/messages': (turns) => ({
    max_tokens: 1000,
    system: [{ type: 'text', text: TEXT }],
    messages: NUMBERS.slice(0, turns).flatMap((number) => [
      { role: 'user', content: [{ type: 'text', text: `${number} ${TEXT}` }] },
      {
        role: 'assistant',
        content: [
          { type: 'tool_use', id: `toolu_${number}`, name: 'tool_1', input: { path: TEXT } },
        ],
      },
      {
        role: 'user',
        content: [{ type: 'tool_result', tool_use_id: `toolu_${number}`, content: TEXT }],
      },
    ]),
    tools: NUMBERS.map((number) => ({
      name: `tool_${number}`,
      description: ABOUT,
      input_schema: schemaOf(number),
    })),
  }),
}

async function sentFor(path: string, user: User, body: object): Promise<unknown> {
  const answer = await post(path, user.key, { model: MODEL, ...body })
  expect([answer.status, await answer.text()]).toEqual([200, expect.any(String)])
  const calls = await callsOf(user.credentials[0]?.handle ?? '')
  return calls.at(-1)?.body
}

describe.each(Object.entries(DIALECTS))('%s', (path, bodyOf) => {
  it('goes to Google the same with each turn as it would alone', async () => {
    const user = await givenUser()
    for (const turns of [30, 30, 31, 34, 33, 34]) {
      const body = bodyOf(turns)
      expect(JSON.stringify(body).length).toBeGreaterThan(65_536)
      const sent = await sentFor(path, user, body)
      // A new user's conversation is unknown to the gateway.
      expect(sent).toEqual(await sentFor(path, await givenUser(), body))
      expect(JSON.stringify(sent)).toContain('tool_59')
    }
  }, 30_000)

  it('is refused for the same field with each turn', async () => {
    const user = await givenUser()
    for (const turns of [30, 31, 32]) {
      const body = bodyOf(turns) as Record<string, unknown[]>
      await sentFor(path, user, body)
      const list = body['messages'] ?? body['input'] ?? []
      const answer = await post(path, user.key, { model: MODEL, ...body, ...wrong(body, list) })
      expect(answer.status).toBe(400)
      expect(await answer.text()).toMatch(/(?:messages|input)[.[]\d+/)
    }
  }, 30_000)
})

/** The same body with one more item, which is not a message. */
function wrong(body: Record<string, unknown>, list: readonly unknown[]): object {
  return { [body['messages'] === undefined ? 'input' : 'messages']: [...list, 7] }
}

describe('a key that was good a moment ago', () => {
  const path = '/v1/chat/completions'
  const body = { model: MODEL, ...DIALECTS[path]?.(30) }

  it('serves no large body, right or wrong, of a user who is disabled since', async () => {
    const user = await givenUser()
    expect((await post(path, user.key, body)).status).toBe(200)
    await configure(user, { disabled: true })
    for (const sent of [body, { ...body, messages: 7 }, JSON.stringify(body).slice(1)]) {
      const refused = await post(path, user.key, sent)
      expect(refused.status).toBe(403)
      expect(await refused.text()).toContain('disabled')
    }
  }, 30_000)
})
