/**
 * kill -9 at random instants while responses are stored. Every response that a client saw as completed must still be
 * there.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { createEmulatorClient } from '../../emulator/client.ts'
import { startEmulator } from '../../emulator/server.ts'
import { eventually } from './support/eventually.ts'
import { startWorkerd, type Workerd } from './support/workerd.ts'

const KILLS = Number(process.env['CRASH_KILLS'] ?? 10)
const CLIENTS = 8
const MAX_LIFE_MS = 150
const PAUSE_MS = 10
const KEY = 'a-key-for-the-crash-of-responses'
/** After this many turns a client begins another conversation. */
const MAX_TURNS = 5

interface Told {
  readonly id: string
  readonly status: string
  readonly store: boolean
  readonly output: unknown
  readonly previous_response_id: string | null
}

it(`finds all that it told as stored, killed ${KILLS} times`, async () => {
  const google = await startEmulator()
  await using workerd = await startWorkerd({
    GEMINI_API_BASE_URL: google.url,
    GOOGLE_TOKEN_URL: `${google.url}/token`,
  })
  const client = createEmulatorClient(google.url)
  await configure(workerd, (await client.registerApiKey()).credential)
  await client.script({ times: 0, reply: { text: 'Hello to you', delayMs: 5 } })

  const told: Told[] = []
  let isOver = false
  const clients = Array.from({ length: CLIENTS }, async (_, number) => {
    let previous: string | null = null
    for (let turn = 0; !isOver; turn++) {
      if (turn % MAX_TURNS === 0) previous = null
      const answer: Told | null = await ask(workerd, `Turn ${turn} of ${number}`, previous).catch(
        broken,
      )
      if (answer === null) await sleep(PAUSE_MS)
      else {
        told.push(answer)
        previous = answer.id
      }
    }
  })
  for (let kill = 1; kill <= KILLS; kill++) {
    const count = told.length
    await eventually(
      () => told.length,
      (now) => now > count,
    )
    await sleep(Math.random() * MAX_LIFE_MS)
    await workerd.crash()
    // The latest ones, which were nearest to the crash.
    for (const one of told.slice(-CLIENTS)) await expectStored(workerd, one)
  }
  isOver = true
  await Promise.all(clients)

  expect(told.every(({ status, store }) => status === 'completed' && store)).toBe(true)
  for (const one of told) await expectStored(workerd, one)
  // A whole chain of responses can be continued.
  const last = told.findLast(({ previous_response_id: before }) => before !== null)
  const next = await ask(workerd, 'And now?', last?.id ?? null)
  expect(next).toMatchObject({ status: 'completed', previous_response_id: last?.id })
  console.log({ told: told.length })
  await google.close()
}, 180_000)

class Lost extends Error {}

/** A connection that the crash ended is no failure. A stored response that is missing is one. */
function broken(error: unknown): null {
  if (error instanceof Lost) throw error
  return null
}

async function expectStored(workerd: Workerd, { id, ...rest }: Told): Promise<void> {
  const found = await get(workerd, `/v1/responses/${id}`)
  expect(found).toMatchObject({ id, ...rest })
  const input = await get(workerd, `/v1/responses/${id}/input_items`)
  expect(JSON.stringify(input)).toContain('Turn ')
}

/** The completed response; null if it was never completed. Every second one is streamed. */
async function ask({ url }: Workerd, input: string, previous: string | null): Promise<Told | null> {
  const stream = Math.random() < 0.5
  const answer = await fetch(`${url}/v1/responses`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'gemini-2.5-flash',
      input,
      stream,
      previous_response_id: previous,
    }),
  })
  const text = await answer.text()
  if (!answer.ok) {
    // A response that was told as stored can be continued, so a 404 means that it was lost.
    if (answer.status < 500) throw new Lost(text)
    return null
  }
  if (!stream) return JSON.parse(text) as Told
  const [, data] = /^event: response\.completed\ndata: (.+)$/m.exec(text) ?? []
  return data === undefined ? null : (JSON.parse(data) as { response: Told }).response
}

async function get({ url }: Workerd, path: string): Promise<unknown> {
  const answer = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${KEY}` } })
  if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`)
  return answer.json()
}

async function configure({ url, masterKey }: Workerd, credential: object): Promise<void> {
  const answer = await fetch(`${url}/v1/config/update`, {
    method: 'POST',
    headers: { authorization: `Bearer ${masterKey}` },
    body: JSON.stringify({ apiKey: KEY, gcpServiceAccount: credential }),
  })
  if (!answer.ok) throw new Error(await answer.text())
}
