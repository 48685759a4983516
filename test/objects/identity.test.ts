import { describe, expect, it } from 'vitest'
import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { userIdIn } from '../../src/objects/identity.ts'
import { objectOf } from '../support/leases.ts'
import { admin, anAdmin, fetchPollux, givenUser, MODEL, post } from '../support/pollux.ts'

describe('whose object this is', () => {
  it('its own row says, whatever it was woken by; without a row, only a name that is its own', async () => {
    const user = await givenUser()
    const stranger = env.USERS.getByName('ab'.repeat(32))
    for (const [stub, known, named] of [
      [objectOf(user), user.userId, user.userId],
      [stranger, null, 'ab'.repeat(32)],
    ] as const) {
      const told = await runInDurableObject(stub, (_, { id, storage }) => {
        const nameless = env.USERS.idFromString(id.toString())
        const misnamed = { ...nameless, name: 'cd'.repeat(32), toString: () => String(id) }
        return [nameless, misnamed as DurableObjectId, id].map((one) =>
          userIdIn({ id: one, storage }, env.USERS),
        )
      })
      expect(told).toEqual([known, known, named])
    }
    // A row of an earlier version has no user's id.
    const told = await runInDurableObject(objectOf(user), (_, { id, storage }) => {
      storage.sql.exec('UPDATE user SET user_id = NULL')
      const nameless = env.USERS.idFromString(id.toString())
      return [nameless, id].map((one) => userIdIn({ id: one, storage }, env.USERS))
    })
    expect(told).toEqual([null, user.userId])
  })
})

describe('an object that was woken by its id, as a tool does that lists objects', () => {
  it('makes no user of its own id, and the one who is meant as soon as it is called by name', async () => {
    const key = `key-${crypto.randomUUID()}`
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(key))
    const userId = new Uint8Array(digest).toHex()
    const id = env.USERS.idFromString(env.USERS.idFromName(userId).toString())
    const stub = env.USERS.get(id)
    expect(await stub.admission(userId)).toBe('unknown_user')
    expect(await runInDurableObject(stub, (_, state) => state.id.name)).toBeUndefined()
    // The instance was woken by its id, so it still does not know its name. The act is repeated on a new instance,
    // which does.
    const created = await admin('POST', 'users', { apiKey: key })
    expect([created.status, await created.json()]).toMatchObject([201, { user: { id: userId } }])
    const kept = await runInDurableObject(
      env.USERS.getByName(userId),
      (_, { storage }) => storage.sql.exec('SELECT * FROM user').one()['user_id'],
    )
    expect(kept).toBe(userId)
    const audit = await env.USERS.getByName(userId).exported(anAdmin())
    expect(JSON.parse(audit ?? '{}')).toMatchObject({ user_id: userId })
  })

  it('stores no response for its own id, which nobody could open again', async () => {
    const user = await givenUser()
    const { RESPONSES: responses } = env
    const named = responses.idFromName(user.userId)
    const nameless = responses.get(responses.idFromString(String(named)))
    expect(await nameless.response('resp_none')).toMatchObject({ ok: false })
    expect(await runInDurableObject(nameless, (_, { id }) => id.name)).toBeUndefined()
    const made = await post('/v1/responses', user.key, { model: MODEL, input: 'Hi' })
    const { id, store } = await made.json<{ id: string; store: boolean }>()
    expect([made.status, store]).toEqual([200, true])
    // The instance that was woken by its id has ended, and the one that sealed the response knows whose it is.
    const name = await runInDurableObject(
      responses.getByName(user.userId),
      (_, state) => state.id.name,
    )
    expect(name).toBe(user.userId)
    const headers = { authorization: `Bearer ${user.key}` }
    expect((await fetchPollux(`/v1/responses/${id}`, { headers })).status).toBe(200)
  })
})
