/** What the directory says of a user whose Worker died in the middle of an act. */
import { runDurableObjectAlarm } from 'cloudflare:test'
import { describe, expect, it } from 'vitest'
import type { UserList } from '../../src/wire/users.ts'
import { objectOf } from '../support/leases.ts'
import { admin, anAdmin, configure, givenUser, type User } from '../support/pollux.ts'

async function listed({ userId }: User): Promise<UserList['users']> {
  const answer = await admin('GET', `users?q=${userId}`)
  return (await answer.json<UserList>()).users
}

describe('an act whose Worker died before it told the directory', () => {
  it('is in the list after the alarm of the user’s object', async () => {
    const user = await givenUser()
    await configure(user, { label: 'Named' })
    await objectOf(user).configure({ label: 'Renamed', disabled: true }, anAdmin())
    await runDurableObjectAlarm(objectOf(user))
    expect(await listed(user)).toMatchObject([{ label: 'Renamed', state: 'disabled' }])
  })

  it('takes a deleted user out of the list', async () => {
    const user = await givenUser()
    expect(await listed(user)).toHaveLength(1)
    await objectOf(user).bury(anAdmin())
    await runDurableObjectAlarm(objectOf(user))
    expect(await listed(user)).toEqual([])
  })

  it('has its plan hold', async () => {
    const plan = `plan-${crypto.randomUUID()}`
    await admin('PUT', `plans/${plan}`, { limits: { requests_per_day: 3 } })
    const user = await givenUser()
    await objectOf(user).configure({ plan }, anAdmin())
    await runDurableObjectAlarm(objectOf(user))
    expect((await objectOf(user).describe())?.limits.requests_per_day).toBe(3)
    expect((await admin('DELETE', `plans/${plan}`)).status).toBe(409)
  })
})
