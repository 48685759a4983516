/** Codex CLI, which speaks only Responses. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FunctionNames } from '../../src/gemini/ask/function-names.ts'
import { Pollux, type User } from '../e2e/support/pollux.ts'
import { BROKEN, Desk, type Finished, isAtHand } from './support/agent.ts'

const SERVER = join(import.meta.dirname, 'support/mcp-server.ts')
/** How long Codex waits for an event here. Google is silent for longer. */
const PATIENCE_MS = 8000
const SILENCE_MS = 12_000

let pollux: Pollux

beforeAll(async () => {
  pollux = await Pollux.start({ STREAM_SILENCE_MS: '1000' })
})

afterAll(() => pollux[Symbol.asyncDispose]())

const LONG_NAME =
  'mcp__theatre__look_at_the_picture_of_the_place_that_was_booked_from_where_the_seat_is_in_the_evening'

function call(name: string, args: object) {
  return { functionCall: { name, args } }
}

function shell(cmd: string) {
  // Codex declares a number and refuses null, but Gemini often says null for what it leaves out.
  return call('exec_command', { cmd, yield_time_ms: null })
}

function theatre(desk: Desk): string {
  return `[mcp_servers.theatre]
command = ${JSON.stringify(process.execPath)}
args = ${JSON.stringify([SERVER, `${desk.work}/calls.jsonl`])}
`
}

/** Codex knows these names, and offers such models other tools. */
const KNOWN = { aliases: { 'gpt-5.5': 'gemini-2.5-flash', 'gpt-6.1-sol': 'gemini-2.5-flash' } }

describe.skipIf(!isAtHand('codex')).concurrent('Codex CLI', () => {
  function ask(
    desk: Desk,
    user: User,
    prompt: string,
    {
      model = 'gemini-2.5-flash',
      name = 'Pollux',
      window = 1_000_000,
      provider = '',
      servers = '',
    } = {},
  ): Promise<Finished> {
    desk.write(
      'home/.codex/config.toml',
      `model = "${model}"
model_provider = "pollux"
model_context_window = ${window}
check_for_update_on_startup = false

[analytics]
enabled = false

[model_providers.pollux]
name = "${name}"
base_url = "${pollux.url}/v1"
env_key = "POLLUX_KEY"
wire_api = "responses"
${provider}

${servers}
`,
    )
    const args = [
      'exec',
      '--skip-git-repo-check',
      '--dangerously-bypass-approvals-and-sandbox',
      prompt,
    ]
    return desk.run('codex', args, { POLLUX_KEY: user.key, CODEX_HOME: `${desk.home}/.codex` })
  }

  it('gets an answer', async () => {
    using desk = new Desk()
    const user = await pollux.givenUser()
    await pollux.script(user, { text: 'Hello from the ring' }, { times: 0 })
    const ran = await ask(desk, user, 'Say hello')
    expect(ran.output).toContain('Hello from the ring')
    expect(ran.code).toBe(0)
  })

  it('runs a command, and then two at once, with a credential that is out of quota in between', async () => {
    using desk = new Desk()
    const user = await pollux.givenUser(['api_key', 'service_account'])
    await pollux.script(user, { parts: [shell('echo zeroth > z.txt')] })
    await pollux.script(user, {
      parts: [shell('echo first > a.txt'), shell('echo second > b.txt')],
    })
    await pollux.script(user, { error: 'gemini_429_minute' })
    await pollux.script(user, { text: 'Both ran' }, { at: 1, times: 0 })
    const ran = await ask(desk, user, 'Run commands')
    expect(ran.output).toContain('Both ran')
    const written = ['z', 'a', 'b'].map((name) => desk.read(`work/${name}.txt`))
    expect(written).toEqual(['zeroth\n', 'first\n', 'second\n'])
    const { ledger, requests } = await pollux.settledStats(user)
    expect(ledger.holds).toBe(true)
    expect(requests).toMatchObject({ ok: 3, failed: 0 })
  })

  it('waits where the whole ring is out of quota for some seconds, and goes on', async () => {
    using desk = new Desk()
    const user = await pollux.givenUser()
    await pollux.script(user, { parts: [shell('echo first > a.txt')] })
    await pollux.script(user, { error: { preset: 'gemini_429_minute', retryDelay: '6s' } })
    await pollux.script(user, { text: 'Went on' }, { times: 0 })
    const ran = await ask(desk, user, 'Run a command')
    expect(ran.output).toContain('Went on')
    expect(ran.code).toBe(0)
  })

  it('works with an MCP server whose schemas and names Google would refuse', async () => {
    using desk = new Desk()
    const user = await pollux.givenUser()
    await pollux.script(user, {
      parts: [call('mcp__theatre__book', { row: '2', price: null, who: ['Ada'], tree: {} })],
    })
    await pollux.script(user, {
      parts: [call(new FunctionNames([LONG_NAME]).toGemini(LONG_NAME), {})],
    })
    await pollux.script(user, { text: 'Booked' }, { times: 0 })
    const ran = await ask(desk, user, 'Book and look', { servers: theatre(desk) })
    expect(ran.output).toContain('Booked')
    const calls = desk.read('work/calls.jsonl').trim().split('\n')
    expect(calls.map((line) => JSON.parse(line) as unknown)).toEqual([
      ['book', { row: 2, price: null, who: ['Ada'], tree: {} }],
      [LONG_NAME.slice('mcp__theatre__'.length), {}],
    ])
    const last = JSON.stringify((await pollux.callsTo(user)).at(-1)?.body)
    expect(last).toContain('Done by book')
    expect(last).toContain('image/png')
  })

  it.each([
    ['before it says anything', { text: 'At long last', delayMs: SILENCE_MS }],
    ['in the middle', { text: 'At long last', pause: { after: 1, ms: SILENCE_MS } }],
  ])('stays where Google is silent for longer than its patience %s', async (_, reply) => {
    using desk = new Desk()
    const user = await pollux.givenUser()
    await pollux.script(user, reply)
    await pollux.script(user, { text: 'Asked again' }, { times: 0 })
    const ran = await ask(desk, user, 'Say', {
      provider: `stream_idle_timeout_ms = ${PATIENCE_MS}`,
    })
    expect(ran.output).toContain('At long last')
    expect(await pollux.callsTo(user)).toHaveLength(1)
  })

  it('asks again when Google breaks a stream off', async () => {
    using desk = new Desk()
    const user = await pollux.givenUser()
    await pollux.script(user, BROKEN)
    await pollux.script(user, { text: 'Whole at last' }, { times: 0 })
    const ran = await ask(desk, user, 'Say much')
    expect(ran.output).toContain('Whole at last')
    expect(ran.code).toBe(0)
  })

  it.each([
    [
      'gpt-5.5',
      call('apply_patch', {
        input: '*** Begin Patch\n*** Add File: a.txt\n+hello\n*** End Patch\n',
      }),
    ],
    // All its tools come as an item of the input.
    [
      'gpt-6.1-sol',
      call('functions__exec', { input: 'await tools.exec_command({cmd: "echo hello > a.txt"})' }),
    ],
  ])('calls the custom tools that it offers to %s', async (model, made) => {
    using desk = new Desk()
    const user = await pollux.givenUser(['api_key'], KNOWN)
    await pollux.script(user, { parts: [made] })
    await pollux.script(user, { text: 'Written' }, { times: 0 })
    const ran = await ask(desk, user, 'Write a file', { model })
    expect(ran.output).toContain('Written')
    expect(desk.read('work/a.txt')).toBe('hello\n')
  })

  it('hands a task to another agent', async () => {
    using desk = new Desk()
    const user = await pollux.givenUser(['api_key'], KNOWN)
    const task = { task_name: 'needle', message: 'Find the needle' }
    await pollux.script(user, { parts: [call('collaboration__spawn_agent', task)] })
    await pollux.script(user, { text: 'Found', delayMs: 2000 }, { times: 0 })
    const ran = await ask(desk, user, 'Find it', { model: 'gpt-6.1-sol' })
    expect(ran.output).toContain('Found')
    const told = JSON.stringify(await pollux.callsTo(user))
    expect(told).toMatch(/\{"text":"Message Type: NEW_TASK[^"]*Find the needle"\}/)
  })

  it('hears all that its script tells', async () => {
    using desk = new Desk()
    const user = await pollux.givenUser(['api_key'], KNOWN)
    const input = 'notify("Half" + " done"); text("All" + " done")'
    await pollux.script(user, { parts: [call('functions__exec', { input })] })
    await pollux.script(user, { text: 'Heard' }, { times: 0 })
    const ran = await ask(desk, user, 'Run it', { model: 'gpt-6.1-sol' })
    expect(ran.output).toContain('Heard')
    const told = JSON.stringify(await pollux.callsTo(user))
    expect(told).toContain('Half done')
    expect(told).toContain('All done')
  })

  it('searches for the tools of an MCP server, and calls what it found', async () => {
    using desk = new Desk()
    const user = await pollux.givenUser(['api_key'], KNOWN)
    const args = { row: '2', price: null, who: ['Ada'], tree: {} }
    await pollux.script(user, { parts: [call('tool_search', { query: 'book a seat' })] })
    await pollux.script(user, { parts: [call('mcp__theatre__book', args)] })
    await pollux.script(user, { text: 'Booked' }, { times: 0 })
    const ran = await ask(desk, user, 'Book', { model: 'gpt-5.5', servers: theatre(desk) })
    expect(ran.output).toContain('Booked')
    const calls = desk.read('work/calls.jsonl').trim().split('\n')
    expect(calls.map((line) => JSON.parse(line) as unknown)).toEqual([
      ['book', { ...args, row: 2 }],
    ])
  })

  it('has its conversation compacted, and goes on from the summary', async () => {
    using desk = new Desk()
    const user = await pollux.givenUser()
    const usage = { promptTokenCount: 59_000, candidatesTokenCount: 10, totalTokenCount: 59_010 }
    await pollux.script(user, { parts: [shell('echo first > a.txt')], usage })
    await pollux.script(user, { text: 'A file was written.' })
    await pollux.script(user, { text: 'Went on' }, { times: 0 })
    // Only from a provider of this name does it expect the summary as an item.
    const ran = await ask(desk, user, 'Run a command', { name: 'OpenAI', window: 60_000 })
    expect(ran.output).toContain('Went on')
    const bodies = (await pollux.callsTo(user)).map(({ body }) => JSON.stringify(body))
    expect(bodies).toHaveLength(3)
    expect(bodies[1]).toContain('Write a summary of this conversation')
    expect(bodies[2]).toContain('A file was written.')
    expect(bodies[2]).not.toContain('a.txt')
  })

  it('goes to HTTP where it would rather have a WebSocket', async () => {
    using desk = new Desk()
    const user = await pollux.givenUser()
    await pollux.script(user, { text: 'By HTTP' }, { times: 0 })
    const ran = await ask(desk, user, 'Say hello', {
      provider: 'supports_websockets = true',
    })
    expect(ran.output).toContain('By HTTP')
    expect(ran.errors).not.toContain('Reconnecting')
  })
})
