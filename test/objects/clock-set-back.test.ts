/** A machine whose clock was ahead, and was set right while the object slept. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { DIRECTORY_NAME } from '../../src/objects/directory.ts'
import { IdempotencyKeys } from '../../src/objects/idempotency-keys.ts'
import { Meter } from '../../src/objects/ledger/meter.ts'
import { objectOf } from '../support/leases.ts'
import {
  chat,
  fetchPollux,
  givenUser,
  google,
  MASTER_KEY,
  MODEL,
  settledStats,
  type User,
} from '../support/pollux.ts'

const DAY_MS = 24 * 3_600_000
const NOW = Date.parse('2026-11-22T12:00:00Z')

afterEach(() => {
  vi.useRealTimers()
})

function ahead(): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + DAY_MS })
}

async function setRight(user: User): Promise<void> {
  await evictDurableObject(objectOf(user))
  vi.useRealTimers()
}

describe('a clock that was ahead and is set back', () => {
  it('opens no used-up budget again', () => {
    const meter = new Meter({})
    meter.begin('req_a', 0, NOW)
    meter.begin('req_b', 0, NOW + 31 * DAY_MS)
    meter.used(70, NOW + 31 * DAY_MS, 9)
    const counted = { dayRequests: 1, minuteRequests: 1, dayTokens: 70, monthCostNano: 9 }
    expect(meter.use(0, NOW)).toMatchObject(counted)
    // It counts for the present, and no longer.
    expect(meter.use(0, NOW + 60_000)).toMatchObject({ ...counted, minuteRequests: 0 })
    const nothing = { dayRequests: 0, dayTokens: 0, dayCostNano: 0 }
    expect(meter.use(0, NOW + DAY_MS)).toMatchObject({ ...nothing, monthCostNano: 9 })
    expect(meter.use(0, NOW + 31 * DAY_MS)).toMatchObject({ ...nothing, monthCostNano: 0 })
  })

  it('shuts no credential out until the day that it told', async () => {
    const user = await givenUser()
    const [one] = user.credentials
    ahead()
    await google.script({ credential: one?.handle ?? '', reply: { error: 'gemini_429_day' } })
    expect((await chat(user.key)).status).toBe(429)
    expect((await objectOf(user).explain(MODEL, null))?.chosen).toBeNull()
    await settledStats(user)
    await setRight(user)
    expect((await objectOf(user).explain(MODEL, null))?.chosen).toBe(one?.id)
    expect((await chat(user.key)).status).toBe(200)
    await settledStats(user)
    // Nor when that day has come.
    ahead()
    await evictDurableObject(objectOf(user))
    expect((await objectOf(user).explain(MODEL, null))?.chosen).toBe(one?.id)
  })

  it('puts off no report to the totals', async () => {
    const user = await givenUser()
    await runDurableObjectAlarm(objectOf(user))
    await runInDurableObject(objectOf(user), (_, { storage }) => {
      const future = Date.now() + DAY_MS
      storage.sql.exec('UPDATE user SET pushed_at = ?, pruned_at = ?', future, future)
    })
    await evictDurableObject(objectOf(user))
    await (await chat(user.key)).text()
    await settledStats(user)
    const alarm = await runInDurableObject(objectOf(user), (_, { storage }) => storage.getAlarm())
    expect((alarm ?? Infinity) - Date.now()).toBeLessThan(2 * Number(env.TOTALS_PUSH_MS))
  })

  it('shuts the admin out no longer than guesses do', async () => {
    const asked = async (key: string): Promise<Response> => {
      const answer = await fetchPollux('/v1/config/users', {
        headers: { authorization: `Bearer ${key}`, 'cf-connecting-ip': '192.0.2.77' },
      })
      await answer.text()
      return answer
    }
    ahead()
    for (let count = 0; count < 12; count++) await asked(`guess-${count}`)
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - DAY_MS })
    const refused = await asked(MASTER_KEY)
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '30'])
    vi.setSystemTime(Date.now() + 30_000)
    expect((await asked(MASTER_KEY)).status).toBe(200)
  })

  it('keeps no Idempotency-Key busy', async () => {
    await runInDurableObject(env.DIRECTORY.getByName(DIRECTORY_NAME), (_, { storage }) => {
      const keys = new IdempotencyKeys(storage.sql)
      const attempted = { key: crypto.randomUUID(), fingerprint: 'a', requestId: 'req_1' }
      const again = { ...attempted, requestId: 'req_2' }
      expect(keys.begin(attempted, NOW + DAY_MS).kind).toBe('run')
      expect(keys.begin(again, NOW + DAY_MS).kind).toBe('running')
      expect(keys.begin(again, NOW).kind).toBe('run')
      expect(keys.begin({ ...again, requestId: 'req_3' }, NOW).kind).toBe('running')
    })
  })
})
