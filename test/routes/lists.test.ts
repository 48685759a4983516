import { runDurableObjectAlarm } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import type { UserLine, UserList } from '../../src/wire/users.ts'
import { chat, fetchPollux, givenUser, MASTER_KEY as MASTER, post } from '../support/pollux.ts'

function get(path: string, key: string): Promise<Response> {
  return fetchPollux(path, { headers: { authorization: `Bearer ${key}` } })
}

async function answered<T>(answer: Promise<Response>): Promise<T> {
  const response = await answer
  if (!response.ok) throw new Error(await response.text())
  return response.json<T>()
}

async function list(query = ''): Promise<UserList> {
  return answered<UserList>(get(`/v1/config/users${query}`, MASTER))
}

async function lineOf(userId: string): Promise<UserLine | undefined> {
  return (await list(`?q=${userId}`)).users[0]
}

function patch(id: string, body: object): Promise<Response> {
  const headers = { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json' }
  const request = { method: 'PATCH', headers, body: JSON.stringify(body) }
  return fetchPollux(`/v1/config/users/${encodeURIComponent(id)}`, request)
}

describe('the list of users', () => {
  it('tells names at once, and use as it was pushed, without waking a user', async () => {
    const user = await givenUser(['api_key', 'service_account'])
    const label = `Ada ${crypto.randomUUID()}`
    await patch(user.userId, { label })
    expect(await lineOf(user.userId)).toMatchObject({ label, state: 'active' })
    await answered(chat(user.key))
    await expect
      .poll(() => runDurableObjectAlarm(env.USERS.getByName(user.userId)), { timeout: 5000 })
      .toBe(true)
    await expect
      .poll(async () => (await lineOf(user.userId))?.today.requests, { timeout: 10_000 })
      .toBe(1)
    const line = await lineOf(user.userId)
    expect(line?.credentials).toMatchObject({ total: 2, serving: 2, quarantined: 0 })
    expect(line?.today.tokens).toBeGreaterThan(0)
    expect(line?.last_used_at).not.toBeNull()
    expect(line?.as_of).not.toBeNull()
    const stats = await answered<UserList>(get(`/debug/stats?q=${user.userId}`, MASTER))
    expect(stats.users).toEqual([line])
    const metrics = await get('/metrics', MASTER)
    expect(metrics.headers.get('content-type')).toContain('version=0.0.4')
    const text = await metrics.text()
    expect(text).toContain('pollux_requests_total{outcome="ok"} 1\n')
    expect(text).toMatch(
      /^pollux_attempts_total\{upstream="\S+",model="gemini-2.5-flash",outcome="ok"\} 1$/m,
    )
    expect(text).toMatch(/^pollux_attempt_duration_seconds_bucket\{.*le="\+Inf"\} 1$/m)
    expect(text).toContain('pollux_ledgers_broken 0\n')
    expect(text).not.toContain(user.userId)
    expect((await get('/metrics', user.key)).status).toBe(401)
  }, 30_000)

  it('tells scrapers no name that a client made up, and loses no count of it', async () => {
    const user = await givenUser()
    const pasted = `AIzaSy${crypto.randomUUID()}`
    for (const model of [pasted, `${pasted}-b`, 'gemini-9.9-unheard-of']) {
      await chat(user.key, { model })
    }
    const attempts = (text: string, model: string): number =>
      text
        .split('\n')
        .filter((line) => line.startsWith('pollux_attempts_total') && line.includes(model))
        .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
    await expect
      .poll(() => runDurableObjectAlarm(env.USERS.getByName(user.userId)), { timeout: 5000 })
      .toBe(true)
    await expect
      .poll(
        async () =>
          attempts(await (await get('/metrics', MASTER)).text(), 'model="gemini-9.9-unheard-of"'),
        { timeout: 10_000 },
      )
      .toBe(1)
    const text = await (await get('/metrics', MASTER)).text()
    expect(attempts(text, 'model="(other)"')).toBe(2)
    expect(text).not.toContain(pasted)
  }, 30_000)

  it('is searched by label, sorted, and paged', async () => {
    const team = `team-${crypto.randomUUID()}`
    for (const name of ['c', 'a', 'b']) {
      const { userId } = await givenUser()
      await patch(userId, { label: `${team} ${name}` })
    }
    const first = await list(`?q=${team.toUpperCase()}&sort=label&limit=2`)
    expect(first.total).toBe(3)
    expect(first.users.map(({ label }) => label?.at(-1))).toEqual(['a', 'b'])
    const rest = await list(`${first.next}&limit=2`)
    expect(rest.users.map(({ label }) => label?.at(-1))).toEqual(['c'])
    expect(rest.next).toBeNull()
    expect((await get('/v1/config/users?sort=nonsense', MASTER)).status).toBe(400)
  })

  it.each([
    ['ÅNGSTRÖM', 'ångström'],
    ['Zoë', 'ZOË'],
    ['Ольга', 'оЛЬГА'],
    ['Zo\u00eb', 'zoe\u0308'],
    ['100% a_b', '% A_B'],
  ])('finds %s by %s, and by its old name no more', async (name, sought) => {
    const { userId } = await givenUser()
    await patch(userId, { label: `before ${userId}` })
    await patch(userId, { label: `${name} ${userId}` })
    const find = async (q: string): Promise<readonly string[]> => {
      const { users } = await list(`?q=${encodeURIComponent(q)}&limit=100`)
      return users.map(({ user }) => user)
    }
    expect(await find(`${sought} ${userId}`)).toEqual([userId])
    await patch(userId, { label: null })
    expect(await find(`${sought} ${userId}`)).toEqual([])
  })

  it('forgets who was deleted', async () => {
    const { userId } = await givenUser()
    expect(await lineOf(userId)).toBeDefined()
    const headers = { authorization: `Bearer ${MASTER}` }
    await fetchPollux(`/v1/config/users/${userId}`, { method: 'DELETE', headers })
    expect(await lineOf(userId)).toBeUndefined()
  })
})

describe('a user named by a label', () => {
  it('is found wherever an id is taken, as long as no other has the label', async () => {
    const one = await givenUser()
    const label = `Grace / ${crypto.randomUUID()}`
    await patch(one.userId, { label })
    const named = encodeURIComponent(label)
    const user = await answered<{ user: { id: string } }>(get(`/v1/config/users/${named}`, MASTER))
    expect(user.user.id).toBe(one.userId)
    expect((await get(`/debug/stats?user=${named}`, MASTER)).status).toBe(200)
    expect(
      (await post('/debug/explain', MASTER, { user: label, model: 'gemini-2.5-flash' })).status,
    ).toBe(200)
    expect((await post('/v1/config/rotate', MASTER, { user: label })).status).toBe(200)
    const other = await givenUser()
    await patch(other.userId, { label })
    const refused = await get(`/v1/config/users/${named}`, MASTER)
    expect(refused.status).toBe(400)
    expect(await refused.json()).toMatchObject({ error: { param: 'id' } })
    expect((await get('/v1/config/users/nobody-at-all', MASTER)).status).toBe(404)
  })
})

describe('GET /v1/session', () => {
  it('says who the key is', async () => {
    const { key, userId } = await givenUser()
    expect(await answered(get('/v1/session', key))).toMatchObject({ role: 'user', user: userId })
    expect(await answered(get('/v1/session', MASTER))).toMatchObject({ role: 'admin', user: null })
    expect((await get('/v1/session', 'wrong-key-0123456789')).status).toBe(401)
  })
})
