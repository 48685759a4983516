import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { leaseFrom, objectOf, report } from '../support/leases.ts'
import { givenUser, type User } from '../support/pollux.ts'

interface Stored {
  readonly pushedAt: number
  readonly pushedVersion: number
  readonly prunedAt: number
  readonly alarmAt: number | null
}

function storedOf(user: User): Promise<Stored> {
  return runInDurableObject(objectOf(user), async (_, { storage }) => {
    const row = storage.sql.exec('SELECT pushed_at, pushed_version, pruned_at FROM user').one()
    return {
      pushedAt: Number(row['pushed_at']),
      pushedVersion: Number(row['pushed_version']),
      prunedAt: Number(row['pruned_at']),
      alarmAt: await storage.getAlarm(),
    }
  })
}

async function request(user: User): Promise<void> {
  await objectOf(user).settle(report(await leaseFrom(user)))
}

/** A user whose object has told the totals object of one request, and sleeps. */
async function givenSleeper(): Promise<User> {
  const user = await givenUser(['api_key'])
  await request(user)
  await runDurableObjectAlarm(objectOf(user))
  await evictDurableObject(objectOf(user))
  return user
}

describe('an object that sleeps between its requests', () => {
  it('tells the totals object no more often than one that stays awake', async () => {
    const user = await givenSleeper()
    const before = await storedOf(user)
    expect(before.pushedAt).toBeGreaterThan(0)
    await request(user)
    const due = before.pushedAt + Number(env.TOTALS_PUSH_MS)
    expect((await storedOf(user)).alarmAt).toBe(due)
    // An alarm that comes too early, for whatever else, tells nothing and is set again.
    await runDurableObjectAlarm(objectOf(user))
    const after = await storedOf(user)
    expect(after.pushedVersion).toBe(before.pushedVersion)
    expect(after.alarmAt).toBe(due)
  })

  it('leaves an alarm alone that comes soon enough', async () => {
    const user = await givenSleeper()
    const soon = Date.now() + 30_000
    await runInDurableObject(objectOf(user), (_, { storage }) => storage.setAlarm(soon))
    await evictDurableObject(objectOf(user))
    await request(user)
    expect((await storedOf(user)).alarmAt).toBe(soon)
  })

  it('looks for rows to forget no more often than one that stays awake', async () => {
    const user = await givenSleeper()
    const { prunedAt } = await storedOf(user)
    expect(prunedAt).toBeGreaterThan(0)
    await request(user)
    expect((await storedOf(user)).prunedAt).toBe(prunedAt)
    await runInDurableObject(objectOf(user), (_, { storage: { sql } }) => {
      sql.exec('UPDATE user SET pruned_at = pruned_at - 3600000')
    })
    await evictDurableObject(objectOf(user))
    await request(user)
    expect((await storedOf(user)).prunedAt).toBeGreaterThanOrEqual(prunedAt)
  })
})
