/** A whole answer that takes too long is no longer asked for, where no time is left for another attempt, as by default. */
import { expect, it } from 'vitest'
import { createEmulatorClient } from '../../emulator/client.ts'
import { startEmulator } from '../../emulator/server.ts'
import { eventually } from './support/eventually.ts'
import { chat } from './support/load.ts'
import type { Stats } from './support/stats.ts'
import { startWorkerd, type Workerd } from './support/workerd.ts'

const KEY = 'a-key-for-whole-answers'

it('ends with the time that it may take', async () => {
  await using google = await emulator()
  await using workerd = await startWorkerd({
    GEMINI_API_BASE_URL: google.url,
    ROTATION_DEADLINE_MS: '1500',
    ANSWER_TIMEOUT_MS: '1500',
  })
  const client = createEmulatorClient(google.url)
  await configure(workerd, (await client.registerApiKey()).credential)
  await client.script({ times: 1, reply: { hangBeforeHeaders: true } })
  const late = await chat(workerd.url, KEY, {})
  expect(late.status).toBe(504)
  expect(await client.waitForCall(({ finished }) => finished)).toMatchObject({ aborted: true })
  const { requests, ring } = await settled(workerd)
  expect(requests).toMatchObject({ total: 1, failed: 1, lost: 0 })
  expect(ring.credentials[0]?.attempts).toMatchObject({ granted: 1, open: 0 })

  expect((await chat(workerd.url, KEY, {})).status).toBe(200)
}, 120_000)

async function configure({ url, masterKey }: Workerd, credential: object): Promise<void> {
  const made = await fetch(`${url}/v1/config/update`, {
    method: 'POST',
    headers: { authorization: `Bearer ${masterKey}` },
    body: JSON.stringify({ apiKey: KEY, gcpServiceAccount: credential }),
  })
  expect(made.status).toBe(200)
}

function settled({ url }: Workerd): Promise<Stats> {
  return eventually(
    async () => {
      const told = await fetch(`${url}/debug/stats`, {
        headers: { authorization: `Bearer ${KEY}` },
      })
      return (await told.json()) as Stats
    },
    ({ ledger }) => ledger.open === 0 && ledger.holds,
  )
}

async function emulator(): Promise<{ readonly url: string } & AsyncDisposable> {
  const running = await startEmulator()
  return { url: running.url, [Symbol.asyncDispose]: () => running.close() }
}
