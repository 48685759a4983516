/** The Worker as it is deployed, run by workerd without wrangler around its objects. */
import { execFile } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { convertV4MiniflareOptions, Miniflare, NoOpLog } from 'miniflare'
import { makeCheckout } from './checkout.ts'
import { memory } from '../../../bench/processes.ts'
import { family } from './processes.ts'

export interface Workerd extends AsyncDisposable {
  readonly url: string
  readonly masterKey: string
  /** The folder with everything that workerd stores. */
  readonly state: string
  /** The folder with the databases of the class `UserObject`. */
  readonly userObjects: string
  /** Its resident memory, in bytes. */
  resident(): number
  /** `kill -9`, then another workerd on the same files and port. Resolves when that listens. */
  crash(): Promise<void>
  /** Ends workerd. The files stay until this is disposed of. */
  stop(): Promise<void>
}

/** `vars` are bound in addition to the secrets. */
export async function startWorkerd(vars: Readonly<Record<string, string>> = {}): Promise<Workerd> {
  const checkout = makeCheckout()
  const masterKey = 'a-master-key-for-tests'
  await promisify(execFile)(
    process.execPath,
    ['node_modules/wrangler/wrangler-dist/cli.js', 'deploy', '--dry-run', '--outdir=dist'],
    {
      cwd: checkout,
      env: {
        ...process.env,
        MASTER_API_KEY: masterKey,
        VAULT_KEY: 'unused',
        API_KEY_SECRET: 'unused',
        CI: '1',
      },
    },
  )
  const contents = readFileSync(join(checkout, 'dist', 'worker.js'), 'utf8')
  const state = join(checkout, 'state')
  let restarted = (): void => undefined
  const miniflare = new Miniflare({
    ...convertV4MiniflareOptions({
      name: 'pollux',
      modules: [{ type: 'ESModule', path: 'worker.js', contents }],
      compatibilityDate: '2026-10-20',
      compatibilityFlags: ['enable_request_signal'],
      bindings: {
        MASTER_API_KEY: masterKey,
        VAULT_KEY: Buffer.alloc(32, 1).toString('base64'),
        API_KEY_SECRET: Buffer.alloc(32, 2).toString('base64'),
        ...vars,
      },
      durableObjects: {
        USERS: { className: 'UserObject', useSQLite: true },
        DIRECTORY: { className: 'DirectoryObject', useSQLite: true },
        GUESSES: { className: 'GuessesObject', useSQLite: true },
        RESPONSES: { className: 'ResponsesObject', useSQLite: true },
        FILES: { className: 'FilesObject', useSQLite: true },
        TOTALS: { className: 'TotalsObject', useSQLite: true },
      },
      kvNamespaces: ['SNAPSHOTS'],
    }),
    resourcePersistencePath: state,
    port: 0,
    cf: false,
    handleStructuredLogs: () => undefined,
    log: new NoOpLog(), // it would report every crash
    unsafeHandleRuntimeRestart: () => restarted(),
  })
  const url = (await miniflare.ready).origin
  let stopped: Promise<void> | null = null
  const stop = (): Promise<void> => (stopped ??= miniflare.dispose())
  return {
    url,
    masterKey,
    state,
    userObjects: join(state, 'do', 'pollux-UserObject'),
    resident: () => workerds().reduce((sum, pid) => sum + memory(pid, 'now'), 0),
    async crash() {
      // Miniflare notices that its workerd died, and starts the next one itself.
      const next = new Promise<void>((resolve) => {
        restarted = resolve
      })
      for (const pid of workerds()) process.kill(pid, 'SIGKILL')
      await next
    },
    stop,
    async [Symbol.asyncDispose]() {
      await stop()
      rmSync(checkout, { recursive: true, force: true })
    },
  }
}

/** The workerd processes that this process started. */
function workerds(): readonly number[] {
  return family(process.pid)
    .filter(({ parent, command }) => parent === process.pid && /workerd\S* serve /.test(command))
    .map(({ pid }) => pid)
}
