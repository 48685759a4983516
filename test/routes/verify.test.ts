import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import {
  callsOf,
  chat,
  fetchPollux,
  givenUser,
  google,
  MASTER_KEY,
  post,
  registered,
  settledStats,
} from '../support/pollux.ts'

type Kind = 'api_key' | 'authorized_user' | 'service_account'

function tried(gcpServiceAccount: unknown, query = '?dry_run=1'): Promise<Response> {
  const apiKey = `key-${crypto.randomUUID()}`
  return post(`/v1/config/update${query}`, MASTER_KEY, { apiKey, gcpServiceAccount })
}

describe('verifying a credential', () => {
  it.each<[Kind, string]>([
    ['api_key', 'upstream'],
    ['service_account', 'upstream'],
    ['authorized_user', 'project'],
  ])(
    'of type %s says that it works, without generating and without keeping it',
    async (kind, checked) => {
      const { credential, handle } = await registered(kind)
      const answer = await tried(credential)
      expect(await answer.json()).toMatchObject({
        status: 'ok',
        dry_run: true,
        verdict: 'works',
        checked,
        reason: null,
      })
      expect(await callsOf(handle)).toEqual([])
    },
  )

  it.each<[string, unknown, object]>([
    [
      'an unknown API key',
      { type: 'api_key', api_key: 'AIzaNobody' },
      { verdict: 'refused', reason: 'api_key_invalid', checked: 'upstream' },
    ],
    [
      'an unknown refresh token',
      { type: 'authorized_user', client_id: 'a', client_secret: 'b', refresh_token: 'c' },
      { verdict: 'refused', checked: 'token' },
    ],
  ])('says why %s does not, and what to do', async (_, credential, verification) => {
    const body = await (await tried(credential)).json()
    expect(body).toMatchObject({ ...verification, advice: expect.any(String) })
  })

  it.each([
    ['consumer', 'licence_required'],
    ['validation_required', 'validation_required'],
    ['no_project', 'project_not_found'],
  ] as const)('finds what is wrong with an account that is %s', async (persona, reason) => {
    const { credential } = await google.registerAuthorizedUser({ persona })
    expect(await (await tried(credential)).json()).toMatchObject({
      verdict: 'refused',
      checked: 'project',
      reason,
    })
  })

  it('does not take an outage for an answer', async () => {
    const { credential, handle } = await google.registerAuthorizedUser({ persona: 'licensed' })
    await google.script({ credential: handle, method: 'token', reply: { error: 'token_503' } })
    expect(await (await tried(credential)).json()).toMatchObject({
      verdict: 'unknown',
      reason: 'http_503',
    })
  })

  it('in the ring changes nothing about it', async () => {
    const user = await givenUser(['service_account'])
    const before = await settledStats(user)
    const path = `/v1/config/users/${user.userId}/credentials/${user.credentials[0]?.id}/verify`
    expect(await (await post(path, MASTER_KEY, {})).json()).toMatchObject({
      verdict: 'works',
      credential: user.credentials[0]?.id,
    })
    expect(await settledStats(user)).toEqual({ ...before, now: expect.any(String) })
    expect((await post(path.replace(/cred_\w+/, 'cred_none'), MASTER_KEY, {})).status).toBe(404)
  })
})

describe('the diagnosis of a ring', () => {
  it.each(['/v1/test', '/v1/debug/test', '/v1/token-test', '/v1/debug/token-test'])(
    '%s tells of each credential',
    async (path) => {
      const user = await givenUser(['api_key', 'service_account', 'authorized_user'])
      await google.script({
        credential: user.credentials[1]?.handle ?? '',
        method: 'token',
        reply: { error: 'invalid_grant' },
      })
      expect((await post(path, user.key, {})).status).toBe(401)
      const text = await (await post(path, MASTER_KEY, { user: user.userId })).text()
      expect(JSON.parse(text)).toMatchObject({
        status: 'ok',
        credentials: [
          { credential: user.credentials[0]?.id, verdict: 'works' },
          {
            credential: user.credentials[1]?.id,
            verdict: 'refused',
            reason: 'invalid_grant',
            advice: expect.any(String),
          },
          { credential: user.credentials[2]?.id, verdict: 'works' },
        ],
      })
      expect(text).not.toMatch(/ya29|AIza|PRIVATE/)
      expect((await post(path, MASTER_KEY, { user: 'nobody' })).status).toBe(404)
      expect((await post(path, MASTER_KEY, {})).status).toBe(400)
      for (const { handle } of user.credentials) expect(await callsOf(handle)).toEqual([])
    },
  )

  it('GET /v1/debug/cache tells of a token that an earlier life of the object got, as long as it can be used', async () => {
    const user = await givenUser(['service_account'])
    await chat(user.key)
    const held = async (): Promise<readonly { held: boolean; usable_until: string | null }[]> => {
      const answer = await fetchPollux('/v1/debug/cache', {
        headers: { authorization: `Bearer ${user.key}` },
      })
      return (await answer.json<{ tokens: { held: boolean; usable_until: string | null }[] }>())
        .tokens
    }
    const before = await held()
    expect(before[0]?.held).toBe(true)
    const object = env.USERS.getByName(user.userId)
    await evictDurableObject(object)
    expect(await held()).toEqual(before)
    await runInDurableObject(object, (_, { storage }) => {
      storage.sql.exec('UPDATE access_tokens SET expires_at = ?', Date.now() + 59_000)
    })
    await evictDurableObject(object)
    expect(await held()).toMatchObject([{ held: false, usable_until: null }])
  })

  it('GET /v1/debug/cache names the user that the master key left out', async () => {
    const answer = await fetchPollux('/v1/debug/cache', {
      headers: { authorization: `Bearer ${MASTER_KEY}` },
    })
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ error: { param: 'user' } })
  })

  it('GET /v1/debug/cache tells which tokens are held, and until when, but no token', async () => {
    const user = await givenUser(['api_key', 'service_account'])
    await post('/v1/config/rotate', MASTER_KEY, { apiKey: user.key })
    await chat(user.key)
    const answer = await fetchPollux('/v1/debug/cache', {
      headers: { authorization: `Bearer ${user.key}` },
    })
    const text = await answer.text()
    expect(JSON.parse(text)).toEqual({
      status: 'ok',
      tokens: [
        {
          credential: user.credentials[0]?.id,
          type: 'api_key',
          held: false,
          usable_until: null,
          retry_at: null,
        },
        {
          credential: user.credentials[1]?.id,
          type: 'service_account',
          held: true,
          usable_until: expect.any(String),
          retry_at: null,
        },
      ],
    })
    expect(text).not.toContain('ya29')
  })
})
