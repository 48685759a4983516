/** What a request costs in the user's object, as docs/scale.md states. */
import { afterEach, describe, expect, it, vi } from 'vitest'
import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { CHECKPOINT_AFTER_MS } from '../../src/objects/ledger/lease-times.ts'
import { Ledger } from '../../src/objects/ledger/ledger.ts'
import { migrate } from '../../src/objects/storage.ts'
import { countingRows } from '../support/counting-rows.ts'
import { objectOf } from '../support/leases.ts'
import { type Bill, billOf } from '../support/meter.ts'
import { atTenPastNoon } from '../support/noon.ts'
import { chat, givenUser, google, post, settledStats, type User } from '../support/pollux.ts'

const TOOL_MODEL = 'gemini-3.8-flash'
const TOOLS = [{ type: 'function', function: { name: 'weather', parameters: { type: 'object' } } }]
const GRANT = {
  credentialId: 'cred_0123456789abcdef',
  credentialVersion: 1,
  tokenSerial: 1,
  upstream: 'gemini-api' as const,
  model: TOOL_MODEL,
  requestId: 'req_1',
  grantedTo: 'req_1.1',
  begins: { tokens: 100, calls: 1 },
}
const SETTLEMENT = {
  verdict: { kind: 'ok' },
  status: 200,
  tokens: { prompt: 1, cached: 0, output: 1, reasoning: 0, toolUse: 0 },
  request: 'ok',
} as const

async function answered(asking: Promise<Response>): Promise<string> {
  const answer = await asking
  const text = await answer.text()
  if (!answer.ok) throw new Error(text)
  return text
}

/** Waits until the last attempt of every request is settled. */
function bill(act: () => Promise<unknown>, requests = 1): Promise<Bill> {
  return billOf(act, ({ calls }) => calls.filter((name) => name === 'settle').length === requests)
}

/** A user who has already chatted in this minute, so that costs of a first request do not count. */
async function warmUser(kinds?: Parameters<typeof givenUser>[0]): Promise<User> {
  const user = await givenUser(kinds)
  await answered(chat(user.key))
  await settledStats(user)
  return user
}

/** Several rounds of a signed call and its result, up to the final answer. */
async function toolLoop(user: User, steps: number): Promise<void> {
  const messages: object[] = [{ role: 'user', content: 'How is Paris?' }]
  const credential = user.credentials[0]?.handle ?? ''
  const parts = [{ functionCall: { name: 'weather', args: {} } }]
  for (let step = 0; step <= steps; step++) {
    if (step < steps) await google.script({ credential, reply: { parts } })
    const asked = { model: TOOL_MODEL, tools: TOOLS, messages }
    type Answer = { choices: [{ message: { tool_calls?: { id: string }[] } }] }
    const { choices } = JSON.parse(await answered(chat(user.key, asked))) as Answer
    const { message } = choices[0]
    const [call] = message.tool_calls ?? []
    messages.push(message, { role: 'tool', tool_call_id: call?.id, content: 'rain' })
    await scheduler.wait(60) // As long as any tool takes. The settlement is on disk by then.
  }
}

function laterBy(ms: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms })
}

describe('what a request costs in the object', () => {
  afterEach(() => vi.useRealTimers())

  it.each([false, true])('a chat, streamed %j: two calls and two rows', async (stream) => {
    atTenPastNoon()
    const user = await warmUser()
    const { calls, ...rows } = await bill(() => answered(chat(user.key, { stream })))
    expect(calls).toEqual(['lease', 'settle'])
    expect(rows).toEqual({ rowsWritten: 2, rowsRead: 1, alarmsSet: 0 })
  })

  it('the first chat of another minute: a row more', async () => {
    atTenPastNoon()
    const user = await warmUser()
    laterBy(60_000)
    expect(await bill(() => answered(chat(user.key)))).toMatchObject({ rowsWritten: 3 })
  })

  it('a lone chat, an hour after the last: the object wakes, and tidies up', async () => {
    atTenPastNoon()
    const user = await warmUser()
    await evictDurableObject(objectOf(user))
    laterBy(3_600_000)
    const { calls, ...rows } = await bill(() => answered(chat(user.key)))
    expect(calls).toEqual(['lease', 'settle'])
    expect(rows).toMatchObject({ rowsWritten: 8, alarmsSet: 0 })
    expect(rows.rowsRead).toBeLessThan(40)
  })

  it('a lone chat, half an hour after the last: the object wakes', async () => {
    atTenPastNoon()
    const user = await warmUser()
    await evictDurableObject(objectOf(user))
    laterBy(1_800_000)
    const { calls, ...rows } = await bill(() => answered(chat(user.key)))
    expect(calls).toEqual(['lease', 'settle'])
    expect(rows.alarmsSet).toBe(0)
    expect(rows.rowsWritten).toBe(4)
    expect(rows.rowsRead).toBeLessThan(25)
  })

  it('a 429 and the turn of the ring: a call and seven rows more', async () => {
    atTenPastNoon()
    const user = await warmUser(['api_key', 'api_key'])
    const credential = user.credentials[0]?.handle ?? ''
    await google.script({ credential, reply: { error: 'gemini_429_minute' } })
    const { calls, ...rows } = await bill(() => answered(chat(user.key)))
    expect(calls).toEqual(['lease', 'settleAndLease', 'settle'])
    expect(rows).toEqual({ rowsWritten: 9, rowsRead: 8, alarmsSet: 0 })
  })

  it('a tool loop of three requests: as three chats, and a row for each signed call', async () => {
    atTenPastNoon()
    const user = await warmUser()
    const { calls, ...rows } = await bill(() => toolLoop(user, 2), 3)
    expect(calls).toEqual(['lease', 'settle', 'lease', 'settle', 'lease', 'settle'])
    expect(rows).toEqual({ rowsWritten: 8, rowsRead: 12, alarmsSet: 0 })
  })

  it('embeddings: as a chat', async () => {
    atTenPastNoon()
    const user = await warmUser()
    const body = { model: 'gemini-embedding-001', input: ['one', 'two'] }
    const { calls, ...rows } = await bill(() => answered(post('/v1/embeddings', user.key, body)))
    expect(calls).toEqual(['lease', 'settle'])
    expect(rows).toEqual({ rowsWritten: 2, rowsRead: 1, alarmsSet: 0 })
  })

  it('a new user with a credential, up to the snapshot in KV', async () => {
    // The Worker asks the directory, not an object, whether the admin's key is also a user's.
    const { calls, ...rows } = await billOf(
      () => givenUser(),
      (bill) => bill.calls.includes('alarm'),
    )
    expect(calls).toEqual(['alarm'])
    expect(rows.alarmsSet).toBe(1)
    expect(rows.rowsWritten).toBeLessThanOrEqual(50) // Most of them create the schema.
  })

  it('an attempt of more than ten seconds', async () => {
    const written = await runInDurableObject(env.USERS.getByName('of-a-test'), (_, { storage }) => {
      migrate(storage, Date.now(), 'of-a-test')
      const rows = countingRows(storage.sql)
      const ledger = new Ledger(rows.sql)
      const now = Date.now()
      const lease = ledger.grant(GRANT, now)
      ledger.checkpoint(now + CHECKPOINT_AFTER_MS)
      ledger.flush(now)
      ledger.flushed()
      ledger.settle({ ...SETTLEMENT, lease }, now)
      ledger.flush(now)
      return rows.written()
    })
    // Not counted here: an alarm for the deadline (chores.ts), which is billed as one more row.
    expect(written).toBe(5)
  })
})
