/** The image, as far as it can be tested without Docker: its files in an empty folder, its command, its volume. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { parseEnv } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEmulatorClient } from '../../emulator/client.ts'
import { startEmulator } from '../../emulator/server.ts'
import { freePort } from '../../scripts/ports.ts'
import { lock } from '../../scripts/state.ts'
import { eventually } from './support/eventually.ts'
import type { Stats } from './support/stats.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const dockerfile = readFileSync(join(ROOT, 'Dockerfile'), 'utf8').replaceAll('\\\n', ' ')
const ignored = readFileSync(join(ROOT, '.dockerignore'), 'utf8').trim().split('\n')
const compose = readFileSync(join(ROOT, 'compose.yaml'), 'utf8')

const copies = [...dockerfile.matchAll(/^COPY (.+) (\S+)$/gm)].map(([, from = '', to = '']) => ({
  from: from.split(' '),
  to,
}))
const command = JSON.parse(/^CMD (\[.*\])$/m.exec(dockerfile)?.[1] ?? '[]') as string[]

describe('the image', () => {
  const app = mkdtempSync(join(tmpdir(), 'pollux-image-'))
  const data = join(app, 'volume')
  const tmp = join(app, 'tmp')
  let port = 0
  let container: ChildProcess | null = null

  beforeAll(async () => {
    for (const { from, to } of copies) {
      for (const name of from) {
        cpSync(join(ROOT, name), join(app, to, to === './' ? name : ''), { recursive: true })
      }
    }
    mkdirSync(tmp)
    symlinkSync(join(ROOT, 'node_modules'), join(app, 'node_modules'), 'dir')
    port = await freePort(28_787)
  })

  afterAll(async () => {
    await stop()
    rmSync(app, { recursive: true, force: true })
  })

  function spawned(env: Record<string, string>): ChildProcess {
    const given: Record<string, string> = { 8787: String(port), '/data': data }
    const [program = '', ...args] = command.map((word) =>
      word.replace(/8787$|\/data$/, (path) => given[path] ?? path),
    )
    expect(program).toBe('node')
    const { MASTER_API_KEY: _, VAULT_KEY: __, API_KEY_SECRET: ___, ...rest } = process.env
    return spawn(process.execPath, args, {
      cwd: app,
      env: { ...rest, ...env, TMPDIR: tmp },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  }

  async function start(env: Record<string, string> = {}): Promise<void> {
    container = spawned(env)
    const started = container
    await new Promise<void>((ready, fail) => {
      started.once('exit', () => fail(new Error('it ended before it listened')))
      started.stdout?.on('data', (text) => {
        if (String(text).includes('Pollux listens')) ready()
      })
    })
  }

  function foldersOfRuns(): number {
    return readdirSync(tmp).length
  }

  async function stop(): Promise<void> {
    if (container === null || container.exitCode !== null) return
    container.kill('SIGTERM')
    await once(container, 'exit')
    container = null
  }

  it('copies what there is, and what its context holds', () => {
    for (const name of copies.flatMap(({ from }) => from)) {
      expect(existsSync(join(ROOT, name))).toBe(true)
      expect(ignored).toContain(`!${name}`)
    }
  })

  it('is the Node that the scripts need, and listens where the ports and the probe say', () => {
    expect(dockerfile).toMatch(/^FROM node:24\b/m)
    expect(dockerfile).toMatch(/^EXPOSE 8787$/m)
    expect(dockerfile).toContain('http://127.0.0.1:8787/health/ready')
    expect(compose).toContain('127.0.0.1:8787:8787')
    expect(dockerfile).toMatch(/^VOLUME \/data$/m)
    expect(compose).toContain('pollux-data:/data')
  })

  async function listUsers(): Promise<string[]> {
    const { MASTER_API_KEY: key } = parseEnv(readFileSync(join(data, '.dev.vars'), 'utf8'))
    const answer = await fetch(`http://127.0.0.1:${port}/v1/config/users`, {
      headers: { authorization: `Bearer ${key}` },
    })
    expect(answer.status).toBe(200)
    const { users } = (await answer.json()) as { users: { user: string }[] }
    return users.map(({ user }) => user)
  }

  it('runs its command, and keeps users and keys in its volume', async () => {
    await start()
    expect(await listUsers()).toEqual([])
    const { MASTER_API_KEY: key } = parseEnv(readFileSync(join(data, '.dev.vars'), 'utf8'))
    const created = await fetch(`http://127.0.0.1:${port}/v1/config/users`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}` },
      body: JSON.stringify({ apiKey: 'a-key-in-a-container' }),
    })
    expect(created.status).toBe(201)
    const users = await listUsers()
    expect(users).toHaveLength(1)
    await stop()
    await start()
    expect(await listUsers()).toEqual(users)
  })

  it('lets a stream under way end when it is stopped, and counts it', async () => {
    const google = await startEmulator()
    const script = { times: 0, reply: { text: 'one two three four five', chunkDelayMs: 200 } }
    await createEmulatorClient(google.url).script(script)
    const { credential } = await createEmulatorClient(google.url).registerApiKey()
    await stop()
    await start({ GEMINI_API_BASE_URL: google.url })
    const { MASTER_API_KEY: master = '' } = parseEnv(readFileSync(join(data, '.dev.vars'), 'utf8'))
    const key = 'a-key-of-one-who-streams'
    const ask = (path: string, bearer: string, body?: object): Promise<Response> =>
      fetch(`http://127.0.0.1:${port}${path}`, {
        method: body === undefined ? 'GET' : 'POST',
        headers: { authorization: `Bearer ${bearer}` },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
    await ask('/v1/config/update', master, { apiKey: key, gcpServiceAccount: credential })
    const messages = [{ role: 'user', content: 'Hello' }]
    const chat = { model: 'gemini-2.5-flash', stream: true, messages }
    const answer = await ask('/v1/chat/completions', key, chat)
    const before = foldersOfRuns()
    const stopped = stop()
    expect(await answer.text()).toMatch(/data: \[DONE\]\s*$/)
    await stopped
    await google.close()
    // Each start has a folder, and a container that is restarted often must not fill its disk.
    expect(foldersOfRuns()).toBeLessThan(before)
    await start()
    const stats = (await (await ask('/debug/stats', key)).json()) as Stats
    expect(stats.requests).toMatchObject({ total: 1, ok: 1 })
    expect(stats.ledger).toMatchObject({ granted: 1, settled: 1 })
  })

  it('holds no key that opens nothing, and no secret beside the one file', async () => {
    const given = parseEnv(readFileSync(join(data, '.dev.vars'), 'utf8'))
    expect(Object.keys(given).toSorted()).toEqual(['API_KEY_SECRET', 'MASTER_API_KEY', 'VAULT_KEY'])
    for (const [name, secret] of Object.entries(given)) {
      const holders = filesIn(data).filter((file) => readFileSync(file).includes(secret ?? ''))
      expect([name, holders]).toEqual([name, [join(data, '.dev.vars')]])
    }
  })

  it('keeps snapshots in its volume, and finds all of them again, a page after the other', async () => {
    const { MASTER_API_KEY: key } = parseEnv(readFileSync(join(data, '.dev.vars'), 'utf8'))
    const act = async (path: string, body: object): Promise<Record<string, unknown>> => {
      const answer = await fetch(`http://127.0.0.1:${port}/v1/config/${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}` },
        body: JSON.stringify(body),
      })
      return (await answer.json()) as Record<string, unknown>
    }
    for (let user = 0; user < 17; user++) await act('users', { label: `number ${user}` })
    const users = (await listUsers()).length
    const found = await eventually(
      async () => {
        const kept: unknown[] = []
        let body = {}
        for (;;) {
          const page = await act('restore', body)
          kept.push(...(page['kept'] as unknown[]))
          if (typeof page['next'] !== 'string') return kept
          body = { cursor: page['next'] }
        }
      },
      (kept) => kept.length === users,
    )
    expect(new Set(found).size).toBe(users)
  })

  it('has one writer: another on the same volume ends at once and says why', async () => {
    const other = spawned({})
    const said: string[] = []
    other.stderr?.on('data', (text) => said.push(String(text)))
    const [code] = (await once(other, 'close')) as [number]
    expect(code).toBe(1)
    expect(said.join('')).toContain(`${data} is in use by another Pollux`)
    expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200)
    // `npm start --state` and `npm run dev` take the same lock.
    expect(lock(data)).toBeNull()
    const dev = spawn(process.execPath, ['scripts/dev.ts', `--persist-to=${data}`], { cwd: ROOT })
    expect(((await once(dev, 'close')) as [number])[0]).toBe(1)
  })

  it('serves the Worker and nothing of a development server’s', async () => {
    for (const path of [
      '/cdn-cgi/handler/scheduled',
      '/cdn-cgi/mf/scheduled',
      '/cdn-cgi/explorer/api',
    ]) {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
        headers: { 'mf-original-url': 'http://elsewhere/health', 'mf-route-override': 'pollux' },
      })
      expect([path, answer.status]).toEqual([path, 404])
      expect(await answer.json()).toMatchObject({ error: { code: 'unknown_url' } })
    }
    expect((await fetch(`http://127.0.0.1:${port}/health/ready`)).status).toBe(200)
  })

  it('takes workerd with it, however it ends', async () => {
    container?.kill('SIGKILL')
    await eventually(
      () =>
        fetch(`http://127.0.0.1:${port}/health`).then(
          () => 'answers',
          () => 'is gone',
        ),
      (state) => state === 'is gone',
    )
    const claim = lock(data)
    expect(claim).not.toBeNull()
    claim?.()
    container = null
    await start()
  })

  it.each(['MASTER_API_KEY', 'VAULT_KEY', 'API_KEY_SECRET'])(
    'runs with a malformed %s, and its probe fails',
    async (name) => {
      await stop()
      await start({ [name]: 'changeme' })
      const answer = await fetch(`http://127.0.0.1:${port}/health/ready`)
      expect(answer.status).toBe(503)
      expect(await answer.text()).toContain(name)
      expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200)
    },
  )

  it('takes its variables and secrets from the environment', async () => {
    await stop()
    const masterKey = 'a-master-key-from-outside'
    await start({ MASTER_API_KEY: masterKey, CORS_ORIGINS: 'https://chat.example.com' })
    const answer = await fetch(`http://127.0.0.1:${port}/v1/config/users`, {
      headers: { authorization: `Bearer ${masterKey}` },
    })
    expect(answer.status).toBe(200)
    const page = await fetch(`http://127.0.0.1:${port}/health`, {
      headers: { origin: 'https://chat.example.com' },
    })
    expect(page.headers.get('access-control-allow-origin')).toBe('https://chat.example.com')
  })

  it('gives an upload an address as it is outside of the proxy with TLS before it', async () => {
    const google = await startEmulator()
    const { credential } = await createEmulatorClient(google.url).registerApiKey()
    const master = 'a-master-key-from-outside'
    await stop()
    await start({ MASTER_API_KEY: master, GEMINI_API_BASE_URL: google.url })
    const apiKey = 'a-key-of-one-who-uploads'
    const ask = (path: string, headers: Record<string, string>, body: object): Promise<Response> =>
      fetch(`http://127.0.0.1:${port}${path}`, {
        method: 'POST',
        headers,
        body: JSON.stringify(body),
      })
    const config = { apiKey, gcpServiceAccount: credential }
    await ask('/v1/config/update', { authorization: `Bearer ${master}` }, config)
    for (const [said, protocol] of [
      ['https', 'https'],
      ['HTTPS, http', 'https'],
      ['http', 'http'],
      ['http,https', 'http'],
      ['no protocol', 'http'],
    ] as const) {
      const headers = {
        'x-goog-api-key': apiKey,
        'x-forwarded-proto': said,
        'x-goog-upload-protocol': 'resumable',
        'x-goog-upload-command': 'start',
      }
      const answer = await ask('/upload/v1beta/files', headers, { file: {} })
      const url = new URL(answer.headers.get('x-goog-upload-url') ?? '')
      expect(url.origin).toBe(`${protocol}://127.0.0.1:${port}`)
    }
    await google.close()
  })

  it.each(['a b', 'pollux:99999', '[', '999.1.1.1'])(
    'answers those who name a host that is none as all others: %s',
    async (host) => {
      const socket = connect(port, '127.0.0.1')
      socket.end(`GET /v1/models HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`)
      const answer = await text(socket)
      expect(answer).toMatch(/^HTTP\/1.1 401 /)
      expect(answer).toContain('"code":"missing_api_key"')
    },
  )

  it('takes secrets that it could do without, and names each in its compose file', async () => {
    const tokens = { METRICS_TOKEN: 'a-token-of-a-scraper', ALERT_WEBHOOK_SECRET: 'a-secret' }
    for (const name of Object.keys(tokens)) expect(compose).toContain(`${name}: \${${name}:-}`)
    const ready = async (): Promise<string> =>
      (await fetch(`http://127.0.0.1:${port}/health/ready`)).text()
    const url = 'http://127.0.0.1:9/hook'
    await stop()
    await start({ ALERT_WEBHOOK_URL: url })
    expect(await ready()).toContain('ALERT_WEBHOOK_SECRET is missing')
    await stop()
    await start({ ...tokens, ALERT_WEBHOOK_URL: url })
    expect(await ready()).not.toContain('ALERT_WEBHOOK_SECRET')
    const metrics = await fetch(`http://127.0.0.1:${port}/metrics`, {
      headers: { authorization: `Bearer ${tokens.METRICS_TOKEN}` },
    })
    expect(metrics.status).toBe(200)
    expect(await metrics.text()).toContain('pollux_build_info')
  })
})

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}
