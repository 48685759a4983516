import { afterEach, describe, expect, it, vi } from 'vitest'
import { env } from 'cloudflare:workers'
import {
  createExecutionContext,
  evictDurableObject,
  listDurableObjectIds,
  runDurableObjectAlarm,
  runInDurableObject,
} from 'cloudflare:test'
import { mintedFor, mintKey } from '../../src/gateway/minted-key.ts'
import worker from '../../src/worker.ts'
import {
  anAdmin,
  chat,
  chatBody,
  type ErrorBody,
  fetchPollux,
  givenUser,
  google,
  MASTER_KEY,
  MODEL,
  post,
} from '../support/pollux.ts'

const HOUR_MS = 3_600_000
const FORM = /^sk-pollux-v1-[A-Za-z0-9_-]{96}$/

interface Described {
  readonly id: string
  readonly label: string | null
  readonly keys: readonly { hint: string | null; created_at: string; ends_at: string | null }[]
}

interface Shown {
  readonly user: Described
  readonly apiKey: string
}

interface Replaced extends Shown {
  readonly previous_key_ends_at: string
}

async function mintedUser(settings: object = {}): Promise<Shown> {
  const answer = await post('/v1/config/users', MASTER_KEY, settings)
  expect(answer.status).toBe(201)
  return answer.json<Shown>()
}

/** A user with a minted key and one credential. */
async function servedUser(): Promise<Shown> {
  const made = await mintedUser()
  const { credential } = await google.registerApiKey()
  const body = { user: made.user.id, gcpServiceAccount: credential }
  expect((await post('/v1/config/update', MASTER_KEY, body)).status).toBe(200)
  return made
}

function replace(id: string, body: object = {}): Promise<Response> {
  return post(`/v1/config/users/${id}/key`, MASTER_KEY, body)
}

async function replaced(id: string, body: object = {}): Promise<Replaced> {
  const answer = await replace(id, body)
  expect(answer.status).toBe(200)
  return answer.json<Replaced>()
}

async function described(id: string): Promise<Described> {
  const answer = await fetchPollux(`/v1/config/users/${id}`, {
    headers: { authorization: `Bearer ${MASTER_KEY}` },
  })
  return (await answer.json<{ user: Described }>()).user
}

async function errorOf(answer: Response): Promise<ErrorBody['error']> {
  return (await answer.json<ErrorBody>()).error
}

async function statusOf(key: string): Promise<number> {
  const answer = await chat(key)
  await answer.text()
  return answer.status
}

/** Asks for models, which takes no lease. A lease's settlement might arrive after the object was wiped. */
async function statusOfModels(key: string): Promise<number> {
  const headers = { authorization: `Bearer ${key}` }
  const answer = await fetchPollux('/v1/models', { headers })
  await answer.text()
  return answer.status
}

/** Calls the Worker with some of its bindings replaced. Its objects keep theirs. */
function fetchWith(overrides: Partial<Env>, path: string, init: RequestInit): Promise<Response> {
  const request = new Request(`http://pollux.test${path}`, init)
  return worker.fetch(request as never, { ...env, ...overrides }, createExecutionContext())
}

/** The key with another character at this index. */
function changedAt(key: string, index: number): string {
  const other = key[index] === 'A' ? 'B' : 'A'
  return key.slice(0, index) + other + key.slice(index + 1)
}

afterEach(() => {
  vi.useRealTimers()
})

describe('a minted key', () => {
  it('is shown once, names a stable user id, and serves', async () => {
    const made = await mintedUser({ label: 'Ada' })
    expect(made.apiKey).toMatch(FORM)
    expect(made.user).toMatchObject({ id: expect.stringMatching(/^[0-9a-f]{64}$/), label: 'Ada' })
    const { credential } = await google.registerApiKey()
    // An admin may name the user by its key or by its id. After minting a key, the admin may have only the id.
    for (const name of [{ apiKey: made.apiKey }, { user: made.user.id }]) {
      const body = { ...name, gcpServiceAccount: credential }
      const answer = await post('/v1/config/update', MASTER_KEY, body)
      expect(await answer.json()).toMatchObject({ user: made.user.id, credentials: 1 })
    }
    expect(await statusOf(made.apiKey)).toBe(200)
    const rotated = await post('/v1/config/rotate', MASTER_KEY, { user: made.user.id })
    expect(await rotated.json()).toMatchObject({ user: made.user.id, rotated: false })

    const again = await replaced(made.user.id)
    expect(again.user.id).toBe(made.user.id)
    const texts = await Promise.all(
      ['', `/${made.user.id}`, `/${made.user.id}/export`].map(async (path) =>
        (
          await fetchPollux(`/v1/config/users${path}`, {
            headers: { authorization: `Bearer ${MASTER_KEY}` },
          })
        ).text(),
      ),
    )
    for (const { apiKey } of [made, again]) expect(texts.join()).not.toContain(apiKey.slice(-20))
  })

  it('is another for every user', async () => {
    const [one, other] = [await servedUser(), await mintedUser()]
    expect(one.user.id).not.toBe(other.user.id)
    expect(await statusOf(one.apiKey)).toBe(200)
    const refused = await chat(other.apiKey)
    expect([refused.status, (await errorOf(refused)).code]).toEqual([403, 'no_credentials'])
  })

  it('that is forged is refused without waking any object', async () => {
    const { user, apiKey } = await servedUser()
    const foreign = { ...env, API_KEY_SECRET: new Uint8Array(32).fill(8).toBase64() }
    const forged = [
      changedAt(apiKey, apiKey.length - 1), // the tag
      changedAt(apiKey, 80), // the secret
      changedAt(apiKey, 13), // the user
      (await mintKey(foreign, user.id)) ?? '',
      `sk-pollux-v1-${'A'.repeat(96)}`,
    ]
    const before = await listDurableObjectIds(env.USERS)
    const asleep = new Proxy(env.USERS, {
      get() {
        throw new Error('An object was asked for.')
      },
    })
    for (const key of forged) {
      expect(key).toMatch(FORM)
      for (const [path, method] of [
        ['/v1/chat/completions', 'POST'],
        ['/v1/models', 'GET'],
        ['/v1/key', 'GET'],
        ['/debug/stats', 'GET'],
      ] as const) {
        const init = {
          method,
          headers: { authorization: `Bearer ${key}`, 'cf-connecting-ip': crypto.randomUUID() },
          body: method === 'GET' ? null : JSON.stringify(chatBody()),
        }
        const answer = await fetchWith({ USERS: asleep }, path, init)
        expect([path, answer.status, (await errorOf(answer)).code]).toEqual([
          path,
          401,
          'invalid_api_key',
        ])
      }
    }
    expect(await listDurableObjectIds(env.USERS)).toEqual(before)
    // The same check does notice a key that is not forged.
    await expect(
      fetchWith({ USERS: asleep }, '/v1/models', { headers: { 'x-api-key': apiKey } }),
    ).resolves.toMatchObject({ status: 500 })
  })

  it('is forged wherever one character of it is another', async () => {
    const { user, apiKey } = await mintedUser()
    expect(await mintedFor(env, apiKey)).toBe(user.id)
    for (let index = 'sk-pollux-v1-'.length; index < apiKey.length; index++) {
      expect(await mintedFor(env, changedAt(apiKey, index))).toBeNull()
    }
  })

  it('beside a forged one still serves, in whichever header', async () => {
    const { apiKey } = await servedUser()
    const forged = changedAt(apiKey, apiKey.length - 1)
    for (const headers of [
      { authorization: `Bearer ${forged}`, 'x-api-key': apiKey },
      { authorization: `Bearer ${apiKey}`, 'x-goog-api-key': forged },
      { authorization: `Bearer ${forged}`, 'x-api-key': 'a-wrong-one', 'x-goog-api-key': apiKey },
    ]) {
      const answer = await chat('', {}, { headers })
      expect(answer.status).toBe(200)
      await answer.text()
    }
  })

  it('is not taken from an address', async () => {
    const { apiKey } = await servedUser()
    // Google's own routes accept it there: test/dialects/gemini-native.
    const answer = await fetchPollux(`/v1/chat/completions?key=${apiKey}`, { method: 'POST' })
    expect(answer.status).toBe(401)
  })

  it('of a deleted user is refused, and brings nobody back', async () => {
    const { user, apiKey } = await servedUser()
    await fetchPollux(`/v1/config/users/${user.id}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${MASTER_KEY}` },
    })
    expect(await statusOf(apiKey)).toBe(401)
    expect((await replace(user.id)).status).toBe(404)
    const { credential } = await google.registerApiKey()
    for (const name of [{ apiKey }, { user: user.id }]) {
      const body = { ...name, gcpServiceAccount: credential }
      const answer = await post('/v1/config/update', MASTER_KEY, body)
      expect([answer.status, await errorOf(answer)]).toEqual([
        409,
        expect.objectContaining({ code: 'user_deleted', param: Object.keys(name)[0] }),
      ])
    }
    expect(await statusOf(apiKey)).toBe(401)
  })

  it('makes no user where there is none', async () => {
    const userId = 'ab'.repeat(32)
    const apiKey = (await mintKey(env, userId)) ?? ''
    const { credential } = await google.registerApiKey()
    for (const name of [{ apiKey }, { user: userId }]) {
      const body = { ...name, gcpServiceAccount: credential }
      const answer = await post('/v1/config/update', MASTER_KEY, body)
      expect([answer.status, (await errorOf(answer)).param]).toEqual([404, Object.keys(name)[0]])
    }
    expect(await statusOf(apiKey)).toBe(401)
  })
})

describe('the key of an admin’s choice', () => {
  it('goes on working', async () => {
    const { key, userId } = await givenUser()
    expect(await statusOf(key)).toBe(200)
    expect((await described(userId)).keys).toEqual([
      { hint: null, created_at: expect.any(String), ends_at: null },
    ])
  })

  it.each([
    ['genuine', (key: string) => key],
    ['forged', (key: string) => changedAt(key, key.length - 1)],
  ])('must not have the form of a minted key (%s)', async (_, made) => {
    const { apiKey } = await mintedUser()
    const answer = await post('/v1/config/users', MASTER_KEY, { apiKey: made(apiKey) })
    expect(answer.status).toBe(400)
    expect(await errorOf(answer)).toMatchObject({
      code: 'invalid_value',
      param: 'apiKey',
      message: expect.stringContaining('minted'),
    })
  })

  it('names no user where it is a forged one', async () => {
    const { apiKey } = await servedUser()
    const forged = changedAt(apiKey, 20)
    const { credential } = await google.registerApiKey()
    for (const [path, body] of [
      ['update', { apiKey: forged, gcpServiceAccount: credential }],
      ['rotate', { apiKey: forged }],
    ] as const) {
      const answer = await post(`/v1/config/${path}`, MASTER_KEY, body)
      expect([answer.status, (await errorOf(answer)).param]).toEqual([400, 'apiKey'])
    }
  })

  it.each([
    ['neither', {}, 'missing_required_parameter', 'apiKey'],
    ['both', { user: 'a'.repeat(64), apiKey: 'a-key-of-mine' }, 'invalid_value', 'user'],
    ['a label that nobody has', { user: 'ada' }, 'user_not_found', 'user'],
  ])('or the id names the user: %s is refused', async (_, body, code, param) => {
    const answer = await post('/v1/config/rotate', MASTER_KEY, body)
    expect(answer.status).toBe(code === 'user_not_found' ? 404 : 400)
    expect(await errorOf(answer)).toMatchObject({ code, param })
  })

  it('can be replaced by a minted one', async () => {
    const { key, userId } = await givenUser()
    const { apiKey, user } = await replaced(userId, { grace_seconds: 0 })
    expect(user.id).toBe(userId)
    expect(await statusOf(apiKey)).toBe(200)
    const refused = await chat(key)
    expect(refused.status).toBe(401)
    expect(await errorOf(refused)).toMatchObject({
      code: 'invalid_api_key',
      message: expect.stringContaining('replaced'),
    })
    // The replaced key still names the user in admin acts, but opens nothing.
    const { credential } = await google.registerApiKey()
    const put = await post('/v1/config/update', MASTER_KEY, {
      apiKey: key,
      gcpServiceAccount: credential,
    })
    expect(await put.json()).toMatchObject({ user: userId, credentials: 2 })
    expect(await statusOf(key)).toBe(401)
    const again = await post('/v1/config/users', MASTER_KEY, { apiKey: key })
    expect([again.status, (await errorOf(again)).code]).toEqual([409, 'user_exists'])
  })
})

describe('replacing a key', () => {
  it('lets the one before work until the grace is over, and refuses it with the very next request', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const { user, apiKey: before } = await servedUser()
    const { apiKey: after, previous_key_ends_at: end } = await replaced(user.id, {
      grace_seconds: 3600,
    })
    expect(Date.parse(end)).toBe(Date.now() + HOUR_MS)
    for (const key of [before, after]) expect(await statusOf(key)).toBe(200)
    const { keys } = await described(user.id)
    expect(keys).toEqual([
      { hint: after.slice(-4), created_at: expect.any(String), ends_at: null },
      { hint: before.slice(-4), created_at: expect.any(String), ends_at: end },
    ])
    for (const [key, endsAt] of [
      [before, end],
      [after, null],
    ] as const) {
      const own = await fetchPollux('/v1/key', { headers: { authorization: `Bearer ${key}` } })
      expect(await own.json()).toMatchObject({ key: { hint: key.slice(-4), ends_at: endsAt } })
    }

    vi.setSystemTime(Date.now() + HOUR_MS - 1)
    expect(await statusOf(before)).toBe(200)
    vi.setSystemTime(Date.now() + 1)
    for (const [path, init] of [
      ['/v1/chat/completions', { method: 'POST', body: JSON.stringify(chatBody()) }],
      ['/v1/chat/completions', { method: 'POST', body: '{' }],
      ['/v1/models', {}],
      ['/v1/key', {}],
      ['/debug/stats', {}],
    ] as const) {
      const headers = { authorization: `Bearer ${before}` }
      const answer = await fetchPollux(path, { ...init, headers })
      expect([path, answer.status]).toEqual([path, 401])
    }
    expect(await statusOf(after)).toBe(200)
    expect((await described(user.id)).keys.map(({ hint }) => hint)).toEqual([after.slice(-4)])
  })

  it('takes one trip to the object and no more, also for a key that was replaced', async () => {
    const { user, apiKey } = await servedUser()
    await replaced(user.id, { grace_seconds: 0 })
    let trips = 0
    const counting = new Proxy(env.USERS, {
      get(users, name) {
        if (name === 'getByName') trips++
        return Reflect.get(users, name).bind(users)
      },
    })
    const answer = await fetchWith({ USERS: counting }, '/v1/chat/completions', {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'content-length': '100' },
      body: JSON.stringify(chatBody()),
    })
    expect([answer.status, trips]).toEqual([401, 1])
  })

  it('has a grace of a day where none is said', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const { user } = await mintedUser()
    const { previous_key_ends_at: end } = await replaced(user.id)
    expect(Date.parse(end)).toBe(Date.now() + 24 * HOUR_MS)
  })

  it('with a grace of 0 refuses every earlier key at once', async () => {
    const { user, apiKey: first } = await servedUser()
    const { apiKey: second } = await replaced(user.id)
    const { apiKey: third } = await replaced(user.id, { grace_seconds: 0 })
    expect(await Promise.all([first, second, third].map(statusOf))).toEqual([401, 401, 200])
  })

  it('never makes an earlier grace longer', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const { user, apiKey: first } = await servedUser()
    const { apiKey: second } = await replaced(user.id, { grace_seconds: 60 })
    const { apiKey: third } = await replaced(user.id, { grace_seconds: 3600 })
    vi.setSystemTime(Date.now() + 60_000)
    expect(await Promise.all([first, second, third].map(statusOf))).toEqual([401, 200, 200])
  })

  it('is refused where five are valid already, but never with a grace of 0', async () => {
    const { user } = await mintedUser()
    for (let count = 2; count <= 5; count++) await replaced(user.id)
    expect((await described(user.id)).keys).toHaveLength(5)
    const refused = await replace(user.id)
    expect([refused.status, (await errorOf(refused)).code]).toEqual([409, 'too_many_keys'])
    expect((await described(user.id)).keys).toHaveLength(5)
    expect((await replaced(user.id, { grace_seconds: 0 })).user.keys).toHaveLength(1)
  })

  it('changes nothing when it is asked for again, as after an answer that was lost', async () => {
    const object = env.USERS.getByName('cd'.repeat(32))
    const key = { digest: 'ef'.repeat(32), hint: 'abcd' }
    const by = anAdmin()
    const made = await object.create({}, key, by)
    expect(await object.create({}, key, by)).toEqual(made)
    const another = { ...key, digest: '01'.repeat(32) }
    expect(await object.create({}, another, anAdmin())).toMatchObject({
      ok: false,
    })
    const next = { digest: '23'.repeat(32), hint: 'efgh' }
    const first = await object.replaceKey(next, 60_000, anAdmin())
    expect(await object.replaceKey(next, 60_000, anAdmin())).toEqual(first)
  })

  it.each([
    [{ grace_seconds: -1 }, 'invalid_value'],
    [{ grace_seconds: 1.5 }, 'invalid_type'],
    [{ grace_seconds: 2_592_001 }, 'invalid_value'],
    [{ grace_seconds: '60' }, 'invalid_type'],
    [{ grace: 60 }, 'unknown_parameter'],
  ])('is refused with %j', async (body, code) => {
    const { user } = await mintedUser()
    const answer = await replace(user.id, body)
    expect([answer.status, await errorOf(answer)]).toEqual([
      400,
      expect.objectContaining({ code, param: Object.keys(body)[0] }),
    ])
  })

  it.each(['0'.repeat(64), 'nobody'])('of nobody is a 404 (%s)', async (id) => {
    expect((await replace(id)).status).toBe(404)
    expect((await described(id)) ?? null).toBeNull()
  })

  it('outlives the object’s memory', async () => {
    const { user, apiKey: before } = await servedUser()
    const { apiKey: after } = await replaced(user.id, { grace_seconds: 0 })
    await evictDurableObject(env.USERS.getByName(user.id))
    expect(await Promise.all([before, after].map(statusOf))).toEqual([401, 200])
  })
})

describe('API_KEY_SECRET', () => {
  const admin = { method: 'POST', headers: { authorization: `Bearer ${MASTER_KEY}` } }

  it.each([
    ['missing', undefined],
    ['empty', ''],
    ['malformed', 'not 32 bytes'],
    ['half malformed', `${env.API_KEY_SECRET},x`],
  ])('that is %s: minting names it, and all else works', async (_, secret) => {
    const { key, userId } = await givenUser()
    const { apiKey } = await servedUser()
    const without = { API_KEY_SECRET: secret as string }
    for (const path of ['/v1/config/users', `/v1/config/users/${userId}/key`]) {
      const answer = await fetchWith(without, path, { ...admin, body: '{}' })
      const error = await errorOf(answer)
      expect([answer.status, error.code]).toEqual([500, 'minting_not_configured'])
      expect(error.message).toContain('API_KEY_SECRET')
    }
    const listed = await fetchPollux('/v1/config/users', {
      headers: { authorization: `Bearer ${MASTER_KEY}` },
    })
    expect((await listed.json<{ users: object[] }>()).users).toHaveLength(2)
    const statuses = [key, apiKey].map(async (presented) => {
      const answer = await fetchWith(without, '/v1/models', {
        headers: { authorization: `Bearer ${presented}` },
      })
      return answer.status
    })
    expect(await Promise.all(statuses)).toEqual([200, 401])
    const body = JSON.stringify({ apiKey: 'another-chosen-key' })
    expect((await fetchWith(without, '/v1/config/users', { ...admin, body })).status).toBe(201)
  })

  it('may hold earlier ones behind the current: the first signs, all verify', async () => {
    const [old, next] = [env.API_KEY_SECRET, new Uint8Array(32).fill(6).toBase64()]
    const { user, apiKey } = await servedUser()
    const both = { API_KEY_SECRET: `${next}, ${old}` }
    const path = `/v1/config/users/${user.id}/key`
    const answer = await fetchWith(both, path, { ...admin, body: '{}' })
    const { apiKey: later } = await answer.json<Replaced>()
    const statusWith = async (secret: string, key: string): Promise<number> => {
      const headers = { authorization: `Bearer ${key}` }
      return (await fetchWith({ API_KEY_SECRET: secret }, '/v1/models', { headers })).status
    }
    expect(await statusWith(both.API_KEY_SECRET, apiKey)).toBe(200)
    expect(await statusWith(both.API_KEY_SECRET, later)).toBe(200)
    expect(await statusWith(next, apiKey)).toBe(401)
    expect(await statusWith(next, later)).toBe(200)
    expect(await statusWith(old, later)).toBe(401)
  })
})

describe('keys in recovery', () => {
  function act(path: string, body: object = {}): Promise<Response> {
    return post(`/v1/config/${path}`, MASTER_KEY, body)
  }

  async function snapshotOf(id: string): Promise<string> {
    await runDurableObjectAlarm(env.USERS.getByName(id))
    return (await env.SNAPSHOTS.get(`user:${id}`)) ?? ''
  }

  async function bundleOf(id: string): Promise<unknown> {
    const answer = await fetchPollux(`/v1/config/users/${id}/export`, {
      headers: { authorization: `Bearer ${MASTER_KEY}` },
    })
    return answer.json()
  }

  /** Deletes everything in the object, as a disaster would. */
  async function wipe(id: string): Promise<void> {
    const object = env.USERS.getByName(id)
    await runInDurableObject(object, (_instance, state) => state.storage.deleteAll())
    await evictDurableObject(object)
  }

  it('are brought back from KV as digests: what worked works, what was replaced does not', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const { user, apiKey: first } = await servedUser()
    const { apiKey: second } = await replaced(user.id, { grace_seconds: 0 })
    const { apiKey: third } = await replaced(user.id, { grace_seconds: 3600 })
    const snapshot = await snapshotOf(user.id)
    for (const key of [first, second, third]) expect(snapshot).not.toContain(key.slice(13))
    await wipe(user.id)
    expect(await Promise.all([first, second, third].map(statusOfModels))).toEqual([401, 401, 401])

    expect(await (await act('restore')).json()).toMatchObject({ restored: [user.id] })
    expect(await Promise.all([first, second, third].map(statusOfModels))).toEqual([401, 200, 200])
    vi.setSystemTime(Date.now() + HOUR_MS)
    expect(await Promise.all([first, second, third].map(statusOfModels))).toEqual([401, 401, 200])
  })

  it('of an admin’s choice come back unless they were replaced', async () => {
    const [kept, gone] = [await givenUser(), await givenUser()]
    await replaced(gone.userId, { grace_seconds: 0 })
    for (const { userId } of [kept, gone]) {
      await snapshotOf(userId)
      await wipe(userId)
    }
    await act('restore')
    expect(await Promise.all([kept.key, gone.key].map(statusOfModels))).toEqual([200, 401])
  })

  it('that were replaced do not come back by an older bundle, nor by an older snapshot of a user who is there', async () => {
    const { user, apiKey: before } = await servedUser()
    const stale = await snapshotOf(user.id)
    const bundle = await bundleOf(user.id)
    const { apiKey: after } = await replaced(user.id, { grace_seconds: 0 })
    const newer = await snapshotOf(user.id)
    await env.SNAPSHOTS.put(`user:${user.id}`, stale) // KV may show an old value for a while.
    expect(await (await act('restore')).json()).toMatchObject({ kept: [user.id] })
    expect((await act('import', { bundle })).status).toBe(409)
    expect(await Promise.all([before, after].map(statusOfModels))).toEqual([401, 200])

    await env.SNAPSHOTS.put(`user:${user.id}`, newer)
    await wipe(user.id)
    expect((await act('import', { bundle })).status).toBe(409)
    await act('restore')
    expect(await Promise.all([before, after].map(statusOfModels))).toEqual([401, 200])
  })

  it('are carried by a bundle', async () => {
    const { user, apiKey } = await servedUser()
    const bundle = await bundleOf(user.id)
    await wipe(user.id)
    expect((await act('import', { bundle })).status).toBe(200)
    expect(await statusOf(apiKey)).toBe(200)
  })

  it.each<[string, (keys: Record<string, unknown>[]) => void]>([
    ['none at all', (keys) => void keys.splice(0)],
    ['one that never ends behind another', (keys) => void keys.push({ ...keys[0] })],
    ['a digest that is none', (keys) => void Object.assign(keys[0] ?? {}, { digest: 'x' })],
    [
      'more than there can be',
      (keys) => {
        for (let count = 0; count < 5; count++) keys.push({ ...keys[0], endsAt: 1 })
      },
    ],
  ])('are refused in a bundle that was meddled with (%s)', async (_, meddle) => {
    const { user } = await servedUser()
    const bundle = (await bundleOf(user.id)) as { keys: Record<string, unknown>[] }
    await wipe(user.id)
    meddle(bundle.keys)
    expect((await act('import', { bundle })).status).toBe(400)
  })
})

it('a minted key works with every route of the service', async () => {
  const { apiKey } = await servedUser()
  const headers = { authorization: `Bearer ${apiKey}` }
  for (const path of ['/v1/models', '/v1/key', '/debug/stats', '/v1/debug/cache']) {
    expect([path, (await fetchPollux(path, { headers })).status]).toEqual([path, 200])
  }
  expect((await post('/debug/explain', apiKey, { model: MODEL })).status).toBe(200)
})
