/** Gemini CLI with one of Pollux's keys as its API key, through real tool work. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Pollux, type User } from '../e2e/support/pollux.ts'
import { Desk, isAtHand } from './support/agent.ts'

let pollux: Pollux

beforeAll(async () => {
  pollux = await Pollux.start()
})

afterAll(() => pollux[Symbol.asyncDispose]())

const SETTINGS = {
  security: { auth: { selectedType: 'gemini-api-key' } },
  privacy: { usageStatisticsEnabled: false },
  telemetry: { enabled: false },
  general: { enableAutoUpdate: false, disableAutoUpdate: true },
}

describe.skipIf(!isAtHand('gemini')).concurrent('Gemini CLI', () => {
  function ask(desk: Desk, user: User, prompt: string) {
    desk.write('home/.gemini/settings.json', JSON.stringify(SETTINGS))
    return desk.run(
      'gemini',
      ['-p', prompt, '-m', 'gemini-2.5-flash', '--approval-mode', 'yolo', '--skip-trust'],
      {
        GEMINI_API_KEY: user.key,
        GOOGLE_GEMINI_BASE_URL: pollux.url,
        GEMINI_CLI_TRUST_WORKSPACE: 'true',
      },
    )
  }

  it('gets an answer', async () => {
    using desk = new Desk()
    const user = await pollux.givenUser()
    await pollux.script(user, { text: 'Hello from the ring' }, { times: 0 })
    const ran = await ask(desk, user, 'Say hello')
    expect(ran.output + ran.errors).toContain('Hello from the ring')
    expect(ran.code).toBe(0)
  })

  it('works with tools, two at once, and a credential that is out of quota in between', async () => {
    using desk = new Desk()
    const user = await pollux.givenUser(['api_key', 'service_account'])
    await pollux.script(user, {
      parts: [
        {
          functionCall: {
            name: 'write_file',
            args: { file_path: `${desk.work}/a.txt`, content: 'first' },
          },
        },
        {
          functionCall: {
            name: 'write_file',
            args: { file_path: `${desk.work}/b.txt`, content: 'second' },
          },
        },
      ],
    })
    await pollux.script(user, { error: 'gemini_429_minute' })
    await pollux.script(user, { text: 'Both written' }, { at: 1, times: 0 })
    const ran = await ask(desk, user, 'Write two files')
    expect(ran.output + ran.errors).toContain('Both written')
    expect([desk.read('work/a.txt'), desk.read('work/b.txt')]).toEqual(['first', 'second'])
    expect((await pollux.settledStats(user)).ledger.holds).toBe(true)
  })
})
