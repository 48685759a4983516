import { afterEach, describe, expect, it, vi } from 'vitest'
import { env } from 'cloudflare:workers'
import { createExecutionContext, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { nameOfNetwork, networkOf } from '../../src/gateway/guesses.ts'
import worker from '../../src/worker.ts'
import {
  chat,
  configure,
  type ErrorBody,
  fetchPollux,
  givenUser,
  MASTER_KEY,
  post,
} from '../support/pollux.ts'

const HERE = '192.0.2.1'
const ELSEWHERE = '192.0.2.2'
/** An address is slowed after this many wrong keys. */
const BURST = 10

interface Presented {
  readonly address?: string
  readonly path?: string
}

function present(
  headers: Record<string, string>,
  { address = HERE, path = '/v1/config/users' }: Presented = {},
): Promise<Response> {
  return fetchPollux(path, { headers: { 'cf-connecting-ip': address, ...headers } })
}

async function statusOf(headers: Record<string, string>, how: Presented = {}): Promise<number> {
  const answer = await present(headers, how)
  await answer.text()
  return answer.status
}

function guess(): Record<string, string> {
  return { authorization: `Bearer guess-${crypto.randomUUID()}` }
}

async function guessed(times: number, how: Presented = {}): Promise<number[]> {
  const statuses: number[] = []
  for (let count = 0; count < times; count++) statuses.push(await statusOf(guess(), how))
  return statuses
}

const MASTER = { authorization: `Bearer ${MASTER_KEY}` }

afterEach(() => {
  vi.useRealTimers()
})

describe('guesses at the master key', () => {
  it('are slowed per client address, and so is the right key from there', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    expect(new Set(await guessed(BURST))).toEqual(new Set([401]))
    for (const headers of [guess(), MASTER]) {
      const answer = await present(headers)
      expect(answer.status).toBe(429)
      expect(answer.headers.get('retry-after')).toBe('30')
      expect((await answer.json<ErrorBody>()).error).toMatchObject({
        type: 'requests',
        code: 'rate_limit_exceeded',
        message: expect.stringContaining('30s'),
      })
    }
    expect(await statusOf(MASTER, { address: ELSEWHERE })).toBe(200)

    // After the wait the address is let in again, even if it asked meanwhile. The next wrong key costs another wait.
    vi.setSystemTime(Date.now() + 30_000)
    expect(await statusOf(MASTER)).toBe(200)
    expect(await guessed(2)).toEqual([401, 429])
    expect(await statusOf(MASTER)).toBe(429)
  })

  it('are not more where they come all at once', async () => {
    const statuses = await Promise.all(Array.from({ length: 50 }, () => statusOf(guess())))
    expect(statuses.filter((status) => status === 401)).toHaveLength(BURST)
    expect(statuses.filter((status) => status === 429)).toHaveLength(50 - BURST)
  })

  it('count each, where several come in one request or beside a key that is right', async () => {
    const { key } = await givenUser()
    for (let count = 0; count < 3; count++) {
      const three = { ...guess(), 'x-api-key': `x-${count}`, 'x-goog-api-key': `y-${count}` }
      expect(await statusOf(three)).toBe(401)
    }
    const beside = { 'x-api-key': key, ...guess() }
    expect(await statusOf(beside, { path: '/debug/stats' })).toBe(200)
    expect(await statusOf(beside, { path: '/debug/stats' })).toBe(429)
  })

  it('are slowed wherever the master key is taken', async () => {
    const paths = ['/debug/stats', '/v1/debug/cache', '/v1/config/users']
    for (let count = 0; count < BURST; count++) {
      expect(await statusOf(guess(), { path: paths[count % 3] ?? '' })).toBe(401)
    }
    for (const path of paths) expect(await statusOf(MASTER, { path })).toBe(429)
  })

  it('at the token of a scraper are slowed too, and so is the right one from there', async () => {
    const scrape = async (token: string, address: string): Promise<number> => {
      const headers = { authorization: `Bearer ${token}`, 'cf-connecting-ip': address }
      const request = new Request('http://pollux.test/metrics', { headers }) as never
      const configured = { ...env, METRICS_TOKEN: 'right' }
      const answer = await worker.fetch(request, configured, createExecutionContext())
      await answer.text()
      return answer.status
    }
    expect(await scrape('right', HERE)).toBe(200)
    for (let count = 0; count < BURST; count++)
      expect(await scrape(`wrong-${count}`, HERE)).toBe(401)
    expect(await scrape('right', HERE)).toBe(429)
    expect(await scrape('right', ELSEWHERE)).toBe(200)
  })

  it('by a forged key count as any other', async () => {
    for (let count = 0; count < BURST; count++) {
      const key = `sk-pollux-v1-${'A'.repeat(94)}${10 + count}`
      expect(await statusOf({ authorization: `Bearer ${key}` })).toBe(401)
    }
    expect(await statusOf(MASTER)).toBe(429)
  })

  it('are neither a missing key, nor a user’s own, whatever its state, nor a right one', async () => {
    const { key, userId } = await givenUser()
    const minted = await (
      await post('/v1/config/users', MASTER_KEY, {})
    ).json<{ apiKey: string; user: { id: string } }>()
    const replaced = await post(`/v1/config/users/${minted.user.id}/key`, MASTER_KEY, {
      grace_seconds: 0,
    })
    const { apiKey } = await replaced.json<{ apiKey: string }>()
    const disabled = await givenUser()
    await configure(disabled, { disabled: true })
    for (let count = 0; count < BURST + 1; count++) {
      for (const own of [key, minted.apiKey, apiKey, disabled.key]) {
        expect(await statusOf({ 'x-api-key': own })).toBe(401)
      }
      expect(await statusOf({})).toBe(401)
      expect(await statusOf(MASTER, { path: `/v1/config/users/${userId}` })).toBe(200)
    }
    expect(await statusOf(guess())).toBe(401)
  })

  it('do not hold up a user, not even from the same address', async () => {
    const { key } = await givenUser()
    await guessed(BURST + 1)
    const headers = { authorization: `Bearer ${key}`, 'cf-connecting-ip': HERE }
    expect((await chat(key, {}, { headers })).status).toBe(200)
    expect(await statusOf(headers, { path: '/debug/stats' })).toBe(200)
    expect(await statusOf(headers, { path: '/v1/key' })).toBe(200)
  })

  it('never lock out a job that asks with an old key once a minute, nor its admin', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    for (let minute = 0; minute < 3 * BURST; minute++) {
      expect(await statusOf(guess())).toBe(401)
      vi.setSystemTime(Date.now() + 60_000)
    }
    expect(await statusOf(MASTER)).toBe(200)
  })

  it('are forgotten when they are paid off, and nothing is left of them', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    await statusOf(MASTER) // Stores nothing.
    const object = env.GUESSES.getByName(await nameOfNetwork(HERE))
    const left = () =>
      runInDurableObject(object, async (_instance, { storage }) => ({
        keys: [...(await storage.list()).keys()],
        alarm: await storage.getAlarm(),
      }))
    expect(await left()).toEqual({ keys: [], alarm: null })
    await guessed(2)
    expect(await left()).toEqual({ keys: ['paid_at'], alarm: expect.any(Number) })
    // An alarm that comes too early, as after a change of the clock, forgets nothing.
    await runDurableObjectAlarm(object)
    expect((await left()).keys).toEqual(['paid_at'])
    vi.setSystemTime(Date.now() + 60_000)
    await runDurableObjectAlarm(object)
    expect(await left()).toEqual({ keys: [], alarm: null })
  })
})

describe('an address', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:0DB8:0001:0002::1', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['2001:db8:1:2::', '2001:db8:1:2'],
    ['::1', '0:0:0:0'],
    ['', ''],
  ])('(%s) counts as the network %s', (address, network) => {
    expect(networkOf(address)).toBe(network)
  })
})
