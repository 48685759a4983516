/** Runs the Worker on this machine: `wrangler dev` in a process group of its own, which is stopped as a whole. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'

export interface WorkerOptions {
  /** The interface to listen on; the loopback if absent. */
  readonly host?: string
  readonly port: number
  /** The project's folder. */
  readonly root: string
  /** Where wrangler keeps objects and KV. */
  readonly state: string
  readonly devVars: string
  readonly secrets: Readonly<Record<'MASTER_API_KEY' | 'VAULT_KEY' | 'API_KEY_SECRET', string>>
  /** They override the variables of wrangler.toml. */
  readonly vars: Readonly<Record<string, string>>
  /** Gets everything that wrangler and the Worker print. */
  readonly onLine: (line: string) => void
}

export interface RunningWorker {
  readonly url: string
  /** Resolves at the first 200 of /health; rejects if there is none in time. */
  readonly ready: Promise<void>
  /** Resolves when wrangler has ended, for whatever reason. */
  readonly ended: Promise<void>
  /** The last lines of its output, to show when it has died. */
  lastLines(): string
  /** Ends the whole group, and resolves when it is gone. */
  stop(): Promise<void>
  /** Kills the whole group at once, as a crash would. */
  kill(): void
}

const LAST_LINES = 30
const START_TIMEOUT_MS = 60_000
const POLL_MS = 50
/** workerd waits for streams under way, but nobody will read them any more. */
const STOP_GRACE_MS = 2_000

export function startWorker(options: WorkerOptions): RunningWorker {
  const url = `http://127.0.0.1:${options.port}`
  const child = spawnWrangler(options)
  const lines: string[] = []
  const ended = new Promise<void>((resolve) => {
    // No process of the group may outlive wrangler.
    child.once('exit', () => killGroup(child))
    child.once('close', () => resolve())
    child.once('error', (error) => {
      lines.push(error.message)
      resolve()
    })
  })
  for (const stream of [child.stdout, child.stderr]) {
    readLines(stream, (line) => {
      lines.push(line)
      if (lines.length > LAST_LINES) lines.shift()
      options.onLine(line)
    })
  }
  return {
    url,
    ready: untilReady(child, url, ended),
    ended,
    lastLines: () => lines.join('\n'),
    stop: () => stop(child, ended),
    kill: () => killGroup(child),
  }
}

function spawnWrangler(options: WorkerOptions): ChildProcess {
  const { root, host = '127.0.0.1', port, state, devVars, secrets, vars } = options
  const assignments = Object.entries(vars).map(([name, value]) => `${name}:${value}`)
  return spawn(
    process.execPath,
    [
      '--import',
      join(import.meta.dirname, 'end-with-parent.ts'),
      // The program itself. wrangler's `bin` would put a process in between, which a signal would kill first.
      join(root, 'node_modules', 'wrangler', 'wrangler-dist', 'cli.js'),
      'dev',
      `--ip=${host}`,
      `--port=${port}`,
      '--inspector-port=0',
      `--persist-to=${state}`,
      `--env-file=${devVars}`,
      '--show-interactive-dev-session=false',
      ...assignments.flatMap((assignment) => ['--var', assignment]),
    ],
    {
      cwd: root,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: {
        ...process.env,
        // The same values as in the file, since the environment takes precedence over the file and may hold others.
        MASTER_API_KEY: secrets.MASTER_API_KEY,
        VAULT_KEY: secrets.VAULT_KEY,
        API_KEY_SECRET: secrets.API_KEY_SECRET,
        // Avoids everything that needs a network, a terminal or an account.
        CI: '1',
        NO_COLOR: '1',
        CLOUDFLARE_CF_FETCH_ENABLED: 'false',
        WRANGLER_HIDE_BANNER: 'true',
        WRANGLER_SEND_METRICS: 'false',
        WRANGLER_WRITE_LOGS: 'false',
        WRANGLER_REGISTRY_PATH: join(state, 'registry'),
        // The explorer would write a table of its own into every object that is woken.
        X_LOCAL_EXPLORER: 'false',
        X_LOCAL_OBSERVABILITY: 'false',
      },
    },
  )
}

function readLines(stream: Readable | null, onLine: (line: string) => void): void {
  if (stream !== null) createInterface({ input: stream }).on('line', onLine)
}

async function untilReady(child: ChildProcess, url: string, ended: Promise<void>): Promise<void> {
  const gaveUp = new AbortController()
  try {
    await Promise.race([
      untilHealthy(child, url, gaveUp.signal),
      ended.then(() => fail('Wrangler ended before the Worker answered.')),
      // If the Worker does not compile, wrangler waits for somebody to mend it.
      sleep(START_TIMEOUT_MS, undefined, { signal: gaveUp.signal }).then(() =>
        fail(`The Worker did not answer within ${START_TIMEOUT_MS / 1000} s.`),
      ),
    ])
  } finally {
    gaveUp.abort()
  }
}

async function untilHealthy(child: ChildProcess, url: string, signal: AbortSignal): Promise<void> {
  // wrangler's first message says that it has the port. Before that, another server might answer there.
  await once(child, 'message', { signal })
  for (;;) {
    const answer = await fetch(`${url}/health`, { signal }).catch(() => null)
    await answer?.body?.cancel()
    if (answer?.status === 200) return
    await sleep(POLL_MS, undefined, { signal })
  }
}

function fail(message: string): never {
  throw new Error(message)
}

async function stop(child: ChildProcess, ended: Promise<void>): Promise<void> {
  // Only wrangler gets the signal: it ends its other processes and cleans up.
  child.kill('SIGTERM')
  await Promise.race([ended, sleep(STOP_GRACE_MS, undefined, { ref: false })])
  killGroup(child)
  await ended
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // the process group has ended already
  }
}
