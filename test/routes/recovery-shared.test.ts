/** Plans and prices after the storage was lost: KV has them, beside the users who have the plans. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { DIRECTORY_NAME } from '../../src/objects/directory.ts'
import type { PlanList } from '../../src/wire/plans.ts'
import { objectOf } from '../support/leases.ts'
import { admin, chat, configure, type ErrorBody, givenUser, type User } from '../support/pollux.ts'

const NONE_TODAY = { limits: { requests_per_day: 0 } }

function directory() {
  return env.DIRECTORY.getByName(DIRECTORY_NAME)
}

async function givenUserWithPlan(plan: string): Promise<User> {
  await admin('PUT', `plans/${plan}`, NONE_TODAY)
  const user = await givenUser()
  await configure(user, { plan })
  await runDurableObjectAlarm(objectOf(user))
  await runDurableObjectAlarm(directory())
  return user
}

/** Empties the directory's tables and the user's object. */
async function loseStorage(user: User): Promise<void> {
  await runInDurableObject(objectOf(user), (_, { storage }) => storage.deleteAll())
  await runInDurableObject(directory(), (_, { storage }) => {
    for (const table of ['users', 'people_changes', 'plans', 'plan_acts', 'shared', 'untold']) {
      storage.sql.exec(`DELETE FROM ${table}`)
    }
    for (const [name] of storage.kv.list({ prefix: 'shared_' })) storage.kv.delete(name)
  })
  await evictDurableObject(objectOf(user))
}

describe('after the storage was lost', () => {
  it('a plan holds as soon as its users are back, and prices are as they were', async () => {
    const price = { model: 'gemini-2.5-flash', in: 1, cached: 1, out: 2 }
    await admin('PUT', 'prices', { prices: [price] })
    const user = await givenUserWithPlan('kept')
    expect((await chat(user.key)).status).toBe(429)
    await loseStorage(user)
    const restored = await admin('POST', 'restore', {})
    expect(await restored.json()).toMatchObject({ restored: [user.userId] })
    expect((await chat(user.key)).status).toBe(429)
    const { plans } = await (await admin('GET', 'plans')).json<PlanList>()
    expect(plans).toMatchObject([{ name: 'kept', settings: NONE_TODAY, users: 1 }])
    expect(await (await admin('GET', 'prices')).json()).toMatchObject({ overrides: [price] })
  })

  it('what admins set before they restore takes the place of nothing', async () => {
    const price = { model: 'gemini-2.5-flash', in: 1, cached: 1, out: 2 }
    await admin('PUT', 'prices', { prices: [price] })
    const user = await givenUserWithPlan('lost')
    await loseStorage(user)
    for (const name of ['first', 'second']) {
      await admin('PUT', `plans/${name}`, NONE_TODAY)
      await runDurableObjectAlarm(directory())
    }
    await admin('POST', 'restore', {})
    expect((await chat(user.key)).status).toBe(429)
    expect(await (await admin('GET', 'prices')).json()).toMatchObject({ overrides: [price] })
    await admin('DELETE', 'plans/first')
    await runDurableObjectAlarm(directory())
    await admin('POST', 'restore', {})
    const { plans } = await (await admin('GET', 'plans')).json<PlanList>()
    expect(plans.map(({ name }) => name)).toEqual(['lost', 'second'])
  })

  it('a plan that is there stays as it is, and one that was deleted stays away', async () => {
    const user = await givenUserWithPlan('kept')
    await admin('PUT', 'plans/gone', NONE_TODAY)
    await runDurableObjectAlarm(directory())
    await admin('DELETE', 'plans/gone')
    await runDurableObjectAlarm(directory())
    const before = await (await admin('GET', 'plans')).json<PlanList>()
    expect((await admin('POST', 'restore', {})).status).toBe(200)
    expect(await (await admin('GET', 'plans')).json()).toEqual(before)
    expect(before.plans.map(({ name }) => name)).toEqual(['kept'])
    expect((await chat(user.key)).status).toBe(429)
  })

  it('a bundle whose plan nobody knows is refused, since its limits would not hold', async () => {
    const user = await givenUserWithPlan('elsewhere')
    const bundle: unknown = await (await admin('GET', `users/${user.userId}/export`)).json()
    await loseStorage(user)
    const refused = await admin('POST', 'import', { bundle })
    expect(refused.status).toBe(400)
    expect((await refused.json<ErrorBody>()).error.param).toBe('bundle.settings.plan')
    await admin('PUT', 'plans/elsewhere', NONE_TODAY)
    expect((await admin('POST', 'import', { bundle })).status).toBe(200)
    expect((await chat(user.key)).status).toBe(429)
  })
})
