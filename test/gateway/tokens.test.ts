import { describe, expect, it } from 'vitest'
import { evictDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import {
  chat,
  type ErrorBody,
  givenUser,
  google,
  MASTER_KEY,
  post,
  settledStats,
} from '../support/pollux.ts'

async function tokenCalls(handle: string): Promise<number> {
  return (await google.calls({ credential: handle, method: 'token' })).length
}

describe('access tokens', () => {
  it.each(['authorized_user', 'service_account'] as const)(
    'are fetched once for 50 concurrent requests (%s)',
    async (kind) => {
      const user = await givenUser([kind])
      const [{ handle } = { handle: '' }] = user.credentials
      await google.script({ credential: handle, method: 'token', reply: { delayMs: 50 } })
      const answers = await Promise.all(Array.from({ length: 50 }, () => chat(user.key)))
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
      expect(await tokenCalls(handle)).toBe(1)
    },
  )

  it('are refreshed once when Google refuses them to 50 concurrent requests', async () => {
    const user = await givenUser(['service_account'])
    const [{ handle } = { handle: '' }] = user.credentials
    await chat(user.key)
    await google.expireTokens(handle)
    const answers = await Promise.all(Array.from({ length: 50 }, () => chat(user.key)))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect(await tokenCalls(handle)).toBe(2)
    expect((await settledStats(user)).ledger.holds).toBe(true)
  })

  it('outlive the memory of the object', async () => {
    const user = await givenUser(['service_account'])
    const [{ handle } = { handle: '' }] = user.credentials
    await chat(user.key)
    await settledStats(user)
    await evictDurableObject(env.USERS.getByName(user.userId))
    expect((await chat(user.key)).status).toBe(200)
    expect(await tokenCalls(handle)).toBe(1)
  })

  it('are asked for once more after a 401, and no more than that', async () => {
    const user = await givenUser(['service_account'])
    const [{ handle } = { handle: '' }] = user.credentials
    await google.script({ credential: handle, times: 0, reply: { error: '401' } })
    const answer = await chat(user.key)
    expect(answer.status).toBe(503)
    expect((await answer.json<ErrorBody>()).error.code).toBe('credentials_unusable')
    expect(answer.headers.get('x-pollux-attempts')).toBe('2')
    expect(await tokenCalls(handle)).toBe(2)
    const [credential] = (await settledStats(user)).ring.credentials
    // Out for a while and not for good: an outage of Google's looks the same.
    expect(credential).toMatchObject({
      state: 'active',
      cooldowns: [{ cause: 'token_rejected' }],
    })
  })

  it('that are refused for good take the credential out, without a loop; the ring goes on', async () => {
    const user = await givenUser(['authorized_user', 'api_key'])
    const [{ handle } = { handle: '' }] = user.credentials
    await google.script({
      credential: handle,
      method: 'token',
      times: 0,
      reply: { error: 'invalid_grant' },
    })
    for (let request = 0; request < 3; request++) expect((await chat(user.key)).status).toBe(200)
    expect(await tokenCalls(handle)).toBe(1)
    const stats = await settledStats(user)
    expect(stats.ring.credentials[0]).toMatchObject({
      state: 'quarantined',
      quarantine_reason: 'invalid_grant',
    })
    expect(stats.ring.cursor).toBe(user.credentials[1]?.id)
  })

  it('that cannot be had for now leave the credential alone', async () => {
    const user = await givenUser(['authorized_user', 'api_key'])
    const [{ handle } = { handle: '' }] = user.credentials
    await google.script({ credential: handle, method: 'token', reply: { error: 'token_503' } })
    expect((await chat(user.key)).status).toBe(200)
    const stats = await settledStats(user)
    expect(stats.ring.credentials[0]).toMatchObject({
      state: 'active',
      last_error: 'token_endpoint http_503',
    })
    expect(stats.ring.cursor).toBe(user.credentials[0]?.id)
  })

  it('that cannot be had at all are a 503 with retry-after', async () => {
    const user = await givenUser(['authorized_user'])
    const [{ handle } = { handle: '' }] = user.credentials
    await google.script({
      credential: handle,
      method: 'token',
      times: 0,
      reply: { error: 'token_502_html' },
    })
    const answer = await chat(user.key)
    expect(answer.status).toBe(503)
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
  })

  it('of a credential posted again are fetched with the new secret', async () => {
    const user = await givenUser(['authorized_user'])
    const [known] = user.credentials
    await chat(user.key)
    await google.script({ credential: known?.handle ?? '', times: 1, reply: { error: '403_tos' } })
    expect((await chat(user.key)).status).toBe(503)
    const [listed] = (await google.credentials()).filter(({ handle }) => handle === known?.handle)
    expect(listed).toBeDefined()
    // The same refresh token, so the same credential: out of quarantine, with a token of its own.
    const secret = {
      type: 'authorized_user',
      client_id: 'x',
      client_secret: 'y',
      refresh_token: known?.handle,
    }
    const put = await post('/v1/config/update', MASTER_KEY, {
      apiKey: user.key,
      gcpServiceAccount: secret,
    })
    expect(await put.json()).toMatchObject({
      created: false,
      credentials: 1,
      credential: { id: known?.id },
    })
    // x and y are no client of Google's: the old access token must not be used any more.
    expect((await chat(user.key)).status).toBe(503)
    const [credential] = (await settledStats(user)).ring.credentials
    expect(credential?.quarantine_reason).toBe('invalid_client')
  })
})

describe('Code Assist projects', () => {
  it.each([
    ['licensed', 200, null],
    ['not_onboarded', 503, 'project_not_found'],
    ['consumer', 503, 'licence_required'],
    ['validation_required', 503, 'validation_required'],
    ['no_project', 503, 'project_not_found'],
  ] as const)('are discovered for an account that is %s', async (persona, status, reason) => {
    const { credential } = await google.registerAuthorizedUser({ persona })
    const key = `key-${crypto.randomUUID()}`
    const put = await post('/v1/config/update', MASTER_KEY, {
      apiKey: key,
      gcpServiceAccount: credential,
    })
    const { user: userId } = await put.json<{ user: string }>()
    const answer = await chat(key)
    expect(answer.status).toBe(status)
    const stats = await settledStats({ key, userId, credentials: [] })
    expect(stats.ring.credentials[0]?.quarantine_reason).toBe(reason)
  })

  it('of an account that is not onboarded yet are the one that its credential names', async () => {
    const persona = 'not_onboarded'
    const { credential, handle } = await google.registerAuthorizedUser({
      persona,
      project: 'mine-1',
    })
    const key = `key-${crypto.randomUUID()}`
    await post('/v1/config/update', MASTER_KEY, { apiKey: key, gcpServiceAccount: credential })
    expect((await chat(key)).status).toBe(200)
    const calls = await google.calls({ credential: handle })
    expect(calls.map(({ method }) => method)).toEqual([
      'token',
      'loadCodeAssist',
      'onboardUser',
      'getOperation',
      'generateContent',
    ])
  })
})
