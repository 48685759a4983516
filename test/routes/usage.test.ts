/** Use over time, of one user and of all. The lines add up to the ledger's numbers. */
import { runDurableObjectAlarm } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import type { UsageAnswer, UsageLine } from '../../src/wire/usage.ts'
import {
  chat,
  fetchPollux,
  givenUser,
  google,
  MASTER_KEY,
  settledStats,
} from '../support/pollux.ts'

function get(path: string, key: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetchPollux(path, { headers: { authorization: `Bearer ${key}`, ...headers } })
}

async function usageOf(path: string, key: string): Promise<UsageAnswer> {
  const response = await get(path, key)
  expect(response.status).toBe(200)
  return response.json<UsageAnswer>()
}

function sum(lines: readonly UsageLine[], of: (line: UsageLine) => number | null): number {
  return lines.reduce((all, line) => all + (of(line) ?? 0), 0)
}

async function twoRequests() {
  const user = await givenUser(['service_account', 'api_key'])
  const [first] = user.credentials
  await google.script({ credential: first?.handle ?? '', reply: { error: 'gemini_429_minute' } })
  for (const model of ['gemini-2.5-flash', 'gemini-3.8-flash']) {
    const answer = await chat(user.key, { model })
    await answer.text()
    expect(answer.status).toBe(200)
  }
  return { user, stats: await settledStats(user) }
}

describe('GET /v1/usage', () => {
  it('adds up to the ledger’s line, however it is told apart', async () => {
    const { user, stats } = await twoRequests()
    for (const span of ['minute', 'hour', 'day']) {
      for (const by of ['', 'model', 'credential', 'upstream,model', 'user']) {
        const { usage, truncated } = await usageOf(`/v1/usage?span=${span}&by=${by}`, user.key)
        expect(truncated).toBe(false)
        expect(sum(usage, ({ attempts }) => attempts)).toBe(stats.ledger.settled)
        expect(sum(usage, (line) => line.cost_usd)).toBeCloseTo(stats.cost.usd, 12)
        expect(sum(usage, ({ whole }) => whole?.count ?? 0)).toBe(stats.ledger.settled)
      }
      const byOutcome = await usageOf(`/v1/usage?span=${span}&by=outcome`, user.key)
      expect(sum(byOutcome.usage, ({ attempts }) => attempts)).toBe(stats.ledger.settled)
    }
    for (const span of ['hour', 'day']) {
      const { requests } = await usageOf(`/v1/usage?span=${span}`, user.key)
      const ended = requests.reduce((all, { ok, failed }) => all + ok + failed, 0)
      expect(ended).toBe(stats.requests.total)
    }
  })

  it('names what it is told apart by, and is the same to an admin', async () => {
    const { user } = await twoRequests()
    const own = await usageOf('/v1/usage?span=hour&by=model,credential,upstream,user', user.key)
    expect(own.user).toBe(user.userId)
    for (const line of own.usage) {
      expect(line.user).toBe(user.userId)
      expect(user.credentials.map(({ id }) => id)).toContain(line.credential)
      expect(['vertex', 'gemini-api']).toContain(line.upstream)
    }
    const outcomes = await usageOf('/v1/usage?span=hour&by=outcome', user.key)
    expect(outcomes.usage.map(({ outcome, attempts }) => [outcome, attempts])).toEqual([
      ['ok', 2],
      ['quota', 1],
    ])
    expect(outcomes.usage[0]).toMatchObject({ cost_usd: null, prompt_tokens: null, whole: null })
    const asAdmin = await usageOf(`/v1/config/users/${user.userId}/usage?by=model`, MASTER_KEY)
    const asUser = await usageOf('/v1/usage?by=model', user.key)
    expect(asAdmin.usage).toEqual(asUser.usage)
  })

  it('of all users comes from what they told, and wakes none', async () => {
    const { user, stats } = await twoRequests()
    await scheduler.wait(1100)
    await runDurableObjectAlarm(env.USERS.getByName(user.userId))
    for (const span of ['minute', 'hour', 'day']) {
      const answer = await usageOf(`/v1/usage?span=${span}&by=user,upstream,model`, MASTER_KEY)
      expect(answer.as_of).not.toBe(null)
      const own = answer.usage.filter((line) => line.user === user.userId)
      expect(sum(own, ({ attempts }) => attempts)).toBe(stats.ledger.settled)
      expect(sum(own, (line) => line.cost_usd)).toBeCloseTo(stats.cost.usd, 12)
    }
    const refused = await get('/v1/usage?by=credential', MASTER_KEY)
    expect(refused.status).toBe(400)
  })

  it('is CSV where that is asked for', async () => {
    const { user } = await twoRequests()
    const asked = await get('/v1/usage?span=day&format=csv', user.key)
    expect(asked.headers.get('content-type')).toMatch(/^text\/csv/)
    const [head = '', line = '', ...rest] = (await asked.text()).split('\r\n')
    expect(rest).toEqual([''])
    const cells = line.split(',')
    expect(cells).toHaveLength(head.split(',').length)
    const row = Object.fromEntries(head.split(',').map((name, at) => [name, cells[at]]))
    expect(row).toMatchObject({ attempts: '3', ok: '2', requests_ok: '2', requests_failed: '0' })
    const byModel = await get('/v1/usage?span=day&by=model', user.key, { accept: 'text/csv' })
    const lines = (await byModel.text()).trim().split('\r\n')
    expect(lines).toHaveLength(3)
    expect(lines[1]).toContain('gemini-')
  })

  it('names what is wrong with a query', async () => {
    const user = await givenUser()
    const cases = [
      ['span=week', 'span'],
      ['by=colour', 'by'],
      ['from=yesterday', 'from'],
      ['from=2027-02-31', 'from'],
      ['from=2027-01-02&to=2027-01-01', 'from'],
      ['form=2027-01-01', 'form'],
      ['format=xml', 'format'],
    ]
    for (const [query, param = ''] of cases) {
      const response = await get(`/v1/usage?${query}`, user.key)
      expect([query, response.status]).toEqual([query, 400])
      const { error } = await response.json<{ error: { param: string } }>()
      expect(error.param).toBe(param)
    }
    expect((await get('/v1/usage?from=7d&to=1h', user.key)).status).toBe(200)
  })
})

describe('a poll', () => {
  it('of what has not changed is 304, and of what has is not', async () => {
    const user = await givenUser()
    const paths = ['/v1/usage?span=day', '/debug/stats', '/v1/usage?span=day&format=csv']
    for (const path of paths) {
      const first = await get(path, user.key)
      const etag = first.headers.get('etag') ?? ''
      expect(etag).toMatch(/^W\/"[0-9a-f]{32}"$/)
      await first.text()
      const again = await get(path, user.key, { 'if-none-match': etag })
      expect([path, again.status, await again.text()]).toEqual([path, 304, ''])
      expect(again.headers.get('etag')).toBe(etag)
      await (await chat(user.key)).text()
      await settledStats(user)
      const changed = await get(path, user.key, { 'if-none-match': etag })
      expect([path, changed.status]).toEqual([path, 200])
      await changed.text()
    }
    const list = await get(`/v1/config/users?q=${user.userId}`, MASTER_KEY)
    const etag = list.headers.get('etag') ?? ''
    await list.text()
    const again = await get(`/v1/config/users?q=${user.userId}`, MASTER_KEY, {
      'if-none-match': etag,
    })
    expect(again.status).toBe(304)
  })
})
