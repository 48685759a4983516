/**
 * The admin API must tell the truth about secrets that cannot be unsealed, credentials that Google accepts again, and
 * the cursor of a restored ring.
 */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, it, vi } from 'vitest'
import {
  admin,
  chat,
  fetchPollux,
  givenUser,
  google,
  MODEL,
  post,
  settledStats,
  type User,
} from '../support/pollux.ts'

const KINDS = ['api_key', 'service_account', 'authorized_user'] as const

/** As if the secret had been sealed with another VAULT_KEY. */
async function seal(user: User, position: number): Promise<void> {
  const object = env.USERS.getByName(user.userId)
  await runInDurableObject(object, (_, { storage }) => {
    storage.sql.exec(
      "UPDATE credentials SET sealed_secret = replace(sealed_secret, substr(sealed_secret, -8), 'AAAAAAAA') WHERE credential_id = ?",
      user.credentials[position]?.id ?? '',
    )
  })
  await evictDurableObject(object)
}

async function explained(user: User): Promise<unknown> {
  return (await post('/debug/explain', user.key, { model: MODEL })).json()
}

describe.each(KINDS)('/debug/explain with %s', (kind) => {
  it('does not say of a sealed credential that it would serve', async () => {
    const user = await givenUser([kind, 'api_key'])
    const [first, second] = user.credentials
    await seal(user, 0)
    expect(await explained(user)).toMatchObject({
      chosen: second?.id,
      credentials: [
        { id: first?.id, would_serve: false, standing: 'sealed', until: null },
        { id: second?.id, would_serve: true, standing: 'open' },
      ],
    })
    expect((await chat(user.key)).headers.get('x-pollux-credential')).toBe(second?.id)
  })

  it('says what a request would be told where all are sealed', async () => {
    const user = await givenUser([kind])
    await seal(user, 0)
    expect(await explained(user)).toMatchObject({
      chosen: null,
      serving_model: null,
      reason: 'vault_not_configured',
    })
    const refused = await chat(user.key)
    expect(await refused.json()).toMatchObject({ error: { code: 'vault_not_configured' } })
  })
})

describe.each([
  ['api_key', '403_leaked'],
  ['service_account', '403_service_disabled'],
  ['authorized_user', '403_tos'],
] as const)('verifying a quarantined %s', (kind, preset) => {
  const path = (user: User): string =>
    `users/${user.userId}/credentials/${user.credentials[0]?.id}/verify`

  it.each(['', '?depth=token'])(
    'takes it out where Google takes it%s, with a line of audit',
    async (query) => {
      const user = await givenUser([kind])
      await google.script({
        credential: user.credentials[0]?.handle ?? '',
        reply: { error: preset as never },
      })
      expect((await chat(user.key)).status).toBe(503)
      const { ring } = await settledStats(user)
      const reason = ring.credentials[0]?.quarantine_reason
      expect(ring.credentials[0]).toMatchObject({ state: 'quarantined' })

      const answer = await admin('POST', `${path(user)}${query}`)
      expect(await answer.json()).toMatchObject({ verdict: 'works' })
      const after = await settledStats(user)
      expect(after.ring.credentials[0]).toMatchObject({ state: 'active', quarantine_reason: null })
      expect((await chat(user.key)).status).toBe(200)
      const audit = await admin('GET', `users/${user.userId}/audit`)
      expect(JSON.stringify(await audit.json())).toContain(
        `"act":"credential.released","subject":"${user.credentials[0]?.id}","detail":{"quarantine":"${reason}"}`,
      )
    },
  )
})

describe('a restored ring', () => {
  async function restored(
    edit: (snapshot: Record<string, unknown>) => void,
  ): Promise<[User, unknown]> {
    const user = await givenUser(['api_key', 'api_key'])
    await admin('POST', 'rotate', { apiKey: user.key })
    await admin('PATCH', `users/${user.userId}`, { label: 'a' })
    const name = `user:${user.userId}`
    const key = (await env.SNAPSHOTS.list()).keys.find((one) =>
      one.name.includes(user.userId),
    )?.name
    const stored = await vi.waitFor(async () => {
      const text = await env.SNAPSHOTS.get(key ?? name)
      if (text === null || !text.includes('"label":"a"')) throw new Error('not written yet')
      return JSON.parse(text) as Record<string, unknown>
    }, 5000)
    edit(stored)
    await env.SNAPSHOTS.put(key ?? name, JSON.stringify(stored))
    await runInDurableObject(env.USERS.getByName(user.userId), (_, { storage }) =>
      storage.deleteAll(),
    )
    await evictDurableObject(env.USERS.getByName(user.userId))
    await admin('POST', 'restore', {})
    const headers = { authorization: `Bearer ${user.key}` }
    const stats = await (await fetchPollux('/debug/stats', { headers })).json()
    return [user, (stats as { ring: { cursor: unknown } }).ring.cursor]
  }

  it('stands where it stood', async () => {
    const [user, cursor] = await restored(() => undefined)
    expect(cursor).toBe(user.credentials[1]?.id)
  })

  it.each([null, 'cred_0000000000000000'])(
    'begins with the first where it stood on none (%s)',
    async (none) => {
      const [user, cursor] = await restored((snapshot) => {
        snapshot['cursor'] = none
      })
      expect(cursor).toBe(user.credentials[0]?.id)
      expect((await chat(user.key)).status).toBe(200)
    },
  )
})
