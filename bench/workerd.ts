/** The workerd binary, driven directly, without wrangler or miniflare in between. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../scripts/ports.ts'

export const ROOT = resolve(import.meta.dirname, '..')
const BINARY = join(ROOT, 'node_modules', 'workerd', 'bin', 'workerd')
const START_TIMEOUT_MS = 20_000
const POLL_MS = 2
/** `fetch` refuses 10080, the highest of the ports that it reserves for other protocols (WHATWG Fetch, "bad port"). */
const FIRST_PORT = 11_000
/** A service that stores what is put in files. It can stand in for KV if a Worker only writes. */
export const FILES = 'files'

export interface WorkerSpec {
  readonly name: string
  /** The code of its only module. */
  readonly code: string
  readonly vars?: Readonly<Record<string, string>>
  /** Name of a binding → class of this Worker's objects. */
  readonly objects?: Readonly<Record<string, string>>
  /** Name of a binding → class of another Worker's objects. */
  readonly foreign?: Readonly<Record<string, { readonly worker: string; readonly class: string }>>
  /** Name of a binding → what stands in for its KV namespace: a Worker, or `FILES`. */
  readonly keys?: Readonly<Record<string, string>>
}

export interface Workerd {
  /** The port of the first Worker that is served. */
  readonly port: number
  /** The ports of the Workers that are served, by name. */
  readonly ports: Readonly<Record<string, number>>
  readonly pid: number
  stop(): Promise<void>
}

/**
 * Starts a process with these Workers. It serves the first one, or those that are named. `folder` keeps what it
 * stores.
 */
export async function startWorkerd(
  folder: string,
  workers: readonly WorkerSpec[],
  served: readonly string[] = workers.slice(0, 1).map(({ name }) => name),
): Promise<Workerd> {
  for (const name of ['objects', FILES]) mkdirSync(join(folder, name), { recursive: true })
  const ports: Record<string, number> = {}
  for (const name of served)
    ports[name] = await freePort(FIRST_PORT + Math.floor(Math.random() * 18_000))
  const [port = 0] = Object.values(ports)
  const config = join(folder, 'config.capnp')
  writeFileSync(config, configOf(workers, folder, ports))
  for (const { name, code } of workers) writeFileSync(join(folder, `${name}.js`), code)
  const child = spawn(BINARY, ['serve', ...(process.env['BENCH_ARGS']?.split(' ') ?? []), config], {
    stdio: ['ignore', 'ignore', process.env['BENCH_DEBUG'] === undefined ? 'ignore' : 'inherit'],
  })
  const { pid } = child
  if (pid === undefined) throw new Error('workerd did not start')
  await untilItListens(port, child)
  return {
    port,
    ports,
    pid,
    async stop() {
      child.kill('SIGKILL')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    },
  }
}

async function untilItListens(port: number, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS
  while (!(await accepts(port))) {
    if (child.exitCode !== null || Date.now() > deadline) throw new Error('workerd did not start')
    await sleep(POLL_MS)
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' })
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}

/** The date and flags of wrangler.toml, so that every subject runs as Pollux does. */
function compatibility(): string {
  const toml = readFileSync(join(ROOT, 'wrangler.toml'), 'utf8')
  const date = /compatibility_date = "([^"]+)"/.exec(toml)?.[1] ?? ''
  const flags = /compatibility_flags = \[([^\]]*)\]/.exec(toml)?.[1] ?? ''
  return `compatibilityDate = "${date}", compatibilityFlags = [${flags}],`
}

function configOf(
  workers: readonly WorkerSpec[],
  folder: string,
  ports: Readonly<Record<string, number>>,
): string {
  const sockets = Object.entries(ports).map(
    ([name, port]) =>
      `(name = "${name}", address = "127.0.0.1:${port}", http = (), service = "${name}"),`,
  )
  const services = workers
    .map(({ name }) => `(name = "${name}", worker = .${name}),`)
    .join('\n    ')
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    ${services}
    (name = "internet", network = (allow = ["public", "private"])),
    ${disk('storage', join(folder, 'objects'))}
    ${disk(FILES, join(folder, FILES))}
  ],
  sockets = [${sockets.join('\n    ')}],
);

${workers.map(workerConfig).join('\n')}`
}

function disk(name: string, path: string): string {
  return `(name = "${name}", disk = (path = ${JSON.stringify(path)}, writable = true)),`
}

function workerConfig({ name, vars, objects, foreign, keys }: WorkerSpec): string {
  const bindings = [
    ...Object.entries(vars ?? {}).map(
      ([binding, text]) => `(name = "${binding}", text = ${JSON.stringify(text)}),`,
    ),
    ...Object.entries(objects ?? {}).map(
      ([binding, type]) => `(name = "${binding}", durableObjectNamespace = "${type}"),`,
    ),
    ...Object.entries(foreign ?? {}).map(
      ([binding, { worker, class: type }]) =>
        `(name = "${binding}", durableObjectNamespace = (className = "${type}", serviceName = "${worker}")),`,
    ),
    ...Object.entries(keys ?? {}).map(
      ([binding, worker]) => `(name = "${binding}", kvNamespace = "${worker}"),`,
    ),
  ]
  const classes = Object.values(objects ?? {}).map(
    (type) => `(className = "${type}", uniqueKey = "${name}-${type}", enableSql = true),`,
  )
  return `const ${name} :Workerd.Worker = (
  modules = [(name = "worker", esModule = embed "${name}.js")],
  ${compatibility()}
  bindings = [${bindings.join('\n    ')}],
  durableObjectNamespaces = [${classes.join('\n    ')}],
  durableObjectStorage = (localDisk = "storage"),
);
`
}
