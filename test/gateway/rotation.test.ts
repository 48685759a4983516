import { describe, expect, it } from 'vitest'
import type { Stats } from '../../src/wire/stats.ts'
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
  textOf,
  type User,
} from '../support/pollux.ts'

const THREE = ['api_key', 'api_key', 'api_key'] as const

/** Makes this credential's next `times` generations fail with this error. */
async function fails(user: User, position: number, error: string, times = 1): Promise<void> {
  const credential = user.credentials[position]?.handle ?? ''
  await google.script({ credential, times, reply: { error: error as never } })
}

async function callCounts(user: User): Promise<number[]> {
  const calls = await Promise.all(user.credentials.map(({ handle }) => callsOf(handle)))
  return calls.map(({ length }) => length)
}

describe('rotation', () => {
  it.each([false, true])(
    'on a 429 of the first credential answers through the second (stream: %s)',
    async (stream) => {
      const user = await givenUser(THREE)
      await fails(user, 0, 'gemini_429_minute')
      const answer = await chat(user.key, { stream })
      expect(answer.status).toBe(200)
      expect(answer.headers.get('x-pollux-attempts')).toBe('2')
      expect(answer.headers.get('x-pollux-credential')).toBe(user.credentials[1]?.id)
      await answer.text()
      const stats = await settledStats(user)
      expect(stats.ring.cursor).toBe(user.credentials[1]?.id)
      expect(stats.ring.rotations).toBe(1)
      expect(stats.ring.credentials[0]?.models[MODEL]).toMatchObject({
        granted: 1,
        quota: 1,
        ok: 0,
      })
      expect(stats.ring.credentials[1]?.models[MODEL]).toMatchObject({ granted: 1, ok: 1 })
      expect(stats.requests).toMatchObject({ total: 1, ok: 1, failed: 0 })
    },
  )

  it('goes on to the third when two are exhausted', async () => {
    const user = await givenUser(THREE)
    await fails(user, 0, 'gemini_429_minute')
    await fails(user, 1, 'gemini_429_minute')
    const answer = await chat(user.key, { stream: true })
    expect(textOf(await answer.text())).toContain('Hello there')
    expect(answer.headers.get('x-pollux-attempts')).toBe('3')
    expect(await callCounts(user)).toEqual([1, 1, 1])
    expect((await settledStats(user)).ring.cursor).toBe(user.credentials[2]?.id)
  })

  it('answers 429 with retry-after of the earliest recovery when all are exhausted, having tried each once', async () => {
    const user = await givenUser(THREE)
    for (const [position, delay] of ['50s', '20s', '40s'].entries()) {
      const credential = user.credentials[position]?.handle ?? ''
      const error = { preset: 'gemini_429_minute', retryDelay: delay } as const
      await google.script({ credential, reply: { error } })
    }
    const answer = await chat(user.key)
    expect(answer.status).toBe(429)
    const retryAfter = Number(answer.headers.get('retry-after'))
    expect(retryAfter).toBeGreaterThan(15)
    expect(retryAfter).toBeLessThanOrEqual(20)
    const { error } = await answer.json<ErrorBody>()
    expect(error).toMatchObject({ code: 'rate_limit_exceeded', type: 'requests', param: null })
    expect(await callCounts(user)).toEqual([1, 1, 1])

    // While they cool down, Google is not asked again.
    expect((await chat(user.key)).status).toBe(429)
    expect(await callCounts(user)).toEqual([1, 1, 1])
    const stats = await settledStats(user)
    expect(stats.requests).toMatchObject({ total: 2, failed: 1, refused: 1 })
    expect(stats.ledger).toMatchObject({ granted: 3, settled: 3, holds: true })
  })

  it('cools down the model, not the credential', async () => {
    const user = await givenUser(['api_key'])
    await fails(user, 0, 'gemini_429_minute')
    expect((await chat(user.key)).status).toBe(429)
    expect((await chat(user.key, { model: 'gemini-2.5-pro' })).status).toBe(200)
  })

  it('takes the short hint of an exhausted day for what it is', async () => {
    const user = await givenUser(['api_key'])
    await fails(user, 0, 'gemini_429_day')
    const answer = await chat(user.key)
    expect(answer.status).toBe(429)
    expect((await answer.json<ErrorBody>()).error.code).toBe('insufficient_quota')
    expect(answer.headers.get('x-should-retry')).toBe('false')
    const [cooldown] = (await settledStats(user)).ring.credentials[0]?.cooldowns ?? []
    expect(cooldown).toMatchObject({ dimension: 'requests_per_day', evidence: 'quota_id' })
  })

  it('does not turn to another credential of the same exhausted project, and says so when one is added', async () => {
    const user = await givenUser(['service_account', 'service_account', 'api_key'])
    const [first, second, key] = user.credentials
    const twin = await google.registerServiceAccount({ project: 'vertex-project' })
    const added = await post('/v1/config/update', MASTER_KEY, {
      apiKey: user.key,
      gcpServiceAccount: twin.credential,
    })
    expect(await added.json()).toMatchObject({ shares_quota_with: [first?.id, second?.id] })
    await google.script({ credential: first?.handle ?? '', reply: { error: 'gemini_429_minute' } })
    const answer = await chat(user.key)
    expect(answer.headers.get('x-pollux-credential')).toBe(key?.id)
    expect(await callCounts(user)).toEqual([1, 0, 1])
    const stats = await settledStats(user)
    expect(stats.ring.credentials[1]?.cooldowns).toMatchObject([{ cause: 'quota' }])
  })

  it('turns once when many requests hit the same 429', async () => {
    const user = await givenUser(THREE)
    await fails(user, 0, 'gemini_429_minute', 0)
    const answers = await Promise.all(Array.from({ length: 20 }, () => chat(user.key)))
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200))
    const stats = await settledStats(user)
    expect(stats.ring.rotations).toBe(1)
    expect(stats.ring.cursor).toBe(user.credentials[1]?.id)
    expect(stats.requests.ok).toBe(20)
  })

  it('keeps to a credential while it serves', async () => {
    const user = await givenUser(THREE)
    for (let request = 0; request < 4; request++) await chat(user.key)
    expect(await callCounts(user)).toEqual([4, 0, 0])
  })

  it('moves on by hand, and says from where to where', async () => {
    const user = await givenUser(THREE)
    const [first, second, third] = user.credentials.map(({ id }) => id)
    const rotated = async () => {
      const answer = await post('/v1/config/rotate', MASTER_KEY, { apiKey: user.key })
      return answer.json()
    }
    expect(await rotated()).toMatchObject({ rotated: true, from: first, to: second })
    await chat(user.key)
    expect(await callCounts(user)).toEqual([0, 1, 0])
    expect(await rotated()).toMatchObject({ from: second, to: third })
    expect(await rotated()).toMatchObject({ from: third, to: first })
  })
})

describe('faults that are not quota', () => {
  it('takes a dead API key out of the ring until it is posted again', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    await fails(user, 0, 'api_key_invalid')
    expect((await chat(user.key)).status).toBe(200)
    const [first] = (await settledStats(user)).ring.credentials
    expect(first).toMatchObject({ state: 'quarantined', quarantine_reason: 'api_key_invalid' })
    await chat(user.key)
    expect(await callCounts(user)).toEqual([1, 2])
  })

  it('shows the owner, and nobody else, where Google wants the account to be verified', async () => {
    const user = await givenUser(['authorized_user', 'api_key'])
    await fails(user, 0, '403_validation')
    const answer = await chat(user.key)
    expect(answer.status).toBe(200)
    expect(await answer.text()).not.toContain('accounts.google.com')
    // The holder of the key need not be the account's owner.
    const [shown] = (await settledStats(user)).ring.credentials
    expect(shown).toMatchObject({ state: 'quarantined', quarantine_link: null })
    const headers = { authorization: `Bearer ${MASTER_KEY}` }
    const admin = await fetchPollux(`/debug/stats?user=${user.userId}`, { headers })
    const [first] = (await admin.json<Stats>()).ring.credentials
    expect(first).toMatchObject({
      state: 'quarantined',
      quarantine_reason: 'validation_required',
      quarantine_link: expect.stringMatching(/^https:\/\/[\w.]*google\.com\//),
    })
  })

  it('does not rotate for what the client did wrong', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    await fails(user, 0, '400_generic')
    const answer = await chat(user.key)
    expect(answer.status).toBe(400)
    expect((await answer.json<ErrorBody>()).error.type).toBe('invalid_request_error')
    expect(await callCounts(user)).toEqual([1, 0])
    expect((await settledStats(user)).ring.rotations).toBe(0)
  })

  it('tells a conversation that is too long in the words that clients act on', async () => {
    const user = await givenUser(['api_key'])
    await fails(user, 0, '400_context')
    const answer = await chat(user.key)
    expect(answer.status).toBe(400)
    const { error } = await answer.json<ErrorBody>()
    expect(error).toMatchObject({ code: 'context_length_exceeded', param: 'messages' })
    expect(error.message).toMatch(/^This model's maximum context length is 1048576 tokens\./)
  })

  it('answers 404 for a model that no credential has, and asks Google once a credential', async () => {
    const user = await givenUser(['api_key', 'service_account'])
    const answer = await chat(user.key, { model: 'gemini-9-imaginary' })
    expect(answer.status).toBe(404)
    expect((await answer.json<ErrorBody>()).error).toMatchObject({
      code: 'model_not_found',
      param: 'model',
    })
    expect((await chat(user.key, { model: 'gemini-9-imaginary' })).status).toBe(404)
    expect(await callCounts(user)).toEqual([1, 1])
    expect((await settledStats(user)).ring.cursor).toBe(user.credentials[0]?.id)
  })

  it('tries one more credential after an outage, then says so, and holds it against none', async () => {
    const user = await givenUser(THREE)
    for (const position of [0, 1, 2]) await fails(user, position, '503_overloaded', 0)
    const answer = await chat(user.key)
    expect(answer.status).toBe(503)
    expect((await answer.json<ErrorBody>()).error.code).toBe('server_is_overloaded')
    expect(await callCounts(user)).toEqual([1, 1, 0])
    const stats = await settledStats(user)
    expect(stats.ring.rotations).toBe(0)
    expect(stats.ring.credentials.flatMap(({ cooldowns }) => cooldowns)).toEqual([])
    expect(stats.ring.credentials[0]).toMatchObject({
      state: 'active',
      attempts: { upstream_fault: 1 },
    })
  })

  it('takes a lack of shared capacity for nobody’s fault: waits a moment, and goes on', async () => {
    const user = await givenUser(['service_account', 'api_key'])
    await fails(user, 0, 'vertex_429')
    const began = Date.now()
    expect((await chat(user.key)).status).toBe(200)
    expect(Date.now() - began).toBeGreaterThanOrEqual(200)
    const stats = await settledStats(user)
    expect(stats.ring).toMatchObject({ rotations: 0, cursor: user.credentials[0]?.id })
    expect(stats.ring.credentials[0]?.cooldowns).toEqual([])
    expect(stats.ring.credentials[0]?.attempts).toMatchObject({ quota: 0, upstream_fault: 1 })
  })

  it('leaves an upstream that is out for another', async () => {
    const user = await givenUser(['api_key', 'api_key', 'api_key', 'service_account'])
    for (const position of [0, 1, 2]) await fails(user, position, '503_overloaded', 0)
    expect((await chat(user.key)).status).toBe(200)
    expect(await callCounts(user)).toEqual([1, 1, 0, 1])
  })

  it.each([
    ['500', 502, 'upstream_error'],
    ['502_html', 502, 'upstream_error'],
    ['504', 504, 'timeout'],
    ['400_location', 403, 'unsupported_country_region_territory'],
    ['403_leaked', 503, 'credentials_unusable'],
  ])('answers %s of the only credential with %i %s', async (preset, status, code) => {
    const user = await givenUser(['api_key'])
    await fails(user, 0, preset)
    const answer = await chat(user.key)
    expect(answer.status).toBe(status)
    expect((await answer.json<ErrorBody>()).error.code).toBe(code)
    expect((await settledStats(user)).ledger.holds).toBe(true)
  })

  it('gives up on a Google that never answers', async () => {
    const user = await givenUser(['api_key'])
    await google.script({
      credential: user.credentials[0]?.handle ?? '',
      reply: { hangBeforeHeaders: true },
    })
    const answer = await chat(user.key)
    expect(answer.status).toBe(504)
    expect((await settledStats(user)).ring.credentials[0]?.attempts.upstream_fault).toBe(1)
  })
})
