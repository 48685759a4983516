/** The packages `anthropic` and `openai-agents` of PyPI, unmodified. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Pollux, type User } from '../e2e/support/pollux.ts'
import { Desk } from './support/agent.ts'
import { CLIENTS, pythonWithClients } from './support/python.ts'

const python = pythonWithClients()
const CALLS = ['Paris', 'Rome'].map((city) => ({
  functionCall: { name: 'weather', args: { city } },
}))

let pollux: Pollux

beforeAll(async () => {
  pollux = await Pollux.start()
})

afterAll(() => pollux[Symbol.asyncDispose]())

describe.skipIf(python === null)('Python', () => {
  async function drive(client: string, user: User): Promise<Record<string, unknown>> {
    using desk = new Desk()
    const env = { POLLUX_URL: pollux.url, POLLUX_KEY: user.key, OPENAI_AGENTS_DISABLE_TRACING: '1' }
    const { code, output, errors } = await desk.run(python ?? '', [CLIENTS, client], env)
    expect(errors).toBe('')
    expect(code).toBe(0)
    return JSON.parse(output) as Record<string, unknown>
  }

  it('anthropic goes through turns with tools, streams and counts', async () => {
    const user = await pollux.givenUser()
    await pollux.script(user, { parts: CALLS })
    await pollux.script(user, { parts: CALLS.slice(1) })
    await pollux.script(user, { text: 'Fine.' })
    expect(await drive('messages', user)).toEqual({
      ends: ['tool_use', 'tool_use', 'end_turn'],
      said: 'Fine.',
      counted: expect.any(Number),
    })
  })

  it('openai-agents runs tools, whole and streamed, with a session', async () => {
    const user = await pollux.givenUser()
    await pollux.script(user, { parts: CALLS })
    await pollux.script(user, { text: 'Paris is fine.' })
    await pollux.script(user, { parts: CALLS.slice(1) })
    await pollux.script(user, { text: 'Rome too.' })
    expect(await drive('agents', user)).toEqual({ said: ['Paris is fine.', 'Rome too.'] })
    const last = JSON.stringify((await pollux.callsTo(user)).at(-1)?.body)
    expect(last).toContain('Paris is fine.')
  })
})
