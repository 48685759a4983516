/**
 * What is measured. Bare Workers: `a` passes everything through, `b` calls a Durable Object first, `c` reads and writes
 * each chunk, `e` parses and serialises the request twice. `d` is Pollux with everything on.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FILES, ROOT, startWorkerd, type Workerd, type WorkerSpec } from './workerd.ts'

export type Name = 'a' | 'b' | 'c' | 'd' | 'e'

export const USER_KEY = 'bench-user-key-0123456789'
const MASTER_KEY = 'bench-master-key-0123456789'

export interface Subject extends AsyncDisposable {
  readonly workerd: Workerd
}

/** Starts one in a new folder, and gives Pollux its user. */
export async function startSubject(name: Name, upstreamPort: number): Promise<Subject> {
  const subject = await spawnSubject(name, upstreamPort)
  if (name === 'd') await configure(subject.workerd.port, 1)
  return subject
}

/** In a new folder, or in `kept`, which outlives it. */
export async function spawnSubject(
  name: Name,
  upstreamPort: number,
  kept?: string,
): Promise<Subject> {
  const folder = kept ?? mkdtempSync(join(tmpdir(), 'pollux-bench-'))
  const worker = name === 'd' ? pollux(upstreamPort) : bare(name, upstreamPort)
  const workerd = await startWorkerd(folder, [worker])
  return {
    workerd,
    async [Symbol.asyncDispose]() {
      await workerd.stop()
      if (kept === undefined) rmSync(folder, { recursive: true, force: true })
    },
  }
}

function bare(name: Exclude<Name, 'd'>, upstreamPort: number): WorkerSpec {
  const file = { a: 'pass', b: 'object', c: 'copy', e: 'twice' }[name]
  return {
    name: file,
    code: subjectCode(file),
    vars: { UPSTREAM: `http://127.0.0.1:${upstreamPort}/v1beta/models/gemini` },
    ...(name === 'b' && { objects: { COUNTERS: 'Counter' } }),
  }
}

export function pollux(upstreamPort: number, code = bundle('src/worker.ts')): WorkerSpec {
  const google = `http://127.0.0.1:${upstreamPort}`
  return {
    name: 'pollux',
    code,
    vars: {
      MASTER_API_KEY: MASTER_KEY,
      VAULT_KEY: Buffer.alloc(32, 1).toString('base64'),
      GOOGLE_TOKEN_URL: `${google}/token`,
      CODE_ASSIST_BASE_URL: google,
      VERTEX_BASE_URL: google,
      GEMINI_API_BASE_URL: google,
    },
    objects: objectsOfPollux(),
    keys: { SNAPSHOTS: FILES },
  }
}

/** Name of a binding → class of its objects, as in wrangler.toml. */
function objectsOfPollux(): Record<string, string> {
  const toml = readFileSync(join(ROOT, 'wrangler.toml'), 'utf8')
  const bindings = toml.matchAll(
    /\[durable_objects\.bindings\]\]\nname = "(\w+)"\nclass_name = "(\w+)"/g,
  )
  return Object.fromEntries(Array.from(bindings, ([, name, type]) => [name, type]))
}

/** Makes the user of a key, with `credentials` API keys in the ring. */
export async function configure(
  port: number,
  credentials: number,
  userKey = USER_KEY,
): Promise<void> {
  for (let number = 0; number < credentials; number++) {
    const answer = await fetch(`http://127.0.0.1:${port}/v1/config/update`, {
      method: 'POST',
      headers: { authorization: `Bearer ${MASTER_KEY}` },
      body: JSON.stringify({
        apiKey: userKey,
        gcpServiceAccount: { type: 'api_key', api_key: `AIzaSyBench${number}`.padEnd(39, '0') },
      }),
    })
    if (!answer.ok) throw new Error(await answer.text())
  }
}

export function subjectCode(file: string): string {
  const source = readFileSync(join(import.meta.dirname, 'subjects', `${file}.ts`), 'utf8')
  return stripTypeScriptTypes(source)
}

const bundles = new Map<string, string>()

/** The code of a Worker as `wrangler deploy` would upload it. */
export function bundle(entry: string): string {
  const known = bundles.get(entry)
  if (known !== undefined) return known
  const out = mkdtempSync(join(tmpdir(), 'pollux-bundle-'))
  const wrangler = join(ROOT, 'node_modules', 'wrangler', 'wrangler-dist', 'cli.js')
  const secrets = { MASTER_API_KEY: 'unused', VAULT_KEY: 'unused' }
  const quiet = { CI: '1', WRANGLER_SEND_METRICS: 'false', WRANGLER_WRITE_LOGS: 'false' }
  const env = { ...process.env, ...secrets, ...quiet }
  const options = { cwd: ROOT, env, stdio: 'pipe' } as const
  execFileSync(
    process.execPath,
    [wrangler, 'deploy', entry, '--dry-run', `--outdir=${out}`],
    options,
  )
  const name = entry.replace(/^.*\//, '').replace(/\.ts$/, '.js')
  const code = readFileSync(join(out, name), 'utf8')
  rmSync(out, { recursive: true, force: true })
  bundles.set(entry, code)
  return code
}
