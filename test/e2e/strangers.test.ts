import { createHmac, randomBytes } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { eventually } from './support/eventually.ts'
import { startWorkerd, type Workerd } from './support/workerd.ts'

const STRANGERS = 10_000
/** Every second stranger has a key as an admin might choose it; the others have forged ones. */
const STRANGERS_PER_CHOSEN = 2
const AT_ONCE = 32
/** Requests of a known user: before, during and after. */
const SAMPLES = 200

it(`${STRANGERS} keys that nobody has: each is refused, nothing is stored, and no known user is slower`, async () => {
  await using workerd = await startWorkerd()
  const known = await knownKeys(workerd)
  const before = await latencies(workerd, known)
  const files = new Set(filesIn(workerd.state))

  const statuses = new Map<number, number>()
  const meanwhile: number[] = []
  const began = performance.now()
  await inParallel(STRANGERS, AT_ONCE, async (index) => {
    const status = await statusOf(workerd, strangeKey(index))
    statuses.set(status, (statuses.get(status) ?? 0) + 1)
    if (index % (STRANGERS / SAMPLES) === 0) meanwhile.push(await latency(workerd, known.minted))
  })
  const seconds = (performance.now() - began) / 1000
  expect([...statuses]).toEqual([[401, STRANGERS]])

  const after = await latencies(workerd, known)
  await workerd.stop()

  // workerd opens a database for every object that is woken, and no stranger's key may wake one, whatever its form.
  expect(filesIn(workerd.state).filter((file) => !files.has(file))).toEqual([])

  const p50 = { before: median(before), meanwhile: median(meanwhile), after: median(after) }
  console.log({ p50_ms: p50, strangers_per_second: Math.round(STRANGERS / seconds) })
  // On a busy machine a median varies. A cost that grows with the number of strangers would exceed this by far.
  expect(p50.after).toBeLessThan(3 * p50.before + 20)
}, 90_000)

it('guesses at the master key are slowed by the address that the runtime saw, also after a crash', async () => {
  await using workerd = await startWorkerd()
  const path = '/v1/config/users'
  for (let count = 0; count < 10; count++) {
    expect(await statusOf(workerd, strangeKey(count), path)).toBe(401)
  }
  expect(await statusOf(workerd, workerd.masterKey, path)).toBe(429)
  await workerd.crash()
  expect(await statusOf(workerd, workerd.masterKey, path)).toBe(429)
}, 60_000)

function strangeKey(index: number): string {
  if (index % STRANGERS_PER_CHOSEN === 0) return `sk-${randomBytes(24).toString('base64url')}`
  const signed = `sk-pollux-v1-${randomBytes(57).toString('base64url')}`
  const tag = createHmac('sha256', randomBytes(32)).update(signed).digest().subarray(0, 15)
  return signed + tag.toString('base64url')
}

interface KnownKeys {
  readonly chosen: string
  readonly minted: string
}

async function knownKeys(workerd: Workerd): Promise<KnownKeys> {
  const make = async (body: object): Promise<string | undefined> => {
    const answer = await fetch(`${workerd.url}/v1/config/users`, {
      method: 'POST',
      headers: { authorization: `Bearer ${workerd.masterKey}` },
      body: JSON.stringify(body),
    })
    expect(answer.status).toBe(201)
    return ((await answer.json()) as { apiKey?: string }).apiKey
  }
  const chosen = 'a-key-that-somebody-has'
  await make({ apiKey: chosen })
  const minted = (await make({})) ?? ''
  // These users' snapshots are not the strangers' doing.
  const snapshots = join(workerd.state, 'kv', 'SNAPSHOTS', 'blobs')
  await eventually(
    () => (existsSync(snapshots) ? readdirSync(snapshots) : []),
    (written) => written.length === 2,
  )
  return { chosen, minted }
}

async function latencies(workerd: Workerd, { chosen, minted }: KnownKeys): Promise<number[]> {
  const taken: number[] = []
  for (let count = 0; count < SAMPLES; count++) {
    taken.push(await latency(workerd, count % 2 === 0 ? chosen : minted))
  }
  return taken
}

/** In milliseconds, of a request that goes to the user's object and back. */
async function latency(workerd: Workerd, key: string): Promise<number> {
  const began = performance.now()
  expect(await statusOf(workerd, key)).toBe(200)
  return performance.now() - began
}

function median(numbers: readonly number[]): number {
  const middle = numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? 0
  return Number(middle.toFixed(2))
}

const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE + 1 })

/** Not `fetch`, which takes longer than the gateway itself. */
function statusOf({ url }: Workerd, key: string, path = '/v1/models'): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${key}` }
    request(`${url}${path}`, { agent, headers }, (answer) => {
      answer.resume()
      answer.on('end', () => resolve(answer.statusCode ?? 0))
    })
      .on('error', reject)
      .end()
  })
}

async function inParallel(
  count: number,
  atOnce: number,
  work: (index: number) => Promise<void>,
): Promise<void> {
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < count) await work(next++)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}
