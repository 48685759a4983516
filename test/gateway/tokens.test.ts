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
    // Not quarantined, only paused: an outage of Google's looks the same.
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
    // The same refresh token makes it the same credential. It leaves quarantine and gets a new access token.
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
    // Google does not know a client with id x and secret y, so the old access token must not be used any more.
    expect((await chat(user.key)).status).toBe(503)
    const [credential] = (await settledStats(user)).ring.credentials
    expect(credential?.quarantine_reason).toBe('invalid_client')
  })
})

describe('a token whose lifetime is absurd', () => {
  const LIFETIMES = [0.5, 3599.5, -1, 1e300, '1e400', 'soon', {}]
  it.each(LIFETIMES)('serves all the same: %j', async (lifetime) => {
    const user = await givenUser(['service_account'])
    const [{ handle } = { handle: '' }] = user.credentials
    const body = { access_token: 'ya29.unknown', expires_in: lifetime, token_type: 'Bearer' }
    await google.script({ credential: handle, method: 'token', reply: { body } as never })
    const answer = await chat(user.key)
    // The emulator does not know the scripted token, so the gateway asks for another one. Nothing fails on the way.
    expect(answer.status).toBe(200)
    const { ring, ledger } = await settledStats(user)
    expect(ring.credentials[0]).toMatchObject({ state: 'active' })
    expect(ledger.holds).toBe(true)
  })
})

describe('Code Assist projects', () => {
  const MOMENTS = [
    ['done with an error', { done: true, error: { code: 13, message: 'Internal error' } }],
    ['done with an odd error', { done: true, error: 'no' }],
    ['done with nothing', { done: true }],
    ['nothing', {}],
    ['no operation of that name', { name: '../../v1/other' }],
  ] as const
  it.each(MOMENTS)('are asked for again where onboarding ends in %s', async (_, body) => {
    const { credential, handle } = await google.registerAuthorizedUser({ persona: 'not_onboarded' })
    const key = `key-${crypto.randomUUID()}`
    const put = await post('/v1/config/update', MASTER_KEY, {
      apiKey: key,
      gcpServiceAccount: credential,
    })
    const { user: userId } = await put.json<{ user: string }>()
    const allowedTiers = [{ id: 'free-tier', isDefault: true }]
    await google.script({
      credential: handle,
      method: 'loadCodeAssist',
      reply: { body: { allowedTiers } },
    })
    await google.script({ credential: handle, method: 'onboardUser', reply: { body } as never })
    const answer = await chat(key)
    expect(answer.status).toBe(503)
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
    const stats = await settledStats({ key, userId, credentials: [] })
    expect(stats.ring.credentials[0]).toMatchObject({ state: 'active', quarantine_reason: null })
  })

  it.each([
    {},
    { currentTier: {} },
    { ineligibleTiers: [{ reasonCode: 'UNKNOWN' }] },
    { ineligibleTiers: [{}] },
    { ineligibleTiers: [{ reasonCode: 'NOT_KNOWN_YET' }] },
    { ineligibleTiers: [{ reasonCode: 'UNSUPPORTED_LOCATION', tierId: 'free-tier' }] },
    { ineligibleTiers: [{ reasonCode: 'DASHER_USER' }, { reasonCode: 'UNKNOWN' }] },
    { currentTier: { id: 'free-tier' }, cloudaicompanionProject: '../../other?x=1' },
    { currentTier: { id: 'free-tier' }, cloudaicompanionProject: `p${'0'.repeat(300)}` },
    { currentTier: { id: 'free-tier' }, cloudaicompanionProject: { id: 'a' } },
  ])('are asked for again where Google says nothing of them: %j', async (body) => {
    const { credential, handle } = await google.registerAuthorizedUser({ persona: 'licensed' })
    const key = `key-${crypto.randomUUID()}`
    const put = await post('/v1/config/update', MASTER_KEY, {
      apiKey: key,
      gcpServiceAccount: credential,
    })
    const { user: userId } = await put.json<{ user: string }>()
    await google.script({ credential: handle, method: 'loadCodeAssist', reply: { body } as never })
    expect((await chat(key)).status).toBe(503)
    const stats = await settledStats({ key, userId, credentials: [] })
    expect(stats.ring.credentials[0]).toMatchObject({ state: 'active', quarantine_reason: null })
  })

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

  const COMPANY = { id: 'standard-tier', isDefault: true, userDefinedCloudaicompanionProject: true }
  it.each([
    [[{ reasonCode: 'DASHER_USER', tierId: 'free-tier' }], undefined, 200],
    [[{ reasonCode: 'INELIGIBLE_ACCOUNT', tierId: 'free-tier' }], null, 200],
    [[{ reasonCode: 'INELIGIBLE_ACCOUNT', tierId: 'standard-tier' }], undefined, 503],
  ])(
    'of a company’s account are found although Google refuses it the other tier: %j',
    async (ineligibleTiers, currentTier, status) => {
      const { credential, handle } = await google.registerAuthorizedUser({
        persona: 'not_onboarded',
        project: 'mine-1',
      })
      const key = `key-${crypto.randomUUID()}`
      await post('/v1/config/update', MASTER_KEY, { apiKey: key, gcpServiceAccount: credential })
      const body = { currentTier, allowedTiers: [COMPANY], ineligibleTiers }
      await google.script({
        credential: handle,
        method: 'loadCodeAssist',
        reply: { body } as never,
      })
      expect((await chat(key)).status).toBe(status)
    },
  )

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
