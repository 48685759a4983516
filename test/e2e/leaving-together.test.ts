/** Requests of one user ask for their leases in one call, which one of them sends. Its client may leave at any moment. */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { createEmulatorClient } from '../../emulator/client.ts'
import { startEmulator } from '../../emulator/server.ts'
import { eventually } from './support/eventually.ts'
import type { Stats } from './support/stats.ts'
import { startWorkerd } from './support/workerd.ts'

const ROUNDS = 40
const TOGETHER = 24
const KEY = 'a-key-for-those-who-leave'

it('serves the others, whoever leaves, and keeps no lease open', async () => {
  await using google = await emulator()
  await using workerd = await startWorkerd({ GEMINI_API_BASE_URL: google.url })
  const client = createEmulatorClient(google.url)
  const { credential } = await client.registerApiKey()
  const made = await fetch(`${workerd.url}/v1/config/update`, {
    method: 'POST',
    headers: { authorization: `Bearer ${workerd.masterKey}` },
    body: JSON.stringify({ apiKey: KEY, gcpServiceAccount: credential }),
  })
  expect(made.status).toBe(200)
  await client.script({ times: 0, reply: { text: 'Hello to you', delayMs: 3 } })

  let stayed = 0
  for (let round = 0; round < ROUNDS; round++) {
    const statuses = await Promise.all(
      Array.from({ length: TOGETHER }, async (_, number) => {
        // Half of them leave, at a moment at which they come, wait for the lease, or wait for Google.
        const leaves = (number + round) % 2 === 0 ? Math.random() * 12 : null
        return ask(workerd.url, leaves)
      }),
    )
    const answered = statuses.filter((status) => status !== null)
    stayed += answered.length
    expect(new Set(answered)).toEqual(new Set([200]))
  }
  expect(stayed).toBeGreaterThanOrEqual((ROUNDS * TOGETHER) / 2)
  const { ledger, requests } = await eventually(
    async () => {
      const told = await fetch(`${workerd.url}/debug/stats`, {
        headers: { authorization: `Bearer ${KEY}` },
      })
      return (await told.json()) as Stats
    },
    (seen) => seen.ledger.open === 0,
  )
  expect(ledger).toMatchObject({ open: 0, holds: true })
  expect(requests).toMatchObject({ open: 0, lost: 0, failed: 0 })
  expect(requests.ok).toBeGreaterThanOrEqual(stayed)
}, 120_000)

/** The status of an answer that was read to its end; null for a client that has left. */
async function ask(url: string, leavesAfterMs: number | null): Promise<number | null> {
  const left = new AbortController()
  const asked = fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'gemini-2.5-flash',
      messages: [{ role: 'user', content: 'Hello there' }],
    }),
    signal: left.signal,
  })
  if (leavesAfterMs !== null) void sleep(leavesAfterMs).then(() => left.abort())
  try {
    const answer = await asked
    await answer.text()
    return answer.status
  } catch (error) {
    if (leavesAfterMs === null) throw error
    return null
  }
}

async function emulator(): Promise<{ readonly url: string } & AsyncDisposable> {
  const running = await startEmulator()
  return { url: running.url, [Symbol.asyncDispose]: () => running.close() }
}
