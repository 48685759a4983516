/** Claude Code in print mode, through real tool work on a user's ring. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Pollux, type User } from '../e2e/support/pollux.ts'
import { PNG } from '../e2e/support/media.ts'
import { BROKEN, Desk, isAtHand } from './support/agent.ts'

const SERVER = join(import.meta.dirname, 'support/mcp-server.ts')

const MODEL = 'gemini-2.5-flash'

interface Content {
  readonly parts: readonly { readonly functionResponse?: { readonly name: string } }[]
}

let pollux: Pollux

beforeAll(async () => {
  pollux = await Pollux.start()
})

afterAll(() => pollux[Symbol.asyncDispose]())

function call(name: string, args: object) {
  return { functionCall: { name, args } }
}

function responsesIn(parts: Content['parts']) {
  return parts.flatMap(({ functionResponse: response }) => response ?? [])
}

describe.skipIf(!isAtHand('claude')).concurrent('Claude Code', () => {
  function ask(desk: Desk, user: User, prompt: string, ...more: string[]) {
    const args = ['-p', prompt, '--output-format', 'json', '--model', MODEL]
    return desk.run('claude', [...args, '--permission-mode', 'acceptEdits', ...more], {
      ANTHROPIC_BASE_URL: pollux.url,
      ANTHROPIC_API_KEY: user.key,
      CLAUDE_CONFIG_DIR: `${desk.home}/.claude`,
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      DISABLE_TELEMETRY: '1',
      DISABLE_AUTOUPDATER: '1',
    })
  }

  /** What Google was sent last. */
  async function contentsOf(user: User): Promise<readonly Content[]> {
    const body = (await pollux.callsTo(user)).at(-1)?.body as { contents: Content[] } | undefined
    return body?.contents ?? []
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

  function servers(log: string): string {
    const theatre = { command: process.execPath, args: [SERVER, log] }
    return JSON.stringify({ mcpServers: { theatre } })
  }

  it('finds the tools of an MCP server by tool search, and calls them out of order', async () => {
    using desk = new Desk()
    const user = await pollux.givenUser()
    const log = `${desk.work}/calls.jsonl`
    const found = 'select:mcp__theatre__book,mcp__theatre__wait'
    await pollux.script(user, { parts: [call('ToolSearch', { query: found, max_results: 5 })] })
    await pollux.script(user, {
      parts: [
        call('mcp__theatre__wait', { ms: 1500 }),
        call('mcp__theatre__wait', { ms: 1 }),
        call('mcp__theatre__book', { row: 2, who: 'Ada' }),
      ],
    })
    await pollux.script(user, { text: 'Booked' }, { times: 0 })
    const ran = await ask(
      desk,
      user,
      'Book',
      '--mcp-config',
      servers(log),
      '--allowedTools',
      'ToolSearch,mcp__theatre',
    )
    expect(resultOf(ran.output)).toMatchObject({ is_error: false, result: 'Booked' })
    const calls = desk.read('work/calls.jsonl').trim().split('\n')
    expect(calls.map((line) => JSON.parse(line) as unknown)).toEqual([
      ['wait', { ms: 1 }],
      ['wait', { ms: 1500 }],
      ['book', { row: 2, who: 'Ada' }],
    ])
    const answers = (await contentsOf(user)).flatMap(({ parts }) => responsesIn(parts))
    expect(answers.map(({ name }) => name)).toEqual([
      'ToolSearch',
      'mcp__theatre__wait',
      'mcp__theatre__wait',
      'mcp__theatre__book',
    ])
    expect(JSON.stringify(answers[0])).toContain('Tool mcp__theatre__book is loaded.')
  })

  it('gives work to subagents, of which one has the model that it names itself', async () => {
    using desk = new Desk()
    const user = await pollux.givenUser()
    const more = { subagent_type: 'general-purpose', run_in_background: false }
    await pollux.script(user, {
      parts: [
        call('Agent', { description: 'Look', prompt: 'Look about', ...more }),
        call('Agent', { description: 'Think', prompt: 'Think', model: 'haiku', ...more }),
      ],
    })
    await pollux.script(user, { text: 'Done' }, { times: 0 })
    const ran = await ask(desk, user, 'Have it done', '--allowedTools', 'Agent')
    expect(resultOf(ran.output)).toMatchObject({ is_error: false, result: 'Done' })
    const models = (await pollux.callsTo(user)).map(({ model }) => model)
    expect(new Set(models)).toEqual(new Set([MODEL, 'gemini-3.1-flash-lite']))
    expect(models).toHaveLength(4)
    const answers = (await contentsOf(user)).flatMap(({ parts }) => responsesIn(parts))
    expect(answers.map(({ name }) => name)).toEqual(['Agent', 'Agent'])
  })

  it('answers in the form of a schema', async () => {
    using desk = new Desk()
    const user = await pollux.givenUser()
    await pollux.script(user, { parts: [call('StructuredOutput', { city: 'Oslo', degrees: 3 })] })
    await pollux.script(user, { text: 'Done' }, { times: 0 })
    const schema = {
      type: 'object',
      properties: { city: { type: 'string' }, degrees: { type: ['integer', 'null'] } },
      required: ['city', 'degrees'],
      additionalProperties: false,
    }
    const ran = await ask(desk, user, 'Oslo?', '--json-schema', JSON.stringify(schema))
    expect(JSON.parse(ran.output)).toMatchObject({
      is_error: false,
      structured_output: { city: 'Oslo', degrees: 3 },
    })
  })
})
