/**
 * What the container runs: only Pollux, on all interfaces. Its objects and KV are in a folder that outlives the
 * container.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { build, type Build } from './build.ts'
import { ensureSecrets, optionalSecrets } from './dev-vars.ts'
import { serve } from './served/run.ts'
import { lock } from './state.ts'
import { onStopRequest } from './stop-requests.ts'

const ROOT = resolve(import.meta.dirname, '..')

const { values } = parseArgs({
  options: {
    host: { type: 'string', default: '0.0.0.0' },
    port: { type: 'string', default: '8787' },
    state: { type: 'string', default: '/data' },
  },
})

// The reader of our output may exit before us. A failed write must not crash this process.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)

const state = resolve(values.state)
const release = lockOrEnd(state)
if (release === null) {
  console.error(`${state} is in use by another Pollux: two would split its limits and books.`)
  process.exit(1)
}

const secretsFile = join(state, '.dev.vars')
// Secrets of the environment take precedence. The file holds generated ones for those that are missing there.
const made = ensureSecrets(secretsFile)
const secrets = {
  MASTER_API_KEY: process.env['MASTER_API_KEY'] || made.MASTER_API_KEY,
  VAULT_KEY: process.env['VAULT_KEY'] || made.VAULT_KEY,
  API_KEY_SECRET: process.env['API_KEY_SECRET'] || made.API_KEY_SECRET,
  ...optionalSecrets(secretsFile),
}

const stopped = new Promise<'stopped'>((stop) => {
  onStopRequest(
    () => stop('stopped'),
    () => process.exit(1), // workerd ends with this process
  )
})
const description = join(ROOT, 'dist', 'worker.json')
if (!existsSync(description)) await build(ROOT) // the image has it already
const { vars: defaults } = JSON.parse(readFileSync(description, 'utf8')) as Build // scripts/build.ts wrote it
const vars = varsOf(process.env, defaults)
const serving = serve({
  root: ROOT,
  host: values.host,
  port: Number(values.port),
  state,
  secrets,
  vars,
  reachesPrivate: Object.keys(vars).some(
    (name) => /_URL$|_ORIGINS$/.test(name) && !name.startsWith('CORS'),
  ),
})
try {
  const first = await Promise.race([serving.ready.then(() => 'ready' as const), stopped])
  if (first === 'ready') {
    console.log(`Pollux listens on ${values.host}:${values.port}; its state is in ${state}.`)
    if (!process.env['MASTER_API_KEY']) console.log(`Its keys are in ${secretsFile}.`)
    await tellWhatIsMissing(Number(values.port))
    const last = await Promise.race([serving.ended.then(() => 'ended' as const), stopped])
    if (last === 'ended') throw new Error('workerd has ended.')
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
} finally {
  await serving.stop()
  release()
}
process.exit()

/** A volume that belongs to somebody else is a common mistake, which no stack trace explains. */
function lockOrEnd(folder: string): (() => void) | null {
  try {
    return lock(folder)
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exit(1)
  }
}

/** The variables of wrangler.toml that the environment overrides. */
function varsOf(env: NodeJS.ProcessEnv, defaults: Build['vars']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(defaults).flatMap(([name, value]) => {
      const own = env[name]
      return own === undefined || own === value ? [] : [[name, own]]
    }),
  )
}

/** With a malformed secret, Pollux serves nobody. This writes to the log which secret it is. */
async function tellWhatIsMissing(port: number): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => null)
  if (answer?.status === 503) console.error(await answer.text())
  else await answer?.body?.cancel()
}
