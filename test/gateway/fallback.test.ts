import { describe, expect, it } from 'vitest'
import type { Explanation } from '../../src/wire/explanation.ts'
import {
  admin,
  callsOf,
  chat,
  configure,
  type ErrorBody,
  fetchPollux,
  framesOf,
  givenUser,
  google,
  post,
  settledStats,
  type User,
} from '../support/pollux.ts'

const PRO = 'gemini-2.5-pro'
const FLASH = 'gemini-2.5-flash'
const LITE = 'gemini-2.5-flash-lite'

async function givenFallbacks(
  kinds: Parameters<typeof givenUser>[0],
  settings: object = { fallbacks: { [PRO]: [FLASH, LITE] } },
): Promise<User> {
  const user = await givenUser(kinds)
  await configure(user, settings)
  return user
}

async function fails(user: User, model: string, error: unknown, times = 0): Promise<void> {
  for (const { handle } of user.credentials) {
    await google.script({ credential: handle, model, times, reply: { error: error as never } })
  }
}

function exhausts(user: User, model: string): Promise<void> {
  return fails(user, model, 'gemini_429_minute')
}

async function modelsAsked(user: User): Promise<string[]> {
  const calls = await Promise.all(user.credentials.map(({ handle }) => callsOf(handle)))
  return calls.flat().map(({ model }) => String(model))
}

describe('a model that every credential is out of quota for', () => {
  it.each([false, true])('is stood in for by its fallback (stream: %s)', async (stream) => {
    const user = await givenFallbacks(['api_key', 'api_key'])
    await exhausts(user, PRO)
    const answer = await chat(user.key, { model: PRO, stream })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('x-pollux-model')).toBe(FLASH)
    expect(answer.headers.get('x-pollux-fallback')).toBe(PRO)
    expect(answer.headers.get('x-pollux-attempts')).toBe('3')
    const text = await answer.text()
    const models = stream
      ? framesOf(text).map(({ model }) => model)
      : [(JSON.parse(text) as { model: string }).model]
    expect(new Set(models)).toEqual(new Set([FLASH]))
    expect((await modelsAsked(user)).toSorted()).toEqual([FLASH, PRO, PRO])

    const stats = await settledStats(user)
    expect(stats.requests).toMatchObject({ total: 1, ok: 1, failed: 0 })
    expect(stats.ledger).toEqual({ granted: 3, settled: 3, open: 0, holds: true })
    const served = stats.ring.credentials.map(({ models }) => models[FLASH]?.ok ?? 0)
    expect(served.reduce((sum, ok) => sum + ok)).toBe(1)

    // While the model cools down, Google is not asked for it.
    const again = await chat(user.key, { model: PRO })
    expect(again.headers.get('x-pollux-attempts')).toBe('1')
    expect(again.headers.get('x-pollux-model')).toBe(FLASH)
  })

  it.each<[string, object]>([
    ['/v1/responses', { input: 'Hi' }],
    ['/v1/messages', { max_tokens: 9, messages: [{ role: 'user', content: 'Hi' }] }],
    ['/v1/completions', { prompt: 'Hi' }],
  ])('is not the model that an answer of %s names, streamed or not', async (path, asked) => {
    const user = await givenFallbacks(['api_key'])
    await exhausts(user, PRO)
    const whole = await post(path, user.key, { model: PRO, ...asked })
    expect(await whole.json()).toMatchObject({ model: FLASH })
    const stream = await post(path, user.key, { model: PRO, stream: true, ...asked })
    const text = await stream.text()
    expect(text).toContain(`"model":"${FLASH}"`)
    expect(text).not.toContain(`"model":"${PRO}"`)
  })

  it('goes down the chain, each credential once a model, and then says when the first recovers', async () => {
    const user = await givenFallbacks(['api_key', 'api_key'])
    const delays = { [PRO]: '50s', [FLASH]: '20s', [LITE]: '40s' }
    for (const [model, retryDelay] of Object.entries(delays)) {
      await fails(user, model, { preset: 'gemini_429_minute', retryDelay })
    }
    const answer = await chat(user.key, { model: PRO })
    expect(answer.status).toBe(429)
    expect(Number(answer.headers.get('retry-after'))).toBeLessThanOrEqual(20)
    expect((await answer.json<ErrorBody>()).error.message).toContain(PRO)
    expect((await modelsAsked(user)).toSorted()).toEqual(
      [FLASH, LITE, PRO, FLASH, LITE, PRO].toSorted(),
    )
    const stats = await settledStats(user)
    expect(stats.requests).toMatchObject({ total: 1, failed: 1 })
    expect(stats.ledger).toMatchObject({ granted: 6, settled: 6, holds: true })
  })

  it('is asked for again as soon as it recovers', async () => {
    const user = await givenFallbacks(['api_key'])
    await fails(user, PRO, { preset: 'gemini_429_minute', retryDelay: '1s' }, 1)
    expect((await chat(user.key, { model: PRO })).headers.get('x-pollux-model')).toBe(FLASH)
    await scheduler.wait(1100)
    const answer = await chat(user.key, { model: PRO })
    expect(answer.headers.get('x-pollux-model')).toBe(PRO)
    expect(answer.headers.get('x-pollux-fallback')).toBeNull()
  })

  it('is known by the user’s own name for it too', async () => {
    const user = await givenFallbacks(['api_key'], {
      fallbacks: { [PRO]: [FLASH] },
      aliases: { best: PRO },
    })
    await exhausts(user, PRO)
    const answer = await chat(user.key, { model: 'best' })
    expect(answer.headers.get('x-pollux-fallback')).toBe(PRO)
    expect(await answer.json()).toMatchObject({ model: FLASH })
  })

  it('is itself where the user’s own names lead from it back to the other', async () => {
    const user = await givenFallbacks(['api_key'], {
      fallbacks: { [PRO]: [FLASH] },
      aliases: { [FLASH]: PRO },
    })
    await exhausts(user, PRO)
    const answer = await chat(user.key, { model: FLASH })
    expect(answer.headers.get('x-pollux-fallback')).toBe(PRO)
    expect(await answer.json()).toMatchObject({ model: FLASH })
    expect((await settledStats(user)).requests).toMatchObject({ total: 1, ok: 1 })
  })
})

describe('nothing stands in', () => {
  it.each([
    ['the client’s own fault', '400_generic', 400],
    ['an outage', '503_overloaded', 503],
    ['a model that does not exist', '404', 404],
  ])('for %s', async (_, error, status) => {
    const user = await givenFallbacks(['api_key'])
    await fails(user, PRO, error)
    const answer = await chat(user.key, { model: PRO })
    expect(answer.status).toBe(status)
    expect(await modelsAsked(user)).toEqual([PRO])
  })

  it('for a limit of the user’s', async () => {
    const user = await givenFallbacks(['api_key'], {
      fallbacks: { [PRO]: [FLASH] },
      limits: { requests_per_minute: 0 },
    })
    expect((await chat(user.key, { model: PRO })).status).toBe(429)
    expect(await modelsAsked(user)).toEqual([])
  })

  it('for a model outside the allow-list, nor does a model outside it', async () => {
    const user = await givenFallbacks(['api_key'], {
      fallbacks: { [PRO]: [FLASH], [LITE]: [FLASH] },
      models: [PRO],
    })
    expect((await chat(user.key, { model: LITE })).status).toBe(404)
    await exhausts(user, PRO)
    expect((await chat(user.key, { model: PRO })).status).toBe(429)
    expect(await modelsAsked(user)).toEqual([PRO])
  })
})

describe('the chain', () => {
  it.each([
    ['fallbacks', { [PRO]: [PRO] }],
    ['fallbacks', { [PRO]: [FLASH], [FLASH]: [LITE], [LITE]: [PRO] }],
    ['fallbacks.gemini-2.5-pro', { [PRO]: [FLASH, FLASH] }],
    ['fallbacks.gemini-2.5-pro', { [PRO]: ['a', 'b', 'c', 'd', 'e', 'f'] }],
    ['fallbacks.gemini-2.5-pro', { [PRO]: FLASH }],
    ['fallbacks.0', [FLASH]],
  ])('is refused as %s where it is no chain: %j', async (param, fallbacks) => {
    const { userId } = await givenUser()
    const answer = await admin('PATCH', `users/${userId}`, { fallbacks })
    expect(answer.status).toBe(400)
    expect((await answer.json<ErrorBody>()).error.param).toBe(param)
  })

  it('is shown to the admin and to the user, and is part of an export', async () => {
    const user = await givenFallbacks(['api_key'])
    const key = await fetchPollux('/v1/key', { headers: { authorization: `Bearer ${user.key}` } })
    expect(await key.json()).toMatchObject({ fallbacks: { [PRO]: [FLASH, LITE] } })
    const shown = await admin('GET', `users/${user.userId}`)
    expect(await shown.json()).toMatchObject({ user: { fallbacks: { [PRO]: [FLASH, LITE] } } })
  })

  it('is part of what /debug/explain tells', async () => {
    const user = await givenFallbacks(['api_key'])
    const explain = async (): Promise<Explanation> =>
      (await post('/debug/explain', user.key, { model: PRO })).json<Explanation>()
    expect(await explain()).toMatchObject({ serving_model: PRO, fallbacks: [FLASH, LITE] })
    await exhausts(user, PRO)
    await chat(user.key, { model: PRO })
    expect(await explain()).toMatchObject({
      resolved_model: PRO,
      serving_model: FLASH,
      chosen: user.credentials[0]?.id,
      reason: null,
    })
  })
})
