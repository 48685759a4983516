/**
 * Variables that an operator sets for all users and that no test within one isolate can set: DEFAULT_LIMITS,
 * STORE_RESPONSES and CLAUDE_MODELS.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Pollux, type User } from './support/pollux.ts'

let pollux: Pollux
let user: User

beforeAll(async () => {
  pollux = await Pollux.start({
    DEFAULT_LIMITS: JSON.stringify({ requests_per_day: 3, usd_per_month: 20 }),
    STORE_RESPONSES: 'false',
    CLAUDE_MODELS: 'haiku=gemini-2.5-pro',
  })
  user = await pollux.givenUser()
})

afterAll(() => pollux[Symbol.asyncDispose]())

function ask(method: string, path: string, body?: object): Promise<Response> {
  return fetch(`${pollux.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${user.key}` },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
}

function respond(fields: object = {}): Promise<Response> {
  return ask('POST', '/v1/responses', { model: 'gemini-2.5-flash', input: 'hi', ...fields })
}

describe('a deployment', () => {
  it('gives new users the limits of DEFAULT_LIMITS, which hold', async () => {
    const key = (await (await ask('GET', '/v1/key')).json()) as { limits: object }
    expect(key.limits).toMatchObject({
      requests_per_day: 3,
      usd_per_month: 20,
      requests_per_minute: null,
    })
  })

  it('keeps no response where STORE_RESPONSES is off, says so, and says what to do', async () => {
    const answer = (await (await respond({ store: true })).json()) as { id: string; store: boolean }
    expect(answer.store).toBe(false)
    const stream = await (await respond({ store: true, stream: true })).text()
    expect(stream.match(/"store":(?:true|false)/g)?.every((it) => it.endsWith('false'))).toBe(true)
    expect((await ask('GET', `/v1/responses/${answer.id}`)).status).toBe(404)
    for (const state of [
      { previous_response_id: answer.id },
      { conversation: 'conv_1' },
      { input: [{ type: 'item_reference', id: 'msg_1' }] },
    ]) {
      const refused = await respond(state)
      expect([state, refused.status]).toEqual([state, 400])
      const { error } = (await refused.json()) as { error: { message: string } }
      expect(error.message).toMatch(/whole conversation|send|store/i)
    }
  })

  it.each([
    ['claude-haiku-5-5', 'gemini-2.5-pro'],
    ['claude-sonnet-5-5', 'gemini-3.5-flash'],
  ])('has %s served as CLAUDE_MODELS says, and by default: by %s', async (model, target) => {
    const { key } = await pollux.givenUser()
    const answer = await fetch(`${pollux.url}/v1/messages`, {
      method: 'POST',
      headers: { 'x-api-key': key },
      body: JSON.stringify({ model, max_tokens: 9, messages: [{ role: 'user', content: 'hi' }] }),
    })
    expect(answer.headers.get('x-pollux-model')).toBe(target)
    expect(await answer.json()).toMatchObject({ model })
  })

  it('refuses the fourth request of the day', async () => {
    expect((await respond()).status).toBe(200)
    const refused = await respond()
    expect(refused.status).toBe(429)
    expect(await refused.json()).toMatchObject({
      error: { message: expect.stringContaining('requests per day') },
    })
  })
})
