import { randomInt } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../../scripts/ports.ts'
import { makeCheckout } from './support/checkout.ts'
import { eventually } from './support/eventually.ts'
import { type NpmStart, npmStart, paste, spawnNpmStart, untilGone } from './support/npm-start.ts'
import { family, mentioning } from './support/processes.ts'
import type { Stats } from './support/stats.ts'

describe('npm start', { timeout: 90_000 }, () => {
  const checkout = makeCheckout()
  const devVars = join(checkout, '.dev.vars')
  const started: NpmStart[] = []
  let port = 0

  beforeAll(async () => {
    port = await freePort(randomInt(20_000, 30_000))
  })

  afterAll(async () => {
    for (const one of started) {
      const pids = one.pids()
      if (pids.length > 0) one.kill('SIGTERM')
      await untilGone(pids)
    }
    rmSync(checkout, { recursive: true, force: true })
  })

  async function start(...args: readonly string[]): Promise<NpmStart> {
    const one = await npmStart(checkout, ['--port', String(port), ...args])
    started.push(one)
    return one
  }

  async function statsOf({ curls }: NpmStart, until: (stats: Stats) => boolean): Promise<Stats> {
    return eventually(async () => JSON.parse(await paste(curls[1] ?? '')) as Stats, until)
  }

  let first: Stats
  let keys: string

  it('prints commands that work when pasted, and ends with all its processes on a SIGTERM to npm', async () => {
    const one = await start()
    expect(one.url).toBe(`http://127.0.0.1:${port}`)
    expect(one.curls).toHaveLength(3)
    const [chat = '', , exhaust = ''] = one.curls

    expect(JSON.parse(await paste(chat))).toMatchObject({
      object: 'chat.completion',
      choices: [{ message: { content: expect.stringContaining('Hello, Pollux!') } }],
    })
    // Made-up credentials of a newcomer work.
    const [emulator = ''] = /http:\/\/127\.0\.0\.1:\d+/.exec(exhaust) ?? []
    const settings = await fetch(`${emulator}/__emulator/settings`)
    expect(await settings.json()).toEqual({ credentials: 'any' })
    const before = await statsOf(one, ({ requests }) => requests.ok === 1)
    expect(before.ring.credentials.map(({ type }) => type)).toEqual([
      'api_key',
      'service_account',
      'authorized_user',
    ])
    expect(before.ring.rotations).toBe(0)

    await paste(exhaust)
    expect(JSON.parse(await paste(chat))).toMatchObject({ object: 'chat.completion' })
    first = await statsOf(one, ({ requests }) => requests.ok === 2)
    expect(first.ring.rotations).toBe(1)
    expect(first.ledger).toEqual({ granted: 3, settled: 3, open: 0, holds: true })

    keys = readFileSync(devVars, 'utf8')
    expect(parseEnv(keys)).toMatchObject({
      MASTER_API_KEY: one.masterKey,
      USER_API_KEY: one.userKey,
      VAULT_KEY: expect.stringMatching(/^[\w+/]{43}=$/),
      API_KEY_SECRET: expect.stringMatching(/^[\w+/]{43}=$/),
    })
    expect(statSync(devVars).mode & 0o777).toBe(0o600)

    const members = family(one.pids()[0] ?? 0)
    expect(members.map(({ command }) => command).join('\n')).toMatch(/workerd/)
    one.kill('SIGTERM')
    await untilGone(members.map(({ pid }) => pid))
    await one.exited
  })

  it('finds its keys, credentials and counters again, beside another one, and ends on Ctrl-C', async () => {
    const one = await start()
    expect(readFileSync(devVars, 'utf8')).toBe(keys)
    const found = await statsOf(one, () => true)
    expect(found.ring.credentials.map(({ id }) => id)).toEqual(
      first.ring.credentials.map(({ id }) => id),
    )
    expect(found.requests).toEqual(first.requests)
    expect(found.ring.cursor).toBe(first.ring.cursor)
    expect(found.ring.rotations).toBe(1)
    // This emulator does not know the access token of the last run.
    expect(JSON.parse(await paste(one.curls[0] ?? ''))).toMatchObject({ object: 'chat.completion' })

    const other = await start()
    expect(other.output()).toContain(`Port ${port} is busy; using `)
    expect(other.output()).toMatch(/^Port \d+ is busy; the emulator uses \d+\.$/m)
    expect(other.output()).toContain(
      `is in use by another npm start; using ${checkout}/.wrangler/state-2.`,
    )
    expect(other.url).not.toBe(one.url)
    expect(other.userKey).toBe(one.userKey)
    expect(JSON.parse(await paste(other.curls[0] ?? ''))).toMatchObject({
      object: 'chat.completion',
    })

    const pids = [...one.pids(), ...other.pids()]
    expect(pids.length).toBeGreaterThanOrEqual(8)
    one.interrupt('SIGINT')
    other.interrupt('SIGINT')
    await untilGone(pids)
    await Promise.all([one.exited, other.exited])
  })

  it('keeps the keys that are there, and says why when wrangler dies', async () => {
    const own = join(checkout, 'own')
    const vars = join(own, '.dev.vars')
    mkdirSync(own)
    writeFileSync(vars, '# mine\nMASTER_API_KEY=a-master-key-of-my-own')
    const one = await start('--state', 'own')
    expect(one.masterKey).toBe('a-master-key-of-my-own')
    expect(readFileSync(vars, 'utf8')).toMatch(
      /^# mine\nMASTER_API_KEY=a-master-key-of-my-own\nVAULT_KEY=\S+\nAPI_KEY_SECRET=\S+\n# The demo user's key; [^\n]+\nUSER_API_KEY=\S+\n$/,
    )
    expect(statSync(vars).mode & 0o777).toBe(0o600)

    const members = family(one.pids()[0] ?? 0)
    const wrangler = members.find(({ command }) => command.includes('wrangler-dist/cli.js'))
    process.kill(wrangler?.pid ?? 0, 'SIGKILL')
    expect(await one.exited).toBe(1)
    expect(one.output()).toContain('Wrangler has ended.')
    await untilGone(members.map(({ pid }) => pid))
  })

  it('ends as well when npm is stopped before all is ready', async () => {
    const { npm, exited } = spawnNpmStart(checkout, ['--port', String(port)])
    const members = await eventually(
      () => family(npm.pid ?? 0),
      (seen) => seen.some(({ command }) => command.startsWith('node scripts/start.ts')),
    )
    npm.kill('SIGTERM')
    await exited
    await untilGone(members.map(({ pid }) => pid))
    const left = await eventually(
      () => mentioning(checkout),
      ({ length }) => length === 0,
    )
    expect(left).toEqual([])
  })

  it.each([
    [['--port', '0'], "--port must be a whole number from 1 to 65535, not '0'"],
    [['--port', 'http'], "--port must be a whole number from 1 to 65535, not 'http'"],
    [['--prot', '8787'], "Unknown option '--prot'"],
  ])('refuses %j', async (args, message) => {
    const { output, exited } = spawnNpmStart(checkout, args)
    expect(await exited).toBe(2)
    expect(output()).toContain(message)
  })

  it('says of a state folder that cannot be written which it is, without a stack trace', async () => {
    const { output, exited } = spawnNpmStart(checkout, ['--state', join(checkout, 'package.json')])
    expect(await exited).toBe(1)
    expect(output()).toContain(`The state cannot be kept in ${checkout}/package.json`)
    expect(output()).not.toMatch(/^ +at /m)
  })
})
