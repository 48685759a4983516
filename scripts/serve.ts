/** What the container runs: Pollux alone, on all interfaces, with its objects and KV in a folder that outlives it. */
import { mkdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { ensureDevVars } from './dev-vars.ts'
import { onStopRequest } from './stop-requests.ts'
import { workerLog } from './worker-log.ts'
import { startWorker } from './worker.ts'

const ROOT = resolve(import.meta.dirname, '..')

const { values } = parseArgs({
  options: {
    host: { type: 'string', default: '0.0.0.0' },
    port: { type: 'string', default: '8787' },
    state: { type: 'string', default: '/data' },
  },
})

// Whoever reads our output may leave before we do.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)

const state = resolve(values.state)
mkdirSync(state, { recursive: true })
const devVars = join(state, '.dev.vars')
// Secrets of the environment go before those of the file, which holds what nobody gave.
const { USER_API_KEY: _, ...made } = ensureDevVars(devVars)
const secrets = {
  MASTER_API_KEY: process.env['MASTER_API_KEY'] || made.MASTER_API_KEY,
  VAULT_KEY: process.env['VAULT_KEY'] || made.VAULT_KEY,
  API_KEY_SECRET: process.env['API_KEY_SECRET'] || made.API_KEY_SECRET,
}

const stopped = new Promise<'stopped'>((stop) => {
  onStopRequest(
    () => stop('stopped'),
    () => process.exit(1), // wrangler's group ends with us
  )
})
const worker = startWorker({
  root: ROOT,
  host: values.host,
  port: Number(values.port),
  state,
  devVars,
  secrets,
  vars: varsOf(process.env),
  onLine: workerLog(console.log),
})
try {
  const first = await Promise.race([worker.ready.then(() => 'ready' as const), stopped])
  if (first === 'ready') {
    console.log(`Pollux listens on ${values.host}:${values.port}; its state is in ${state}.`)
    if (!process.env['MASTER_API_KEY']) console.log(`Its keys are in ${devVars}.`)
    const last = await Promise.race([worker.ended.then(() => 'ended' as const), stopped])
    if (last === 'ended') throw new Error('Wrangler has ended.')
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  console.error(worker.lastLines())
  process.exitCode = 1
} finally {
  await worker.stop()
}
process.exit()

/** Those variables of wrangler.toml that the environment sets anew. */
function varsOf(env: NodeJS.ProcessEnv): Record<string, string> {
  const [, table = ''] =
    /^\[vars\](.*?)^\[/ms.exec(readFileSync(join(ROOT, 'wrangler.toml'), 'utf8')) ?? []
  const names = [...table.matchAll(/^(\w+)\s*=/gm)].flatMap(([, name]) => name ?? [])
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = env[name]
      return value === undefined ? [] : [[name, value]]
    }),
  )
}
