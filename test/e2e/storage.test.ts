import { randomBytes } from 'node:crypto'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { eventually } from './support/eventually.ts'
import { Pollux, type User } from './support/pollux.ts'
import { startWorkerd } from './support/workerd.ts'

describe('storage', { timeout: 60_000 }, () => {
  it('is not used by keys that nobody has', async () => {
    await using workerd = await startWorkerd()
    const known = await fetch(`${workerd.url}/v1/config/update`, {
      method: 'POST',
      headers: { authorization: `Bearer ${workerd.masterKey}` },
      body: JSON.stringify({
        apiKey: 'a-key-that-somebody-has',
        gcpServiceAccount: { type: 'api_key', api_key: 'AIzaSy' },
      }),
    })
    expect(known.status).toBe(200)

    const statuses = new Set<number>()
    for (let done = 0; done < 200; done += 20) {
      const batch = Array.from({ length: 20 }, () =>
        ask(workerd.url, randomBytes(24).toString('hex')),
      )
      for (const status of await Promise.all(batch)) statuses.add(status)
    }
    expect([...statuses]).toEqual([401])

    await workerd.stop()
    const databases = readdirSync(workerd.userObjects).filter((name) =>
      /^\w{64}\.sqlite$/.test(name),
    )
    const tables = databases.map((name) => tablesIn(join(workerd.userObjects, name)))
    // workerd opens a file for every object that it wakes, so only the tables in it count.
    expect(tables.filter((names) => names.length > 0)).toEqual([
      expect.arrayContaining(['user', 'credentials']),
    ])
    // No other database was written to: a write would be in the log that SQLite keeps beside the file.
    const logs = databases.map((name) => sizeOf(workerd.userObjects, `${name}-wal`))
    expect(logs.filter((size) => size > 0).length).toBeLessThanOrEqual(1)
  })

  it('survives kill -9 in the middle of requests', async () => {
    await using pollux = await Pollux.start()
    const user = await pollux.givenUser(['api_key', 'service_account', 'authorized_user'])
    const [first] = user.credentials
    await pollux.google.script({
      credential: first?.handle ?? '',
      reply: { error: { preset: 'gemini_429_minute', retryDelay: '600s' } },
    })
    for (let round = 0; round < 3; round++) {
      const batch = await Promise.all(Array.from({ length: 10 }, () => ask(pollux.url, user.key)))
      expect(batch).toEqual(Array.from({ length: 10 }, () => 200))
    }
    const before = await pollux.settledStats(user)
    expect(before.requests.ok).toBe(30)
    expect(before.ring).toMatchObject({ rotations: 1, cursor: user.credentials[1]?.id })

    // Some requests are never answered, and some are answered during the crash.
    await pollux.google.script({
      credential: user.credentials[1]?.handle ?? '',
      times: 5,
      reply: { delayMs: 60_000 },
    })
    const lost = Array.from({ length: 5 }, () => ask(pollux.url, user.key).catch(() => 0))
    await eventually(
      () => pollux.stats(user),
      ({ ledger }) => ledger.open === 5,
    )
    const answered = Array.from({ length: 20 }, () => ask(pollux.url, user.key).catch(() => 0))
    await Promise.race(answered)
    const seen = await pollux.stats(user)
    await pollux.crash()
    expect(await Promise.all(lost)).toEqual([0, 0, 0, 0, 0])
    await Promise.all(answered)

    await pollux.startWorker()
    const after = await pollux.stats(user)
    expect(after.ring.credentials.map(({ id }) => id)).toEqual(user.credentials.map(({ id }) => id))
    expect(after.ring.cursor).toBe(before.ring.cursor)
    expect(after.ring.rotations).toBe(1)
    expect(after.requests.ok).toBeGreaterThanOrEqual(seen.requests.ok)
    expect(after.requests.ok).toBeLessThanOrEqual(50)
    expect(after.ledger.holds).toBe(true)

    // The first credential is still cooling down, so a forgotten rotation would show here.
    const callsOfFirst = await callsTo(pollux, user)
    expect(await ask(pollux.url, user.key)).toBe(200)
    expect(await callsTo(pollux, user)).toBe(callsOfFirst)
    const last = await eventually(
      () => pollux.stats(user),
      ({ requests }) => requests.ok > after.requests.ok,
    )
    expect(last.requests.ok).toBe(after.requests.ok + 1)
    expect(last.ledger.holds).toBe(true)
  })
})

/** Sends a chat and returns its status. */
async function ask(url: string, key: string): Promise<number> {
  const answer = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'gemini-2.5-flash',
      messages: [{ role: 'user', content: 'Hello there' }],
    }),
  })
  await answer.text()
  return answer.status
}

async function callsTo(pollux: Pollux, user: User): Promise<number> {
  const credential = user.credentials[0]?.handle ?? ''
  return (await pollux.google.calls({ credential, method: 'generateContent' })).length
}

function tablesIn(file: string): readonly string[] {
  const database = new DatabaseSync(file)
  try {
    return database
      .prepare('SELECT name FROM sqlite_master')
      .all()
      .map(({ name }) => String(name))
  } finally {
    database.close()
  }
}

function sizeOf(folder: string, name: string): number {
  return statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0
}
