import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { startEmulator } from '../../emulator/server.ts'
import { createEmulatorClient } from '../../emulator/client.ts'
import { eventually } from './support/eventually.ts'
import { chat, Load } from './support/load.ts'
import type { Stats } from './support/stats.ts'
import { startWorkerd, type Workerd } from './support/workerd.ts'

const KILLS = Number(process.env['CRASH_KILLS'] ?? 50)
const CLIENTS = 20
/** A life lasts at least until the first answers, and then at most this much longer. */
const MAX_LIFE_MS = 200
const HANGING_MODEL = 'gemini-2.5-pro'
const KEY = 'a-key-for-the-crash-test'
/** A credential is added each time after this many kills, until the ring is full. */
const ADD_EVERY = 8
const MAX_RING = 10

it(`loses nothing that it showed or confirmed, killed ${KILLS} times under load`, async () => {
  await using google = await emulator()
  await using workerd = await startWorkerd({
    GEMINI_API_BASE_URL: google.url,
    GOOGLE_TOKEN_URL: `${google.url}/token`,
  })
  const client = createEmulatorClient(google.url)
  const ring: string[] = []
  const add = async (): Promise<void> => {
    const { credential } = await client.registerApiKey()
    ring.push(await post(workerd, credential))
  }
  for (let count = 0; count < 3; count++) await add()
  await client.script({ times: 0, reply: { text: 'Hello to you', delayMs: 5 } })

  // One request that is never answered. Its lease is written to disk, outlives every kill, and counts as lost in the
  // end.
  await client.script({ model: HANGING_MODEL, times: 0, reply: { hangBeforeHeaders: true } })
  const hanging = chat(workerd.url, KEY, { model: HANGING_MODEL }).catch(() => null)
  const load = new Load(workerd.url, KEY, CLIENTS)
  await eventually(
    () => writtenLeases(workerd),
    (count) => count > 0,
    30_000,
  )
  let seen = await statsOf(workerd)
  for (let kill = 1; kill <= KILLS; kill++) {
    // In half of the lives the quota of a minute is used up, so the cursor turns during the crash.
    const reply = { error: { preset: 'gemini_429_minute', retryDelay: '1s' } } as const
    // A script that names a model takes precedence over one that does not.
    if (kill % 2 === 0) await client.script({ model: 'gemini-2.5-flash', times: 2, reply })
    const answered = load.answered
    await eventually(
      () => load.answered,
      (now) => now > answered,
    )
    const end = Date.now() + Math.random() * MAX_LIFE_MS
    while (Date.now() < end) {
      seen = shownAfter(seen, await statsOf(workerd), ring)
      await sleep(Math.random() * 20)
    }
    if (kill % ADD_EVERY === 0 && ring.length < MAX_RING) await add()
    await workerd.crash()
    seen = shownAfter(seen, await statsOf(workerd), ring)
  }

  await load.stop()
  expect(await hanging).toBeNull()
  seen = await eventually(
    () => statsOf(workerd),
    ({ ledger }) => ledger.open === 1,
  )
  const last = await eventually(
    async () => {
      await workerd.crash()
      letExpire(workerd) // before the object wakes
      return statsOf(workerd)
    },
    ({ ledger }) => ledger.open === 0,
  )
  shownAfter(seen, last, ring)
  const { total, ok, lost } = last.requests
  expect(lost).toBe(1)
  expect(total).toBeLessThanOrEqual(load.sent + 1)
  // A kill may only lose requests that were under way.
  expect(load.answered - ok).toBeLessThanOrEqual(KILLS * CLIENTS)
  expect(last.ring.rotations).toBeGreaterThan(0)
  expect(last.ledger.settled).toBe(last.ledger.granted)
  console.log({ sent: load.sent, answered: load.answered, rotations: last.ring.rotations, ok })

  await workerd.stop()
  expect(integrityOf(workerd)).toBe('ok')
}, 180_000)

/**
 * Whatever was shown is on disk (objects/user.ts), so a later look must not show less, whatever happened in between.
 */
function shownAfter(before: Stats, after: Stats, ring: readonly string[]): Stats {
  expect(after.ledger).toMatchObject({ holds: true })
  expect(after.ledger.granted).toBe(after.ledger.settled + after.ledger.open)
  expect(after.ring.credentials.map(({ id }) => id)).toEqual(ring)
  expect(ring).toContain(after.ring.cursor)
  const counts = countsOf(after)
  const fewer = [...countsOf(before)].filter(([name, count]) => (counts.get(name) ?? 0) < count)
  expect(fewer).toEqual([])
  // The cursor moves only with a rotation.
  const moved = after.ring.rotations - before.ring.rotations
  expect(moved === 0 ? after.ring.cursor : null).toBe(moved === 0 ? before.ring.cursor : null)
  return after
}

/** Every counter that only grows, by name. Open leases and the counts that include them are left out. */
function countsOf({ requests, ring, ledger }: Stats): ReadonlyMap<string, number> {
  const { total: _total, open: _open, ...ended } = requests
  const attempts = ring.credentials.flatMap(({ id, attempts: { granted, open, ...terminal } }) =>
    Object.entries({ ...terminal, settled: granted - open }).map(
      ([name, count]) => [`${id} ${name}`, count] as const,
    ),
  )
  return new Map([
    ...Object.entries(ended),
    ...attempts,
    ['rotations', ring.rotations],
    ['settled', ledger.settled],
  ])
}

async function emulator(): Promise<{ readonly url: string } & AsyncDisposable> {
  const running = await startEmulator()
  return { url: running.url, [Symbol.asyncDispose]: () => running.close() }
}

async function statsOf({ url }: Workerd): Promise<Stats> {
  const answer = await fetch(`${url}/debug/stats`, { headers: { authorization: `Bearer ${KEY}` } })
  if (!answer.ok) throw new Error(await answer.text())
  return (await answer.json()) as Stats
}

/** Returns the credential's id once Pollux has confirmed that it is in the ring. */
async function post({ url, masterKey }: Workerd, credential: object): Promise<string> {
  const answer = await fetch(`${url}/v1/config/update`, {
    method: 'POST',
    headers: { authorization: `Bearer ${masterKey}` },
    body: JSON.stringify({ apiKey: KEY, gcpServiceAccount: credential }),
  })
  if (!answer.ok) throw new Error(await answer.text())
  return ((await answer.json()) as { credential: { id: string } }).credential.id
}

/** Leases that were open long enough to be on disk. */
function writtenLeases(workerd: Workerd): number {
  const [count] = inUsersDatabase(workerd, 'SELECT count(*) AS count FROM open_leases')
  return Number(count?.['count'])
}

/** Otherwise the test would wait a quarter of an hour. */
function letExpire(workerd: Workerd): void {
  inUsersDatabase(workerd, 'UPDATE open_leases SET deadline = granted_at')
}

function integrityOf(workerd: Workerd): unknown {
  return inUsersDatabase(workerd, 'PRAGMA integrity_check')[0]?.['integrity_check']
}

function inUsersDatabase({ userObjects }: Workerd, sql: string) {
  const [file = ''] = readdirSync(userObjects).filter((name) => /^\w{64}\.sqlite$/.test(name))
  const database = new DatabaseSync(join(userObjects, file), { timeout: 5000 })
  try {
    return database.prepare(sql).all()
  } finally {
    database.close()
  }
}
