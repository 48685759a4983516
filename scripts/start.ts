/** `npm start`: Pollux and an emulated Google on this machine, with a demo user, and nothing to set up. */
import { join, resolve } from 'node:path'
import { startEmulator } from '../emulator/server.ts'
import { banner } from './banner.ts'
import { ensureDemoCredentials, toGoogle } from './demo-credentials.ts'
import { configureDemoUser, configureLimitedUser } from './demo-user.ts'
import { ensureDevVars, optionalSecrets } from './dev-vars.ts'
import { type Options, readOptions } from './options.ts'
import { freePort } from './ports.ts'
import { claimState } from './state.ts'
import { onStopRequest } from './stop-requests.ts'
import { workerLog } from './worker-log.ts'
import { type RunningWorker, startWorker } from './worker.ts'

const ROOT = resolve(import.meta.dirname, '..')
const EMULATOR_PORT = 8790

const read = readOptions(process.argv.slice(2), ROOT)
if (!read.ok) {
  console[read.exitCode === 0 ? 'log' : 'error'](read.message)
  process.exit(read.exitCode)
}
// The reader of our output may exit before us. A failed write must not crash this process.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
try {
  await run(read.options)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
process.exit()

async function run(options: Options): Promise<void> {
  const began = performance.now()
  const stopped = new Promise<void>((stop) => {
    onStopRequest(stop, () => process.exit(1)) // wrangler's process group ends with this process
  })
  await using cleanup = new AsyncDisposableStack()

  const state = claimState(options.state)
  cleanup.defer(() => state.release())
  if (state.folder !== options.state) {
    console.log(`${options.state} is in use by another npm start; using ${state.folder}.`)
  }
  const keys = ensureDevVars(options.devVars)
  const credentials = ensureDemoCredentials(join(state.folder, 'demo-credentials.json'))

  const port = await freePort(options.port)
  if (port !== options.port) console.log(`Port ${options.port} is busy; using ${port}.`)
  const googlePort = await freePort(EMULATOR_PORT, [port])
  if (googlePort !== EMULATOR_PORT) {
    console.log(`Port ${EMULATOR_PORT} is busy; the emulator uses ${googlePort}.`)
  }
  const google = await startEmulator({
    port: googlePort,
    credentials: 'any', // so that made-up credentials work
  })
  cleanup.defer(() => google.close())
  for (const credential of toGoogle(credentials)) google.emulator.credentials.register(credential)

  let isReady = false
  const worker = startWorker({
    root: ROOT,
    port,
    state: state.folder,
    devVars: options.devVars,
    secrets: keys,
    vars: {
      GOOGLE_TOKEN_URL: `${google.url}/token`,
      CODE_ASSIST_BASE_URL: google.url,
      VERTEX_BASE_URL: google.url,
      GEMINI_API_BASE_URL: google.url,
      // Wrangler takes only required secrets from the file, so these are passed as arguments. Other users of this
      // machine may see them, which is acceptable for a trial.
      ...optionalSecrets(options.devVars),
    },
    onLine: workerLog((line) => {
      if (isReady) console.log(line)
    }),
  })
  cleanup.defer(() => worker.stop())

  const ready = untilReady(worker, async () => {
    await configureDemoUser(worker.url, keys, credentials)
    await configureLimitedUser(worker.url, keys, credentials)
  })
  if ((await Promise.race([ready, stopped])) !== 'ready') return
  const { MASTER_API_KEY: masterKey, USER_API_KEY: userKey } = keys
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  console.log(banner({ url: worker.url, emulatorUrl: google.url, masterKey, userKey, seconds }))
  isReady = true
  await Promise.race([untilItDies(worker), stopped])
}

async function untilReady(worker: RunningWorker, prepare: () => Promise<void>): Promise<'ready'> {
  try {
    await worker.ready
    await prepare()
    return 'ready'
  } catch (error) {
    throw died(worker, error instanceof Error ? error.message : String(error))
  }
}

async function untilItDies(worker: RunningWorker): Promise<never> {
  await worker.ended
  throw died(worker, 'Wrangler has ended.')
}

function died(worker: RunningWorker, why: string): Error {
  return new Error(`${why}\n\nThe last that wrangler said:\n${worker.lastLines()}`)
}
