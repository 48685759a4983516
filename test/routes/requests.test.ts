/** The newest requests: one entry each, with its attempts, and nothing of what was said. */
import { evictDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import type { RequestsAnswer } from '../../src/wire/requests.ts'
import {
  chat,
  configure,
  fetchPollux,
  givenUser,
  google,
  MASTER_KEY,
  settledStats,
  type User,
} from '../support/pollux.ts'

async function requestsOf(user: User, query = ''): Promise<RequestsAnswer> {
  const headers = { authorization: `Bearer ${user.key}` }
  const answer = await fetchPollux(`/v1/requests${query}`, { headers })
  expect(answer.status).toBe(200)
  return answer.json<RequestsAnswer>()
}

async function said(user: User, overrides = {}): Promise<Response> {
  const answer = await chat(user.key, overrides)
  await answer.text()
  await settledStats(user)
  return answer
}

describe('GET /v1/requests', () => {
  it('has an entry a request, with each attempt, its verdict and its time', async () => {
    const user = await givenUser(['service_account', 'api_key'])
    const [first, second] = user.credentials
    await google.script({
      credential: first?.handle ?? '',
      reply: { error: 'gemini_429_minute' },
    })
    await configure(user, { aliases: { swift: 'gemini-2.5-flash' } })
    const answer = await said(user, { model: 'swift', secret_word: 'nobody' })
    const { requests, last } = await requestsOf(user)
    expect(last).toBe(1)
    expect(requests).toHaveLength(1)
    const stats = await settledStats(user)
    expect(requests[0]).toMatchObject({
      seq: 1,
      request_id: answer.headers.get('x-request-id'),
      model: 'swift',
      served_model: 'gemini-2.5-flash',
      outcome: 'ok',
      reason: null,
      cost_usd: stats.cost.usd,
      attempts: [
        { credential: first?.id, upstream: 'vertex', verdict: 'quota', status: 429 },
        {
          credential: second?.id,
          upstream: 'gemini-api',
          verdict: 'ok',
          reason: null,
          status: 200,
        },
      ],
    })
    for (const { ms } of requests[0]?.attempts ?? []) expect(ms).toBeGreaterThanOrEqual(0)
    expect(requests[0]?.prompt_tokens).toBeGreaterThan(0)
  })

  it('says why a request was refused, and holds no word of a prompt', async () => {
    const user = await givenUser()
    await configure(user, { limits: { requests_per_day: 1 } })
    const messages = [{ role: 'user', content: 'the-secret-of-the-prompt' }]
    await said(user, { messages })
    await said(user, { messages })
    const told = await requestsOf(user)
    expect(told.requests[0]).toMatchObject({
      outcome: 'refused',
      reason: 'limit_reached: requestsPerDay',
      served_model: null,
      attempts: [],
      cost_usd: 0,
    })
    expect(JSON.stringify(told)).not.toContain('secret-of-the-prompt')
  })

  it('keeps the newest 200, over the loss of memory too, and tells those after one', async () => {
    const user = await givenUser()
    await configure(user, { limits: { requests_per_day: 0 } })
    for (let n = 0; n < 23; n++) {
      await Promise.all(Array.from({ length: 10 }, async () => (await chat(user.key)).text()))
    }
    await settledStats(user)
    const before = await requestsOf(user)
    expect(before.last).toBe(230)
    expect(before.requests.map(({ seq }) => seq)).toEqual(
      Array.from({ length: 200 }, (_, n) => 230 - n),
    )
    await evictDurableObject(env.USERS.getByName(user.userId))
    expect((await requestsOf(user)).requests).toEqual(before.requests)
    await (await chat(user.key)).text()
    await settledStats(user)
    const after = await requestsOf(user, '?after=229')
    expect(after.requests.map(({ seq }) => seq)).toEqual([231, 230])
    const headers = { authorization: `Bearer ${MASTER_KEY}` }
    const asAdmin = await fetchPollux(`/v1/config/users/${user.userId}/requests?limit=1`, {
      headers,
    })
    const { requests } = await asAdmin.json<RequestsAnswer>()
    expect(requests.map(({ seq }) => seq)).toEqual([231])
  })
})
