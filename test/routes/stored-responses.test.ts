import { describe, expect, it, vi } from 'vitest'
import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { sealedKeyOf } from '../../src/objects/responses/tables.ts'
import { openVault } from '../../src/objects/secrets/vault.ts'
import { aResponse, responsesOf } from '../support/responses.ts'
import { admin, givenUser, type User } from '../support/pollux.ts'

async function storedFor({ userId }: User): Promise<string> {
  const response = aResponse()
  expect(await responsesOf(userId).store(response)).toEqual({ ok: true })
  return response.id
}

describe('stored responses and admin acts', () => {
  it('go with their user', async () => {
    const user = await givenUser()
    const id = await storedFor(user)
    expect((await admin('DELETE', `users/${user.userId}`)).status).toBe(200)
    expect(await responsesOf(user.userId).response(id)).toMatchObject({ ok: false })
    const late = await responsesOf(user.userId).store(aResponse())
    expect(late).toEqual({ ok: false, reason: 'user_deleted' })
  })

  it('go with their user also where the act was broken off in between', async () => {
    const user = await givenUser()
    const id = await storedFor(user)
    const by = { requestId: 'req_1', operation: 'req_1' }
    const object = env.USERS.getByName(user.userId)
    expect(await object.bury(by)).toBe(true)
    await runInDurableObject(object, (instance) => instance.alarm())
    expect(await responsesOf(user.userId).response(id)).toMatchObject({ ok: false })
  })

  it('go with their user later where their object cannot be reached', async () => {
    const user = await givenUser()
    const id = await storedFor(user)
    const object = env.USERS.getByName(user.userId)
    expect(await object.bury({ requestId: 'req_1', operation: 'req_1' })).toBe(true)
    const unreachable = vi.spyOn(env.RESPONSES, 'getByName').mockImplementation(() => {
      throw new Error('Durable Object is overloaded.')
    })
    // The platform gives up an alarm that throws seven times.
    await runInDurableObject(object, (instance) => instance.alarm())
    unreachable.mockRestore()
    const next = await runInDurableObject(object, (_, { storage }) => storage.getAlarm())
    expect(next).toBeGreaterThan(Date.now())
    await runInDurableObject(object, (instance) => instance.alarm())
    expect(await responsesOf(user.userId).response(id)).toMatchObject({ ok: false })
  })

  it('are nothing to the deletion of a user whom nobody has', async () => {
    const nobody = '0'.repeat(64)
    expect((await admin('DELETE', `users/${nobody}`)).status).toBe(404)
    expect(await responsesOf(nobody).store(aResponse())).toEqual({ ok: true })
  })

  it('are in no export', async () => {
    const user = await givenUser()
    const id = await storedFor(user)
    const bundle = await (await admin('GET', `users/${user.userId}/export`)).text()
    expect(bundle).not.toContain(id)
  })

  it('are sealed anew with the rest, and counted', async () => {
    const user = await givenUser()
    const id = await storedFor(user)
    const other = await openVault(`${new Uint8Array(32).fill(9).toBase64()},${env.VAULT_KEY}`)
    const owner = { userId: user.userId, credentialId: '', purpose: 'responses' } as const
    await runInDurableObject(responsesOf(user.userId), async (_, { storage }) => {
      const before = sealedKeyOf(storage.sql)
      const raw = (await other?.open(before, owner)) ?? ''
      storage.sql.exec('UPDATE store SET sealed_key = ?', (await other?.seal(raw, owner)) ?? '')
    })
    // The store's key is sealed with a key that VAULT_KEY does not contain.
    expect(await (await admin('POST', 'reseal', {})).json()).toMatchObject({ unreadable: 1 })
    expect(await responsesOf(user.userId).response(id)).toMatchObject({ ok: true })
  })

  it('are said to be wanted or not in the user’s settings', async () => {
    const user = await givenUser()
    const shown = async (): Promise<unknown> =>
      (await (await admin('GET', `users/${user.userId}`)).json<{ user: object }>()).user
    expect(await shown()).toMatchObject({ store_responses: true })
    await admin('PATCH', `users/${user.userId}`, { store_responses: false })
    expect(await shown()).toMatchObject({ store_responses: false })
    const bad = await admin('PATCH', `users/${user.userId}`, { store_responses: 'no' })
    expect(bad.status).toBe(400)
  })
})
