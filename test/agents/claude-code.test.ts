/** Claude Code in print mode, through real tool work on a user's ring. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Pollux, type User } from '../e2e/support/pollux.ts'
import { PNG } from '../e2e/support/media.ts'
import { BROKEN, Desk, isAtHand } from './support/agent.ts'

let pollux: Pollux

beforeAll(async () => {
  pollux = await Pollux.start()
})

afterAll(() => pollux[Symbol.asyncDispose]())

function call(name: string, args: object) {
  return { functionCall: { name, args } }
}

describe.skipIf(!isAtHand('claude')).concurrent('Claude Code', () => {
  function ask(desk: Desk, user: User, prompt: string, ...more: string[]) {
    const args = ['-p', prompt, '--output-format', 'json', '--model', 'gemini-2.5-flash']
    return desk.run('claude', [...args, '--permission-mode', 'acceptEdits', ...more], {
      ANTHROPIC_BASE_URL: pollux.url,
      ANTHROPIC_API_KEY: user.key,
      CLAUDE_CONFIG_DIR: `${desk.home}/.claude`,
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      DISABLE_TELEMETRY: '1',
      DISABLE_AUTOUPDATER: '1',
    })
  }

  function resultOf(output: string): { is_error: boolean; result: string } {
    return JSON.parse(output) as { is_error: boolean; result: string }
  }

  it('gets an answer', async () => {
    using desk = new Desk()
    const user = await pollux.givenUser()
    await pollux.script(user, { text: 'Hello from the ring' }, { times: 0 })
    const ran = await ask(desk, user, 'Say hello')
    expect(ran.errors + ran.output).toContain('Hello from the ring')
    expect(resultOf(ran.output)).toMatchObject({ is_error: false, result: 'Hello from the ring' })
  })

  it('writes, runs and edits, over several turns and a credential that is out of quota in between', async () => {
    using desk = new Desk()
    const user = await pollux.givenUser(['api_key', 'service_account'])
    const path = `${desk.work}/poem.txt`
    await pollux.script(user, {
      parts: [call('Write', { file_path: path, content: 'roses are red\n' })],
    })
    await pollux.script(user, { error: 'gemini_429_minute' })
    await pollux.script(
      user,
      { parts: [call('Bash', { command: 'wc -c poem.txt', description: 'Count' })] },
      { at: 1 },
    )
    await pollux.script(
      user,
      { parts: [call('Edit', { file_path: path, old_string: 'red', new_string: 'blue' })] },
      { at: 1 },
    )
    await pollux.script(user, { text: 'All done' }, { at: 1, times: 0 })
    const ran = await ask(desk, user, 'Write a poem', '--allowedTools', 'Bash,Write,Edit,Read')
    expect(resultOf(ran.output)).toMatchObject({ is_error: false, result: 'All done' })
    expect(desk.read('work/poem.txt')).toBe('roses are blue\n')
    const { ledger, requests } = await pollux.settledStats(user)
    expect(ledger.holds).toBe(true)
    expect(requests.failed).toBe(0)
  })

  it('makes two calls at once and looks at a picture', async () => {
    using desk = new Desk()
    desk.write('work/dot.png', PNG)
    desk.write('work/a.txt', 'words of a file')
    const user = await pollux.givenUser()
    await pollux.script(user, {
      parts: [
        call('Read', { file_path: `${desk.work}/a.txt` }),
        call('Read', { file_path: `${desk.work}/dot.png` }),
      ],
    })
    await pollux.script(user, { text: 'Seen both' }, { times: 0 })
    const ran = await ask(desk, user, 'Look', '--allowedTools', 'Read')
    expect(resultOf(ran.output)).toMatchObject({ is_error: false, result: 'Seen both' })
    const sent = JSON.stringify((await pollux.callsTo(user)).map(({ body }) => body))
    expect(sent).toContain('words of a file')
    expect(sent).toContain('image/png')
  })

  it('goes on with a conversation whose thoughts it has not kept', async () => {
    using desk = new Desk()
    const user = await pollux.givenUser()
    await pollux.script(user, {
      parts: [call('Bash', { command: 'echo one', description: 'Say' })],
    })
    await pollux.script(user, { text: 'First' })
    await ask(desk, user, 'Begin', '--allowedTools', 'Bash')
    await pollux.script(user, { text: 'Second' }, { times: 0 })
    const ran = await ask(desk, user, 'Go on', '--continue')
    expect(resultOf(ran.output)).toMatchObject({ is_error: false, result: 'Second' })
  })

  it('survives a stream that Google breaks off', async () => {
    using desk = new Desk()
    const user = await pollux.givenUser()
    await pollux.script(user, BROKEN)
    await pollux.script(user, { text: 'Whole at last' }, { times: 0 })
    const ran = await ask(desk, user, 'Say much')
    expect(resultOf(ran.output)).toMatchObject({ is_error: false, result: 'Whole at last' })
  })
})
