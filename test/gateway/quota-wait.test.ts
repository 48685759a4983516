/** If a ring is out of quota only for a moment, the gateway waits, since many clients never come back after a 429. */
import { describe, expect, it } from 'vitest'
import {
  callsOf,
  chat,
  type ErrorBody,
  givenUser,
  google,
  settledStats,
  textOf,
  type User,
} from '../support/pollux.ts'

const BARE = { status: 429, body: '{"error":{"code":429,"status":"RESOURCE_EXHAUSTED"}}' }
/** On Vertex a bare 429 means that its shared capacity is used up, so this reply names a limit. */
const VERTEX = { preset: 'vertex_429_throughput' }
const UPSTREAMS = [
  ['api_key', BARE],
  ['service_account', VERTEX],
  ['authorized_user', BARE],
] as const

async function fails(user: User, position: number, error: object, times = 1): Promise<void> {
  const credential = user.credentials[position]?.handle ?? ''
  await google.script({ credential, times, reply: { error: error as never } })
}

describe.each(UPSTREAMS)('a 429 without any hint, through %s', (kind, bare) => {
  it.each([false, true])(
    'closes the bucket for a moment, which is waited for (stream: %s)',
    async (stream) => {
      const user = await givenUser([kind])
      await fails(user, 0, bare)
      const began = Date.now()
      const answer = await chat(user.key, { stream })
      expect(answer.status).toBe(200)
      const text = await answer.text()
      expect(stream ? textOf(text) : text).toContain('Hello there')
      expect(Date.now() - began).toBeGreaterThanOrEqual(1000)
      const stats = await settledStats(user)
      expect(stats.requests).toMatchObject({ total: 1, ok: 1, failed: 0, refused: 0 })
      expect(stats.ledger).toMatchObject({ granted: 2, settled: 2, holds: true })
    },
  )
})

/** They wait for up to three seconds. */
const SLOW = { timeout: 15_000 }

describe('a want of shared capacity', () => {
  it.each([false, true])('of the whole ring is waited for (stream: %s)', SLOW, async (stream) => {
    const user = await givenUser(['service_account'])
    await fails(user, 0, { preset: 'vertex_429' }, 2)
    const began = Date.now()
    const answer = await chat(user.key, { stream })
    expect(answer.status).toBe(200)
    await answer.text()
    expect(Date.now() - began).toBeGreaterThanOrEqual(2000)
    const stats = await settledStats(user)
    expect(stats.requests).toMatchObject({ total: 1, ok: 1, failed: 0 })
    expect(stats.ledger).toMatchObject({ granted: 3, settled: 3, holds: true })
    expect(stats.ring.credentials[0]?.cooldowns).toEqual([])
  })

  it('beside one of quota is waited for as well', async () => {
    const user = await givenUser(['api_key', 'service_account', 'authorized_user'])
    for (const position of [0, 1, 2]) await fails(user, position, BARE)
    expect((await chat(user.key)).status).toBe(200)
  })

  it('is not waited for beside another failure', async () => {
    const user = await givenUser(['service_account', 'api_key'])
    await fails(user, 0, { preset: 'vertex_429' }, 0)
    await fails(user, 1, { preset: '503_overloaded' }, 0)
    const answer = await chat(user.key)
    expect(answer.status).toBe(503)
    expect(answer.headers.get('x-pollux-attempts')).toBe('2')
  })

  it('is told where it lasts', SLOW, async () => {
    const user = await givenUser(['service_account'])
    await fails(user, 0, { preset: 'vertex_429' }, 0)
    const answer = await chat(user.key)
    expect(answer.status).toBe(503)
    expect(answer.headers.get('x-pollux-attempts')).toBe('3')
  })
})

describe('waiting for quota', () => {
  it('gives each credential another try, and doubles where one fails again', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    await fails(user, 0, BARE, 2)
    await fails(user, 1, BARE, 2)
    const answer = await chat(user.key)
    // Waits of one and two seconds use up all that is allowed. Time spent in between decides whether the second still
    // fits.
    expect([200, 429]).toContain(answer.status)
    const calls = await Promise.all(user.credentials.map(({ handle }) => callsOf(handle)))
    expect(calls.map(({ length }) => length).every((count) => count >= 2)).toBe(true)
  })

  it('waits for what Google says, and for no longer than is allowed', async () => {
    const user = await givenUser(['api_key'])
    await fails(user, 0, { preset: 'gemini_429_minute', retryDelay: '2s' })
    expect((await chat(user.key)).status).toBe(200)
    await fails(user, 0, { preset: 'gemini_429_minute', retryDelay: '9s' })
    const began = Date.now()
    const refused = await chat(user.key)
    expect(refused.status).toBe(429)
    expect((await refused.json<ErrorBody>()).error.code).toBe('rate_limit_exceeded')
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(7)
    expect(Date.now() - began).toBeLessThan(2500)
  })

  it('lets many wait at once, each counted once', async () => {
    const user = await givenUser(['api_key'])
    await fails(user, 0, BARE)
    expect((await chat(user.key, { n: 1 })).status).toBe(200)
    await settledStats(user)
    await fails(user, 0, { preset: 'gemini_429_minute', retryDelay: '2s' })
    const answers = await Promise.all(Array.from({ length: 8 }, () => chat(user.key)))
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 200))
    const stats = await settledStats(user)
    expect(stats.requests).toMatchObject({ total: 9, ok: 9 })
    expect(stats.ledger.holds).toBe(true)
  })

  it('waits with all choices of a request', async () => {
    const user = await givenUser(['api_key'])
    await fails(user, 0, { preset: 'gemini_429_minute', retryDelay: '1s' }, 3)
    const answer = await chat(user.key, { n: 3 })
    expect(answer.status).toBe(200)
    expect((await answer.json<{ choices: unknown[] }>()).choices).toHaveLength(3)
  })
})
