/** The Worker as it is deployed, run by workerd with nothing of wrangler's around its objects. */
import { execFile } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import { makeCheckout } from './checkout.ts'

export interface Workerd extends AsyncDisposable {
  readonly url: string
  readonly masterKey: string
  /** Where the databases of the class `UserObject` are. */
  readonly userObjects: string
  /** Ends workerd; the files stay until this is disposed of. */
  stop(): Promise<void>
}

export async function startWorkerd(): Promise<Workerd> {
  const checkout = makeCheckout()
  const masterKey = 'a-master-key-for-tests'
  await promisify(execFile)(
    process.execPath,
    ['node_modules/wrangler/wrangler-dist/cli.js', 'deploy', '--dry-run', '--outdir=dist'],
    {
      cwd: checkout,
      env: { ...process.env, MASTER_API_KEY: masterKey, VAULT_KEY: 'unused', CI: '1' },
    },
  )
  const contents = readFileSync(join(checkout, 'dist', 'worker.js'), 'utf8')
  const state = join(checkout, 'state')
  const miniflare = new Miniflare({
    ...convertV4MiniflareOptions({
      name: 'pollux',
      modules: [{ type: 'ESModule', path: 'worker.js', contents }],
      compatibilityDate: '2026-10-20',
      compatibilityFlags: ['enable_request_signal'],
      bindings: {
        MASTER_API_KEY: masterKey,
        VAULT_KEY: Buffer.alloc(32, 1).toString('base64'),
      },
      durableObjects: {
        USERS: { className: 'UserObject', useSQLite: true },
        DIRECTORY: { className: 'DirectoryObject', useSQLite: true },
      },
      kvNamespaces: ['SNAPSHOTS'],
    }),
    resourcePersistencePath: state,
    port: 0,
    cf: false,
    handleStructuredLogs: () => undefined,
  })
  const url = (await miniflare.ready).origin
  let stopped: Promise<void> | null = null
  const stop = (): Promise<void> => (stopped ??= miniflare.dispose())
  return {
    url,
    masterKey,
    userObjects: join(state, 'do', 'pollux-UserObject'),
    stop,
    async [Symbol.asyncDispose]() {
      await stop()
      rmSync(checkout, { recursive: true, force: true })
    },
  }
}
