import { afterEach, describe, expect, it, vi } from 'vitest'
import { env } from 'cloudflare:workers'
import { evictDurableObject, runDurableObjectAlarm } from 'cloudflare:test'
import {
  callsOf,
  chat,
  type ErrorBody,
  fetchPollux,
  givenUser,
  google,
  MASTER_KEY,
  MODEL,
  post,
  settledStats,
  statsOf,
  type User,
} from '../support/pollux.ts'

type Body = Record<string, unknown>

async function admin(method: string, path: string, body?: unknown): Promise<Response> {
  return fetchPollux(`/v1/config/users${path}`, {
    method,
    headers: { authorization: `Bearer ${MASTER_KEY}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
}

async function patch(user: User, change: Body): Promise<Body> {
  const answer = await admin('PATCH', `/${user.userId}`, change)
  if (answer.status !== 200) throw new Error(await answer.text())
  return (await answer.json<{ user: Body }>()).user
}

async function patchCredential(user: User, position: number, change: Body): Promise<void> {
  const answer = await admin(
    'PATCH',
    `/${user.userId}/credentials/${user.credentials[position]?.id}`,
    change,
  )
  if (answer.status !== 200) throw new Error(await answer.text())
}

async function servedBy(
  user: User,
  overrides: Body = {},
  headers: Record<string, string> = {},
): Promise<number> {
  const answer = await chat(user.key, overrides, {
    headers: { authorization: `Bearer ${user.key}`, ...headers },
  })
  await answer.text()
  return user.credentials.findIndex(({ id }) => id === answer.headers.get('x-pollux-credential'))
}

async function codeOf(answer: Response): Promise<string | null> {
  return (await answer.json<ErrorBody>()).error.code
}

const THREE = ['api_key', 'api_key', 'api_key'] as const

afterEach(() => {
  vi.useRealTimers()
})

describe('names', () => {
  it.each(['a\nb', 'a\u0000', '\u202egnp.exe', '\ud800', 'a\u2028b', 'x'.repeat(101)])(
    'of users and credentials are such as can be shown: not %j',
    async (label) => {
      const { userId } = await givenUser()
      const gcpServiceAccount = {
        type: 'api_key',
        api_key: 'AIzaSyMadeUpKeyForTheTestsOfNames-0001',
      }
      for (const refused of [
        admin('POST', '', { label }),
        admin('PATCH', `/${userId}`, { label }),
        admin('POST', `/${userId}/credentials`, { gcpServiceAccount, label }),
      ]) {
        const answer = await refused
        expect(answer.status).toBe(400)
        expect(await answer.json()).toMatchObject({ error: { param: 'label' } })
      }
    },
  )

  it('may be of any people, and none where only blanks were written', async () => {
    const named = async (label: string): Promise<string | null> => {
      const answer = await admin('POST', '', { label })
      return (await answer.json<{ user: { label: string | null } }>()).user.label
    }
    expect(await named(' Zoë 👩‍💻 <b> عمر ')).toBe('Zoë 👩‍💻 <b> عمر')
    expect(await named('  ')).toBeNull()
  })
})

describe('users', () => {
  it('are made for a key, listed, read, changed and deleted', async () => {
    const apiKey = `key-${crypto.randomUUID()}`
    const made = await admin('POST', '', { apiKey, label: 'Ada', mode: 'round_robin' })
    expect(made.status).toBe(201)
    const text = await made.text()
    expect(text).not.toContain(apiKey)
    const { user } = JSON.parse(text) as { user: { id: string } }
    expect(user).toMatchObject({
      label: 'Ada',
      mode: 'round_robin',
      disabled: false,
      credentials: [],
    })
    const list = await (await admin('GET', '')).json<{ users: { user: string }[] }>()
    expect(list.users.map((listed) => listed.user)).toContain(user.id)
    const read = await (await admin('GET', `/${user.id}`)).json()
    expect(read).toMatchObject({ user })
    expect(await codeOf(await chat(apiKey))).toBe('no_credentials')
    expect(await codeOf(await admin('POST', '', { apiKey }))).toBe('user_exists')

    expect((await admin('DELETE', `/${user.id}`)).status).toBe(200)
    expect((await chat(apiKey)).status).toBe(401)
    expect((await admin('GET', `/${user.id}`)).status).toBe(404)
    const after = await (await admin('GET', '')).json<{ users: { user: string }[] }>()
    expect(after.users.map((listed) => listed.user)).not.toContain(user.id)
  })

  it('that were deleted leave a tombstone: nothing sealed is left, and nobody brings them back', async () => {
    const user = await givenUser(['service_account'])
    await chat(user.key)
    await settledStats(user)
    await admin('DELETE', `/${user.userId}`)
    const object = env.USERS.getByName(user.userId)
    await runDurableObjectAlarm(object)
    await evictDurableObject(object)
    expect((await chat(user.key)).status).toBe(401)
    const { credential } = await google.registerApiKey()
    const again = await post('/v1/config/update', MASTER_KEY, {
      apiKey: user.key,
      gcpServiceAccount: credential,
    })
    expect([again.status, await codeOf(again)]).toEqual([409, 'user_deleted'])
    const snapshot = JSON.parse((await env.SNAPSHOTS.get(`user:${user.userId}`)) ?? '') as Body
    expect(snapshot).toMatchObject({ deleted: true, credentials: [] })
  })

  it('that are disabled or have expired are refused on the very next request', async () => {
    const user = await givenUser()
    expect((await chat(user.key)).status).toBe(200)
    await patch(user, { disabled: true })
    const refused = await chat(user.key)
    expect([refused.status, await codeOf(refused)]).toEqual([403, 'api_key_disabled'])
    const models = await fetchPollux('/v1/models', {
      headers: { authorization: `Bearer ${user.key}` },
    })
    expect(models.status).toBe(403)
    await patch(user, { disabled: false, expires_at: new Date(Date.now() - 1).toISOString() })
    expect(await codeOf(await chat(user.key))).toBe('api_key_expired')
    await patch(user, { expires_at: null })
    expect((await chat(user.key)).status).toBe(200)
    expect((await callsOf(user.credentials[0]?.handle ?? '')).length).toBe(2)
  })

  it('ask only for the models they may, by names of their own', async () => {
    const user = await givenUser()
    await patch(user, {
      models: [MODEL],
      aliases: { 'gpt-4o': MODEL, pro: 'models/gemini-2.5-pro' },
    })
    expect((await chat(user.key, { model: 'gpt-4o' })).status).toBe(200)
    expect(await codeOf(await chat(user.key, { model: 'gemini-2.5-pro' }))).toBe('model_not_found')
    expect(await codeOf(await chat(user.key, { model: 'pro' }))).toBe('model_not_found')
    const [call] = await callsOf(user.credentials[0]?.handle ?? '')
    expect(call?.model).toBe(MODEL)
    const stats = await settledStats(user)
    expect(Object.keys(stats.ring.credentials[0]?.models ?? {})).toEqual([MODEL])
  })

  it('may call a model what the catalogue calls another', async () => {
    const user = await givenUser()
    await patch(user, { aliases: { 'gemini-flash-latest': MODEL, 'google/fast': MODEL } })
    for (const model of ['gemini-flash-latest', 'fast', 'google/fast']) {
      expect((await chat(user.key, { model })).status).toBe(200)
    }
    const calls = await callsOf(user.credentials[0]?.handle ?? '')
    expect(new Set(calls.map(({ model }) => model))).toEqual(new Set([MODEL]))
  })

  it('that are paused whole are told when they are served again', async () => {
    const user = await givenUser(['api_key'])
    await patchCredential(user, 0, { paused_until: new Date(Date.now() + 40_000).toISOString() })
    const answer = await chat(user.key)
    expect([answer.status, await codeOf(answer)]).toEqual([503, 'credentials_paused'])
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(30)
    expect((await statsOf(user)).ring.credentials[0]).toMatchObject({
      state: 'paused',
      paused_until: expect.any(String),
    })
  })

  it.each([
    ['an unknown field', { mood: 'good' }, 'unknown_parameter', 'mood'],
    ['an unknown mode', { mode: 'random' }, 'invalid_value', 'mode'],
    ['a date that is none', { expires_at: 'tomorrow' }, 'invalid_value', 'expires_at'],
    ['half a date', { expires_at: '2027-01-31T12:00:00+05' }, 'invalid_value', 'expires_at'],
    ['a model that is none', { models: ['../x'] }, 'invalid_value', 'models[0]'],
    ['a flag that is none', { disabled: 'yes' }, 'invalid_type', 'disabled'],
    ['an alias to nothing', { aliases: { x: '' } }, 'invalid_value', 'aliases.x'],
    [
      'a day that there is not',
      { expires_at: '2027-02-30T00:00:00Z' },
      'invalid_value',
      'expires_at',
    ],
    ['limits that are a text', { limits: 'none' }, 'invalid_type', 'limits'],
    [
      'an alias that no object can have',
      JSON.parse('{"aliases":{"__proto__":"gemini-2.5-pro"}}'),
      'invalid_value',
      'aliases.__proto__',
    ],
    [
      'a fallback of such a name',
      { fallbacks: { constructor: ['gemini-2.5-pro'] } },
      'invalid_value',
      'fallbacks.constructor',
    ],
  ])('are not changed by %s', async (_, change, code, param) => {
    const user = await givenUser()
    const answer = await admin('PATCH', `/${user.userId}`, change)
    expect(answer.status).toBe(400)
    expect((await answer.json<ErrorBody>()).error).toMatchObject({ code, param })
  })

  it.each(['GET', 'PATCH', 'DELETE'])('that are not there are 404 to %s', async (method) => {
    for (const id of ['0'.repeat(64), 'nonsense']) {
      const answer = await admin(method, `/${id}`, method === 'PATCH' ? {} : undefined)
      expect([answer.status, await codeOf(answer)]).toEqual([404, 'user_not_found'])
    }
  })

  it('do no admin act with their own key', async () => {
    const user = await givenUser()
    for (const path of ['', `/${user.userId}`, `/${user.userId}/credentials`]) {
      const answer = await fetchPollux(`/v1/config/users${path}`, {
        headers: { authorization: `Bearer ${user.key}` },
      })
      expect(answer.status).toBe(401)
    }
  })
})

describe('the order of the ring', () => {
  it('goes round with every request in round_robin, and remembers where it is', async () => {
    const user = await givenUser(THREE)
    await patch(user, { mode: 'round_robin' })
    const served = []
    for (let request = 0; request < 4; request++) served.push(await servedBy(user))
    await settledStats(user)
    await evictDurableObject(env.USERS.getByName(user.userId))
    served.push(await servedBy(user))
    expect(served).toEqual([0, 1, 2, 0, 1])
    expect((await settledStats(user)).ring.rotations).toBe(0)
  })

  it('takes the idlest in least_used', async () => {
    const user = await givenUser(THREE)
    await patch(user, { mode: 'least_used' })
    const served = []
    for (let request = 0; request < 6; request++) {
      served.push(await servedBy(user))
      await settledStats(user)
      await scheduler.wait(2)
    }
    expect(served).toEqual([0, 1, 2, 0, 1, 2])
  })

  it('goes through the tiers, and comes back to the first when it can serve again', async () => {
    const user = await givenUser(THREE)
    await patchCredential(user, 0, { priority: 5 })
    await patchCredential(user, 1, { priority: -1 })
    expect(await servedBy(user)).toBe(1)
    await patchCredential(user, 1, { paused_until: new Date(Date.now() + 60_000).toISOString() })
    expect(await servedBy(user)).toBe(2)
    await patchCredential(user, 1, { paused_until: null })
    expect(await servedBy(user)).toBe(1)
  })

  it('keeps a credential to its models', async () => {
    const user = await givenUser(THREE)
    await patchCredential(user, 0, { models: ['gemini-2.5-pro'] })
    expect(await servedBy(user)).toBe(1)
    expect(await servedBy(user, { model: 'gemini-2.5-pro' })).toBe(0)
  })

  it('is another when an admin says so, and each credential must be named once', async () => {
    const user = await givenUser(THREE)
    const [a, b, c] = user.credentials.map(({ id }) => id)
    const put = await admin('PUT', `/${user.userId}/credentials/order`, { credentials: [c, a, b] })
    expect(await put.json()).toMatchObject({
      credentials: [{ id: c }, { id: a }, { id: b }],
      cursor: a,
    })
    for (const credentials of [
      [a, b],
      [a, b, b],
      [a, b, 'x'],
    ]) {
      const refused = await admin('PUT', `/${user.userId}/credentials/order`, { credentials })
      expect((await refused.json<ErrorBody>()).error).toMatchObject({
        code: 'invalid_value',
        param: 'credentials',
      })
    }
    await post('/v1/config/rotate', MASTER_KEY, { apiKey: user.key })
    expect((await statsOf(user)).ring.cursor).toBe(b)
  })

  it('is one credential while it is pinned, whatever happens to it', async () => {
    const user = await givenUser(THREE)
    const until = new Date(Date.now() + 60_000).toISOString()
    const pinned = { credential: user.credentials[2]?.id, until }
    expect((await admin('POST', `/${user.userId}/pin`, pinned)).status).toBe(200)
    expect(await servedBy(user)).toBe(2)
    await google.script({
      credential: user.credentials[2]?.handle ?? '',
      reply: { error: 'gemini_429_minute' },
    })
    expect((await chat(user.key)).status).toBe(429)
    await admin('DELETE', `/${user.userId}/pin`)
    expect((await chat(user.key)).status).toBe(200)
    const nowhere = await admin('POST', `/${user.userId}/pin`, { credential: 'cred_none', until })
    expect(await codeOf(nowhere)).toBe('credential_not_found')
  })

  it('is a conversation’s own where that is wished for, left only while its credential cannot serve', async () => {
    const user = await givenUser(THREE)
    await patch(user, { affinity: true })
    const homes = new Map<string, number>()
    for (let name = 0; name < 12; name++) {
      homes.set(`chat-${name}`, await servedBy(user, {}, { 'x-session-id': `chat-${name}` }))
    }
    expect(new Set(homes.values()).size).toBeGreaterThan(1)
    for (const [name, home] of homes)
      expect(await servedBy(user, { prompt_cache_key: name })).toBe(home)

    const [name, home] = [...homes][0] ?? ['', 0]
    const { handle } = user.credentials[home] ?? { handle: '' }
    await google.script({ credential: handle, reply: { error: 'gemini_429_minute' } })
    const moved = await chat(user.key, { user: name })
    expect(moved.status).toBe(200)
    expect(moved.headers.get('x-pollux-affinity')).toBe('moved')
    await admin('POST', `/${user.userId}/credentials/${user.credentials[home]?.id}/reset`)
    const kept = await chat(user.key, { user: name })
    expect(kept.headers.get('x-pollux-affinity')).toBe('kept')
    expect((await chat(user.key)).headers.get('x-pollux-affinity')).toBeNull()
  })
})

describe('credentials', () => {
  it('that are deleted serve no more from the very next request on; what they were counted for stays', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    const [first, second] = user.credentials
    await chat(user.key)
    await settledStats(user)
    const path = `/${user.userId}/credentials/${first?.id}`
    expect((await admin('DELETE', path)).status).toBe(200)
    expect(await servedBy(user)).toBe(1)
    const stats = await settledStats(user)
    expect(stats.ring).toMatchObject({ cursor: second?.id, credentials: [{ id: second?.id }] })
    expect(stats.requests_per_credential).toEqual({ [first?.id ?? '']: 1, [second?.id ?? '']: 1 })
    expect(stats.ledger).toMatchObject({ granted: 2, settled: 2, holds: true })
    expect(await codeOf(await admin('DELETE', path))).toBe('credential_not_found')
  })

  it('that are deleted while they serve are counted all the same', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    const [first] = user.credentials
    await google.script({
      credential: first?.handle ?? '',
      reply: { text: 'one two three', chunkDelayMs: 50 },
    })
    const answer = await chat(user.key, { stream: true })
    await admin('DELETE', `/${user.userId}/credentials/${first?.id}`)
    expect(await answer.text()).toContain('[DONE]')
    const stats = await settledStats(user)
    expect(stats.requests).toMatchObject({ ok: 1 })
    expect(stats.requests_per_credential[first?.id ?? '']).toBe(1)
  })

  it('come out of quarantine and cooldown by hand', async () => {
    const user = await givenUser()
    const [{ id, handle } = { id: '', handle: '' }] = user.credentials
    await google.script({ credential: handle, reply: { error: 'api_key_invalid' } })
    expect((await chat(user.key)).status).toBe(503)
    expect((await admin('POST', `/${user.userId}/credentials/${id}/reset`)).status).toBe(200)
    await google.script({ credential: handle, reply: { error: 'gemini_429_minute' } })
    expect((await chat(user.key)).status).toBe(429)
    await admin('POST', `/${user.userId}/credentials/${id}/reset`)
    expect((await chat(user.key)).status).toBe(200)
  })

  it('are listed without a secret', async () => {
    const user = await givenUser(['service_account', 'api_key'])
    const text = await (await admin('GET', `/${user.userId}/credentials`)).text()
    expect(JSON.parse(text)).toMatchObject({
      credentials: [{ type: 'service_account', project: 'vertex-project' }, { type: 'api_key' }],
    })
    expect(text).not.toMatch(/sealed|private_key|AIza/)
  })
})

describe('POST /debug/explain', () => {
  it('says until when another is pinned', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    const [first, second] = user.credentials
    const until = '2099-01-01T00:00:00.000Z'
    await patchCredential(user, 0, { paused_until: '2098-01-01T00:00:00Z' })
    await admin('POST', `/${user.userId}/pin`, { credential: second?.id, until })
    const answer = await post('/debug/explain', user.key, { model: MODEL })
    expect(await answer.json()).toMatchObject({
      chosen: second?.id,
      credentials: expect.arrayContaining([
        { id: first?.id, would_serve: false, standing: 'not_pinned', until },
      ]),
    })
  })

  it('knows which upstreams have no embeddings', async () => {
    const user = await givenUser(['authorized_user', 'api_key'])
    const [first, second] = user.credentials
    const answer = await post('/debug/explain', user.key, { model: 'gemini-embedding-001' })
    expect(await answer.json()).toMatchObject({
      chosen: second?.id,
      credentials: [
        { id: first?.id, would_serve: false, standing: 'operation_not_served', until: null },
        { id: second?.id, would_serve: true, standing: 'open' },
      ],
    })
  })

  it('says of a budget of nothing what a request would be told', async () => {
    const user = await givenUser()
    await patch(user, { limits: { total_tokens: 0 } })
    const answer = await post('/debug/explain', user.key, { model: MODEL })
    expect(await answer.json()).toMatchObject({
      chosen: null,
      reason: 'limit_reached: total_tokens',
    })
    expect(await codeOf(await chat(user.key))).toBe('insufficient_quota')
  })

  it('tells of each credential whether it would serve, or why not and until when, and changes nothing', async () => {
    const user = await givenUser(['api_key', 'api_key', 'api_key', 'api_key'])
    const [first, second, third, fourth] = user.credentials
    await google.script({ credential: first?.handle ?? '', reply: { error: 'api_key_invalid' } })
    await google.script({ credential: second?.handle ?? '', reply: { error: 'gemini_429_minute' } })
    await chat(user.key)
    await patchCredential(user, 2, { paused_until: '2099-01-01T00:00:00Z' })
    const before = await settledStats(user)
    const own = await post('/debug/explain', user.key, { model: MODEL })
    expect(await own.json()).toMatchObject({
      status: 'ok',
      model: MODEL,
      admission: 'ok',
      chosen: fourth?.id,
      credentials: expect.arrayContaining([
        { id: first?.id, would_serve: false, standing: 'quarantined', until: null },
        { id: second?.id, would_serve: false, standing: 'cooling', until: expect.any(String) },
        {
          id: third?.id,
          would_serve: false,
          standing: 'paused',
          until: '2099-01-01T00:00:00.000Z',
        },
        { id: fourth?.id, would_serve: true, standing: 'open', until: null },
      ]),
    })
    expect(await statsOf(user)).toEqual({ ...before, now: expect.any(String) })
    const asAdmin = await post('/v1/debug/explain', MASTER_KEY, { model: MODEL, user: user.userId })
    expect(await asAdmin.json()).toMatchObject({ chosen: fourth?.id })
    const ofNobody = await post('/debug/explain', MASTER_KEY, { model: MODEL })
    expect(ofNobody.status).toBe(400)
    expect(await ofNobody.json()).toMatchObject({
      error: { code: 'missing_required_parameter', param: 'user' },
    })
    const ofStranger = { model: MODEL, user: '0'.repeat(64) }
    expect((await post('/debug/explain', MASTER_KEY, ofStranger)).status).toBe(404)
  })
})
