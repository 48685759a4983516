/** Gemini CLI with one of Pollux's keys as its API key, through real tool work. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { filesSent, inline, PNG } from '../e2e/support/media.ts'
import { Pollux, type User } from '../e2e/support/pollux.ts'
import { Desk, isAtHand } from './support/agent.ts'

let pollux: Pollux

beforeAll(async () => {
  pollux = await Pollux.start()
})

afterAll(() => pollux[Symbol.asyncDispose]())

/** Native ones begin with this byte (docs/google.md: Thought signatures). */
const SIGNATURE = Buffer.alloc(30, 7).fill(0x12, 0, 1).toString('base64')

const SETTINGS = {
  security: { auth: { selectedType: 'gemini-api-key' } },
  privacy: { usageStatisticsEnabled: false },
  telemetry: { enabled: false },
  general: { enableAutoUpdate: false, disableAutoUpdate: true },
}

describe.skipIf(!isAtHand('gemini')).concurrent('Gemini CLI', () => {
  function ask(desk: Desk, user: User, prompt: string, model = 'gemini-2.5-flash') {
    desk.write('home/.gemini/settings.json', JSON.stringify(SETTINGS))
    return desk.run(
      'gemini',
      ['-p', prompt, '-m', model, '--approval-mode', 'yolo', '--skip-trust'],
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

  it('brings the signatures of its calls back as they were', async () => {
    using desk = new Desk()
    const user = await pollux.givenUser()
    const calls = ['a', 'b'].map((name) => ({
      functionCall: {
        name: 'write_file',
        args: { file_path: `${desk.work}/${name}.txt`, content: name },
      },
    }))
    const signed = calls.map((call, index) =>
      index === 0 ? { ...call, thoughtSignature: SIGNATURE } : call,
    )
    await pollux.script(user, { parts: signed })
    await pollux.script(user, { text: 'Both signed' }, { times: 0 })
    const ran = await ask(desk, user, 'Write two files', 'gemini-3.1-pro-preview')
    expect(ran.output + ran.errors).toContain('Both signed')
    const sent = (await pollux.callsTo(user)).at(-1)?.body as {
      contents: { parts: { functionCall?: object; thoughtSignature?: string }[] }[]
    }
    const parts = sent.contents.flatMap((content) => content.parts)
    const called = parts.filter(({ functionCall }) => functionCall !== undefined)
    expect(called.map(({ thoughtSignature }) => thoughtSignature)).toEqual([SIGNATURE, undefined])
  })

  it('shows a picture that a prompt names', async () => {
    using desk = new Desk()
    const user = await pollux.givenUser()
    desk.write('work/dot.png', PNG)
    await pollux.script(user, { text: 'A dot' }, { times: 0 })
    const ran = await ask(desk, user, 'What is on @dot.png?')
    expect(ran.output + ran.errors).toContain('A dot')
    expect(await filesSent(pollux, user)).toEqual([inline('image/png', PNG)])
  })

  it('asks again after a stream that breaks off', async () => {
    using desk = new Desk()
    const user = await pollux.givenUser()
    await pollux.script(user, { text: 'one two three four', breakOffAfter: 2 })
    await pollux.script(user, { text: 'Whole in the end' }, { times: 0 })
    const ran = await ask(desk, user, 'Say something')
    expect(ran.output + ran.errors).toContain('Whole in the end')
    const { ring } = await pollux.settledStats(user)
    expect(ring.credentials[0]?.attempts).toMatchObject({ upstream_fault: 1, ok: 1 })
  })
})
