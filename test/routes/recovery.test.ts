import { describe, expect, it, vi } from 'vitest'
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { resealAll } from '../../src/objects/recovery/reseal.ts'
import { DIRECTORY_NAME } from '../../src/objects/directory.ts'
import { loadState } from '../../src/objects/state.ts'
import { openVault } from '../../src/objects/secrets/vault.ts'
import { readSettings } from '../../src/settings.ts'
import { objectOf } from '../support/leases.ts'
import {
  anAdmin,
  chat,
  type ErrorBody,
  fetchPollux,
  givenUser,
  MASTER_KEY,
  post,
  settledStats,
  statsOf,
  type User,
} from '../support/pollux.ts'

/** Deletes everything in the object, as a disaster would. */
async function wipe(user: User): Promise<void> {
  await runInDurableObject(objectOf(user), (_instance, state) => state.storage.deleteAll())
  await evictDurableObject(objectOf(user))
}

async function snapshotWritten(user: User): Promise<void> {
  await runDurableObjectAlarm(objectOf(user))
}

function act(path: string, body: unknown = {}): Promise<Response> {
  return post(`/v1/config/${path}`, MASTER_KEY, body)
}

function admin(method: string, path: string, body?: unknown): Promise<Response> {
  const headers = { authorization: `Bearer ${MASTER_KEY}` }
  const init =
    body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) }
  return fetchPollux(`/v1/config/users/${path}`, init)
}

describe('a user whose storage is gone', () => {
  it('comes back from KV with ring, order and settings, and chats again', async () => {
    const user = await givenUser(['service_account', 'api_key', 'authorized_user'])
    const [first, second, third] = user.credentials.map(({ id }) => id)
    await admin('PUT', `${user.userId}/credentials/order`, { credentials: [third, first, second] })
    await admin('PATCH', user.userId, {
      mode: 'round_robin',
      limits: { requests_per_day: 50 },
      reasoning_format: 'think_tags',
      safety_settings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_NONE' }],
      store_responses: false,
      media_uris: ['gs://bucket/folder/'],
    })
    const before = await (await admin('GET', user.userId)).json<{ user: object }>()
    await snapshotWritten(user)
    await wipe(user)
    expect((await chat(user.key)).status).toBe(401)

    expect(await (await act('restore')).json()).toMatchObject({
      restored: [user.userId],
      next: null,
    })
    const after = await (
      await admin('GET', user.userId)
    ).json<{ user: { config_version: number } }>()
    const { config_version: version, ...rest } = after.user
    expect(before.user).toMatchObject({
      ...rest,
      cursor: expect.any(String),
      created_at: expect.any(String),
    })
    expect(version).toBeGreaterThan((before.user as { config_version: number }).config_version)
    for (let request = 0; request < 3; request++) expect((await chat(user.key)).status).toBe(200)
  })

  it('comes back page by page, and no place that is none looks like the end', async () => {
    const made = Array.from({ length: 20 }, async (_, index) =>
      env.SNAPSHOTS.put(`user:nobody-${String(index)}`, '{}'),
    )
    await Promise.all(made)
    type Page = { unreadable: string[]; next: string | null }
    const first = await (await act('restore')).json<Page>()
    expect(first.unreadable).toHaveLength(14)
    const second = await (await act('restore', { cursor: first.next })).json<Page>()
    expect(second).toMatchObject({ next: null, unreadable: { length: 6 } })
    const next = first.next ?? ''
    for (const cursor of ['none', '', '__proto__', next.slice(1), next.slice(0, -1), `${next}0`]) {
      const refused = await act('restore', { cursor })
      expect(refused.status).toBe(400)
      expect((await refused.json<ErrorBody>()).error.param).toBe('cursor')
    }
  })

  it('is as old as it was, for the list too where the directory is lost with it', async () => {
    const user = await givenUser(['api_key'])
    const { user: before } = await (
      await admin('GET', user.userId)
    ).json<{ user: { created_at: string } }>()
    await snapshotWritten(user)
    await wipe(user)
    await runInDurableObject(env.DIRECTORY.getByName(DIRECTORY_NAME), (_, { storage }) => {
      storage.sql.exec('DELETE FROM users')
    })
    await scheduler.wait(5)
    expect(await (await act('restore')).json()).toMatchObject({ restored: [user.userId] })
    expect(await (await admin('GET', user.userId)).json()).toMatchObject({
      user: { created_at: before.created_at },
    })
    const { users } = await (
      await fetchPollux('/v1/config/users', { headers: { authorization: `Bearer ${MASTER_KEY}` } })
    ).json<{ users: object[] }>()
    expect(users).toContainEqual(
      expect.objectContaining({ user: user.userId, created_at: before.created_at }),
    )
  })

  it('is kept as it was last readable, where what would be written is not', async () => {
    const user = await givenUser(['api_key'])
    await snapshotWritten(user)
    const kept = await env.SNAPSHOTS.get(`user:${user.userId}`)
    expect(kept).not.toBeNull()
    await admin('PATCH', user.userId, { label: 'newer' })
    await runInDurableObject(objectOf(user), (_, { storage }) => {
      storage.sql.exec("UPDATE credentials SET project = '../other'")
    })
    await evictDurableObject(objectOf(user))
    const log = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    await snapshotWritten(user)
    expect(await env.SNAPSHOTS.get(`user:${user.userId}`)).toBe(kept)
    expect(log.mock.calls.flat().join()).toContain('snapshot_failed')
    log.mockRestore()
    await runInDurableObject(objectOf(user), async (_, { storage }) => {
      expect(await storage.getAlarm()).not.toBeNull()
    })
  })

  it('is never written over where it is there', async () => {
    const user = await givenUser(['api_key'])
    await snapshotWritten(user)
    await admin('PATCH', user.userId, { label: 'newer' })
    expect(await (await act('restore')).json()).toMatchObject({ restored: [], kept: [user.userId] })
    expect(await (await admin('GET', user.userId)).json()).toMatchObject({
      user: { label: 'newer' },
    })
  })

  it('never comes back where it was deleted, by tombstone or by snapshot', async () => {
    const [one, other] = [await givenUser(), await givenUser()]
    for (const user of [one, other]) await snapshotWritten(user)
    const stale = await env.SNAPSHOTS.get(`user:${one.userId}`)
    for (const user of [one, other]) {
      await admin('DELETE', user.userId)
      await snapshotWritten(user)
    }
    await env.SNAPSHOTS.put(`user:${one.userId}`, stale ?? '') // KV may show an old value for a while.
    await wipe(other)
    const result = await (await act('restore')).json<{ restored: string[]; deleted: string[] }>()
    expect(result.restored).toEqual([])
    expect(result.deleted.toSorted((a, b) => a.localeCompare(b))).toEqual(
      [one.userId, other.userId].toSorted((a, b) => a.localeCompare(b)),
    )
    for (const user of [one, other]) expect((await chat(user.key)).status).toBe(401)
  })

  it('is told apart from what is no snapshot', async () => {
    const id = 'a'.repeat(64)
    await env.SNAPSHOTS.put(`user:${id}`, '{"schema":1}')
    await env.SNAPSHOTS.put('user:nobody', '{}')
    expect(await (await act('restore')).json()).toMatchObject({
      restored: [],
      unreadable: [id, 'nobody'],
    })
  })
})

it('whatever the admin API takes, a snapshot gives back', async () => {
  const user = await givenUser(['api_key', 'api_key'])
  const credential = user.credentials[0]?.id ?? ''
  const noTime = '0001-01-01T00:00:00Z'
  const long = '€'.repeat(16_000)
  const taken = [
    await admin('PATCH', user.userId, { expires_at: noTime, label: '', models: [] }),
    await admin('PATCH', `${user.userId}/credentials/${credential}`, {
      paused_until: noTime,
      priority: -1000,
      models: [],
    }),
    await admin('POST', `${user.userId}/pin`, { credential, until: noTime }),
    await admin('POST', `${user.userId}/credentials`, {
      gcpServiceAccount: {
        type: 'authorized_user',
        client_id: `a${long}b`,
        client_secret: `a${long}b`,
        refresh_token: `a${long}b`,
      },
    }),
  ]
  expect(taken.map(({ ok }) => ok)).toEqual([true, true, true, true])
  const before = await (await admin('GET', user.userId)).json<{ user: object }>()
  await snapshotWritten(user)
  await wipe(user)
  expect(await (await act('restore')).json()).toMatchObject({ unreadable: [] })
  const after = await (await admin('GET', user.userId)).json<{ user: object }>()
  expect(after.user).toMatchObject({ ...before.user, config_version: expect.any(Number) })
})

describe('a sealed bundle', () => {
  it('carries a user elsewhere, without a secret in the clear', async () => {
    const user = await givenUser(['api_key', 'service_account'])
    const exported = await admin('GET', `${user.userId}/export`)
    const text = await exported.text()
    expect(text).not.toContain(user.credentials[0]?.handle)
    expect(text).not.toContain('PRIVATE KEY')
    const bundle: unknown = JSON.parse(text)
    const refused = await act('import', { bundle })
    expect([refused.status, (await refused.json<ErrorBody>()).error.code]).toEqual([
      409,
      'user_exists',
    ])
    await wipe(user)
    expect(await (await act('import', { bundle })).json()).toMatchObject({
      result: 'restored',
      user: user.userId,
    })
    expect((await chat(user.key)).status).toBe(200)
    expect((await statsOf(user)).ring.credentials.map(({ id }) => id)).toEqual(
      user.credentials.map(({ id }) => id),
    )
  })

  it.each([
    ['nothing', {}, 'missing_required_parameter'],
    ['a string', { bundle: 'x' }, 'invalid_type'],
    ['something else', { bundle: { schema: 1 } }, 'invalid_value'],
    [
      'a later version',
      {
        bundle: {
          schema: 999,
          version: 1,
          user_id: 'a'.repeat(64),
          created_at: 1,
          credentials: [],
        },
      },
      'invalid_value',
    ],
  ])('is refused where it is %s', async (_, body, code) => {
    const answer = await act('import', body)
    expect(answer.status).toBe(400)
    expect((await answer.json<ErrorBody>()).error).toMatchObject({ code, param: 'bundle' })
  })
})

describe('a bundle that was meddled with', () => {
  type Bundle = {
    version: number
    settings: Record<string, unknown>
    credentials: Record<string, unknown>[]
  }

  it.each<[string, (bundle: Bundle) => void]>([
    ['a credential twice', ({ credentials }) => credentials.push(credentials[0] ?? {})],
    ['a version that is none', (bundle) => void (bundle.version = -5)],
    ['a version after all versions', (bundle) => void (bundle.version = Number.MAX_SAFE_INTEGER)],
    [
      'a location that leads elsewhere',
      ({ credentials }) => void Object.assign(credentials[0] ?? {}, { location: 'evil.example/#' }),
    ],
    [
      'a limit that is none',
      ({ settings }) => void (settings['limits'] = { requestsPerMinute: 'x' }),
    ],
    ['aliases that are none', ({ settings }) => void (settings['aliases'] = null)],
    ['a date beyond all dates', ({ settings }) => void (settings['expiresAt'] = 9e15)],
    [
      'a pin on nothing',
      ({ settings }) =>
        void (settings['pin'] = { credentialId: 'cred_0000000000000000', until: 1 }),
    ],
    ['a tombstone', (bundle) => void Object.assign(bundle, { deleted: true })],
  ])('(%s) is refused whole, and the right one still works', async (_, meddle) => {
    const user = await givenUser(['api_key'])
    const text = await (await admin('GET', `${user.userId}/export`)).text()
    const bundle = JSON.parse(text) as Bundle
    await wipe(user)
    meddle(bundle)
    expect((await act('import', { bundle })).status).toBe(400)
    expect((await act('import', { bundle: JSON.parse(text) as Bundle })).status).toBe(200)
    expect((await chat(user.key)).status).toBe(200)
  })

  it('says how many secrets do not open for the user it names', async () => {
    const user = await givenUser(['api_key'])
    const bundle = JSON.parse(await (await admin('GET', `${user.userId}/export`)).text()) as Bundle
    const other = { ...bundle, user_id: 'f'.repeat(64) }
    expect(await (await act('import', { bundle: other })).json()).toMatchObject({ unreadable: 1 })
    await wipe(user)
    expect(await (await act('import', { bundle })).json()).toMatchObject({ unreadable: 0 })
  })

  it('does not bring back a user whom KV knows to be deleted', async () => {
    const user = await givenUser()
    const bundle: unknown = await (await admin('GET', `${user.userId}/export`)).json()
    await admin('DELETE', user.userId)
    await snapshotWritten(user)
    await wipe(user)
    expect((await act('import', { bundle })).status).toBe(409)
    expect((await chat(user.key)).status).toBe(401)
  })
})

describe('a deleted user', () => {
  it('gets no credential that was on its way, and keeps no name of a project', async () => {
    const user = await givenUser(['service_account'])
    await chat(user.key)
    await settledStats(user)
    const object = objectOf(user)
    const secret = { type: 'api_key', apiKey: 'AIza-late' } as const
    const input = {
      secret,
      upstream: 'gemini-api',
      label: null,
      project: null,
      location: null,
      quotaProject: null,
    } as const
    await Promise.all([object.putCredential(input, true, anAdmin()), object.bury(anAdmin())])
    const rows = await runInDurableObject(object, (_instance, { storage: { sql } }) =>
      ['credentials', 'access_tokens', 'buckets', 'model_faults'].map(
        (table) => sql.exec(`SELECT count(*) AS n FROM ${table}`).one()['n'],
      ),
    )
    expect(rows).toEqual([0, 0, 0, 0])
  })
})

describe('VAULT_KEY', () => {
  const OLD = env.VAULT_KEY
  const NEW = new Uint8Array(32).fill(9).toBase64()

  it('may hold earlier keys behind the current one, which open what they sealed', async () => {
    const [before, both, after] = await Promise.all([
      openVault(OLD),
      openVault(`${NEW}, ${OLD}`),
      openVault(NEW),
    ])
    const owner = { userId: 'u', credentialId: 'c', purpose: 'secret' } as const
    const record = (await before?.seal('secret', owner)) ?? ''
    expect(await both?.open(record, owner)).toBe('secret')
    expect(both?.isCurrent(record)).toBe(false)
    expect(both?.isCurrent((await both.seal('secret', owner)) ?? '')).toBe(true)
    await expect(after?.open(record, owner)).rejects.toThrow(/another VAULT_KEY/)
    expect(await openVault(`${NEW},nonsense`)).toBeNull()
  })

  it('is rotated by sealing everything again, after which the earlier key is not needed', async () => {
    const user = await givenUser(['api_key', 'service_account'])
    await runInDurableObject(objectOf(user), async (_instance, { storage }) => {
      const settings = readSettings(env)
      const both = await openVault(`${NEW},${OLD}`)
      const after = await openVault(NEW)
      if (!settings.ok || both === null || after === null) throw new Error('not set up')
      const vault = () => Promise.resolve(both)
      const state = loadState({
        sql: storage.sql,
        userId: user.userId,
        settings: settings.settings,
        vault,
      })
      expect(await resealAll(state, both, user.userId, anAdmin())).toEqual({
        ok: true,
        resealed: 2,
        unreadable: 0,
      })
      expect(await resealAll(state, both, user.userId, anAdmin())).toEqual({
        ok: true,
        resealed: 0,
        unreadable: 0,
      })
      for (const { id } of state.credentials.all()) {
        const sealed = state.credentials.sealedSecret(id) ?? ''
        const owner = { userId: user.userId, credentialId: id, purpose: 'secret' } as const
        expect(await after.open(sealed, owner)).toContain('"type"')
      }
    })
  })

  it('is reported on by the admin’s call, page by page', async () => {
    await givenUser()
    expect(await (await act('reseal')).json()).toMatchObject({
      status: 'ok',
      resealed: 0,
      unreadable: 0,
      next: null,
    })
  })

  it.each([['x'], ['']])(
    'is not said to be sealed anew from a place that is none (%j)',
    async (after) => {
      const answer = await act('reseal', { after })
      expect(answer.status).toBe(400)
      expect((await answer.json<ErrorBody>()).error).toMatchObject({ param: 'after' })
    },
  )

  it('makes no more calls for a page than the free plan allows for a request', async () => {
    for (let user = 0; user < 16; user++) await post('/v1/config/users', MASTER_KEY, {})
    const page = await (await act('reseal')).json<{ users: number; next: string }>()
    const perUser = 3 // Restoring a user calls KV, the object and the directory.
    expect(5 + page.users * perUser).toBeLessThanOrEqual(50)
    expect(await (await act('reseal', { after: page.next })).json()).toMatchObject({ users: 1 })
  })
})
