/**
 * kill -9 at random instants while users' objects report to the totals object. The use of all users must still be the
 * exact sum of what each used.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { createEmulatorClient } from '../../emulator/client.ts'
import { startEmulator } from '../../emulator/server.ts'
import { eventually } from './support/eventually.ts'
import { chat } from './support/load.ts'
import type { Stats } from './support/stats.ts'
import { startWorkerd, type Workerd } from './support/workerd.ts'

const KILLS = Number(process.env['CRASH_KILLS'] ?? 20)
const USERS = Array.from({ length: 7 }, (_, number) => `a-key-for-the-crash-of-totals-${number}`)
/** The most frequent pushes that are allowed, so that many kills hit a push. */
const PUSH_MS = 1000
const MAX_LIFE_MS = 1500
const PAUSE_MS = 10

interface Sums {
  readonly attempts: number
  readonly ok: number
  readonly prompt_tokens: number
  readonly requests: number
}

it(`adds up over all users, killed ${KILLS} times`, async () => {
  const google = await startEmulator()
  await using workerd = await startWorkerd({
    GEMINI_API_BASE_URL: google.url,
    GOOGLE_TOKEN_URL: `${google.url}/token`,
    TOTALS_PUSH_MS: String(PUSH_MS),
  })
  const client = createEmulatorClient(google.url)
  const { credential } = await client.registerApiKey()
  for (const apiKey of USERS) {
    await asAdmin(workerd, '/v1/config/update', { apiKey, gcpServiceAccount: credential })
  }
  await client.script({ times: 0, reply: { text: 'Hello to you', delayMs: 5 } })

  let answered = 0
  let isOver = false
  const clients = USERS.map(async (key) => {
    while (!isOver) {
      const isDone = await chat(workerd.url, key, {}).then(
        () => true,
        () => false,
      )
      if (isDone) answered++
      await sleep(isDone ? Math.random() * PAUSE_MS : PAUSE_MS)
    }
  })
  for (let kill = 1; kill <= KILLS; kill++) {
    const before = answered
    await eventually(
      () => answered,
      (now) => now > before,
    )
    await sleep(Math.random() * MAX_LIFE_MS)
    await workerd.crash()
  }
  isOver = true
  await Promise.all(clients)

  // Nobody asks any more. Alarms alone must deliver the rest, also for users who were pushing when the Worker was
  // killed.
  const each = await Promise.all(USERS.map((key) => settledStats(workerd, key)))
  const sum = (of: (stats: Stats) => number): number => each.reduce((all, one) => all + of(one), 0)
  const used: Pick<Sums, 'attempts' | 'ok' | 'requests'> = {
    attempts: sum(({ ledger }) => ledger.settled),
    ok: sum(({ ring }) => ring.credentials.reduce((all, one) => all + one.attempts.ok, 0)),
    requests: sum(({ requests }) => requests.total - requests.open),
  }
  // A settlement is sent after its answer, so some may have been lost when both sides were killed.
  expect(used.attempts).toBeGreaterThan(answered / 2)
  const told = await eventually(
    () => sumsOf(workerd),
    ({ attempts, requests }) => attempts >= used.attempts && requests >= used.requests,
    30_000,
  )
  expect(told).toMatchObject(used)
  // Grouped by user, since other rows are read then.
  expect(await sumsOf(workerd, '&by=user')).toEqual(told)
  const metrics = await (await asAdmin(workerd, '/metrics')).text()
  const counted = [...metrics.matchAll(/^pollux_attempts_total\{.*\} (\d+)$/gm)]
  expect(counted.reduce((all, [, count]) => all + Number(count), 0)).toBe(used.attempts)
  console.log({ answered, ...told })
  await google.close()
}, 180_000)

async function sumsOf(workerd: Workerd, by = ''): Promise<Sums> {
  const answer = await asAdmin(workerd, `/v1/usage?span=day${by}`)
  const { usage, requests } = (await answer.json()) as {
    usage: readonly Omit<Sums, 'requests'>[]
    requests: readonly Readonly<Record<string, number>>[]
  }
  const outcomes = ['ok', 'failed', 'refused', 'cancelled', 'lost']
  const of = (name: keyof Omit<Sums, 'requests'>): number =>
    usage.reduce((all, line) => all + line[name], 0)
  return {
    attempts: of('attempts'),
    ok: of('ok'),
    prompt_tokens: of('prompt_tokens'),
    requests: requests.reduce(
      (all, line) => all + outcomes.reduce((sum, outcome) => sum + (line[outcome] ?? 0), 0),
      0,
    ),
  }
}

function settledStats({ url }: Workerd, key: string): Promise<Stats> {
  return eventually(
    async () => {
      const answer = await fetch(`${url}/debug/stats`, {
        headers: { authorization: `Bearer ${key}` },
      })
      return (await answer.json()) as Stats
    },
    ({ ledger }) => ledger.open === 0,
    60_000,
  )
}

async function asAdmin({ url, masterKey }: Workerd, path: string, body?: object) {
  const answer = await fetch(`${url}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${masterKey}` },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`)
  return answer
}
