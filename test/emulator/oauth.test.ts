import { SignJWT, importPKCS8 } from 'jose'
import { describe, expect, it } from 'vitest'
import type { AuthorizedUserJson } from '../../emulator/client.ts'
import { JWT_TIMEFRAME } from '../../emulator/errors/oauth-presets.ts'
import { HELLO, useGoogle } from './google.ts'
import type { ServiceAccount } from './google.ts'

const google = await useGoogle()
const JWT_GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
const CLOUD = 'https://www.googleapis.com/auth/cloud-platform'

interface TokenAnswer {
  status: number
  access_token?: string
  expires_in?: number
  refresh_token?: string
  error?: string
  error_description?: string
  error_subtype?: string
}

async function askToken(form: Record<string, string>): Promise<TokenAnswer> {
  const response = await fetch(`${google.url}/token`, {
    method: 'POST',
    body: new URLSearchParams(form),
  })
  return { status: response.status, ...((await response.json()) as object) }
}

function refreshForm({ client_id, client_secret, refresh_token }: AuthorizedUserJson) {
  return { grant_type: 'refresh_token', client_id, client_secret, refresh_token }
}

describe('refresh-token grant', () => {
  it('issues a token that opens Vertex, with 3599 seconds to live', async () => {
    const { credential } = await google.control.registerAuthorizedUser({ project: 'p1' })
    const answer = await askToken(refreshForm(credential))
    expect(answer).toMatchObject({ status: 200, token_type: 'Bearer', expires_in: 3599 })
    expect(answer.access_token).toMatch(/^ya29\./)
    const path = '/v1/projects/p1/locations/global/publishers/google/models/gemini-2.5-pro'
    const headers = { authorization: `Bearer ${answer.access_token}` }
    expect((await google.post(`${path}:generateContent`, HELLO, headers)).status).toBe(200)
  })

  it.each([
    ['client_id', 'other', 401, 'invalid_client', 'The OAuth client was not found.'],
    ['client_secret', 'other', 401, 'invalid_client', 'The provided client secret is invalid.'],
    ['refresh_token', 'other', 400, 'invalid_grant', 'Bad Request'],
    ['refresh_token', '', 400, 'invalid_request', 'Missing required parameter: refresh_token'],
    ['grant_type', 'password', 400, 'unsupported_grant_type', 'Invalid grant_type: password'],
  ])('refuses %s = %j', async (field, value, status, error, description) => {
    const { credential } = await google.control.registerAuthorizedUser()
    const answer = await askToken({ ...refreshForm(credential), [field]: value })
    expect(answer).toEqual({ status, error, error_description: description })
  })

  it("refuses another client's refresh token", async () => {
    const mine = await google.control.registerAuthorizedUser()
    const other = await google.control.registerAuthorizedUser()
    const { client_id, client_secret } = other.credential
    const answer = await askToken({ ...refreshForm(mine.credential), client_id, client_secret })
    expect(answer).toMatchObject({ status: 401, error: 'unauthorized_client' })
  })

  it('demands a form', async () => {
    const { credential } = await google.control.registerAuthorizedUser()
    const response = await google.post('/token', refreshForm(credential))
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: 'invalid_request' })
  })

  it('answers a scripted error once, and a scripted lifetime and rotation', async () => {
    const { credential, handle } = await google.control.registerAuthorizedUser()
    const scope = { credential: handle, method: 'token' }
    await google.control.script({ ...scope, reply: { error: 'invalid_grant_rapt' } })
    await google.control.script({ ...scope, reply: { expiresIn: 5, rotateRefreshToken: '1//new' } })
    expect(await askToken(refreshForm(credential))).toMatchObject({
      status: 400,
      error: 'invalid_grant',
      error_subtype: 'invalid_rapt',
    })
    const rotated = await askToken(refreshForm(credential))
    expect(rotated).toMatchObject({ status: 200, expires_in: 5, refresh_token: '1//new' })
    const again = await askToken({ ...refreshForm(credential), refresh_token: '1//new' })
    expect(again.status).toBe(200)
  })
})

describe('service-account grant', () => {
  interface Changes {
    aud?: string
    iat?: number
    exp?: number
    iss?: string
    scope?: string
    kid?: string
  }

  async function assertion({ credential }: ServiceAccount, changes: Changes = {}): Promise<string> {
    const now = Math.floor(Date.now() / 1000)
    const { kid = credential.private_key_id, ...claims } = changes
    return new SignJWT({
      iss: credential.client_email,
      scope: CLOUD,
      aud: credential.token_uri,
      iat: now,
      exp: now + 3600,
      ...claims,
    })
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid })
      .sign(await importPKCS8(credential.private_key, 'RS256'))
  }

  it('issues a token for a JWT signed with the registered key', async () => {
    const account = await google.control.registerServiceAccount({ project: 'p1' })
    const answer = await askToken({ grant_type: JWT_GRANT, assertion: await assertion(account) })
    expect(answer).toMatchObject({ status: 200, expires_in: 3599 })
    expect(answer).not.toHaveProperty('refresh_token')
    const [call] = await google.control.calls({ method: 'token' })
    expect(call?.credential).toBe(account.handle)
  })

  const now = Math.floor(Date.now() / 1000)
  it.each<[string, Changes, string, string]>([
    [
      'a foreign audience',
      { aud: 'https://x.test/token' },
      'invalid_grant',
      'Invalid JWT: Failed audience check.',
    ],
    ['more than an hour', { exp: now + 3700 }, 'invalid_grant', JWT_TIMEFRAME],
    ['a future iat', { iat: now + 900, exp: now + 1000 }, 'invalid_grant', JWT_TIMEFRAME],
    ['a past exp', { iat: now - 4000, exp: now - 600 }, 'invalid_grant', JWT_TIMEFRAME],
    [
      'an unknown account',
      { iss: 'who@x.test' },
      'invalid_grant',
      'Invalid grant: account not found',
    ],
    ['an unknown key id', { kid: 'other' }, 'invalid_grant', 'Invalid JWT Signature.'],
    [
      'an odd scope',
      { scope: 'everything' },
      'invalid_scope',
      'Invalid OAuth scope or ID token audience provided.',
    ],
  ])('refuses %s', async (_, changes, error, description) => {
    const account = await google.control.registerServiceAccount()
    const jwt = await assertion(account, changes)
    const answer = await askToken({ grant_type: JWT_GRANT, assertion: jwt })
    expect(answer).toEqual({ status: 400, error, error_description: description })
  })

  it('refuses a broken signature', async () => {
    const account = await google.control.registerServiceAccount()
    const [head, , signature] = (await assertion(account)).split('.')
    const [, claims] = (await assertion(account, { scope: `${CLOUD} openid` })).split('.')
    const jwt = [head, claims, signature].join('.')
    const answer = await askToken({ grant_type: JWT_GRANT, assertion: jwt })
    expect(answer.error_description).toBe('Invalid JWT Signature.')
  })
})

describe('access tokens', () => {
  const path = '/v1internal:loadCodeAssist'

  it('refuses unknown tokens and, on command, those it issued', async () => {
    const unknown = await google.post(path, {}, { authorization: 'Bearer ya29.nobody' })
    expect(unknown.status).toBe(401)
    expect(unknown.headers.get('www-authenticate')).toContain('error="invalid_token"')
    const { credential, handle } = await google.control.registerAuthorizedUser()
    const headers = { authorization: `Bearer ${await google.accessToken(credential)}` }
    expect((await google.post(path, {}, headers)).status).toBe(200)
    expect(await google.control.expireTokens(handle)).toBe(1)
    const expired = await google.post(path, {}, headers)
    expect(await google.errorOf(expired)).toMatchObject({ code: 401, status: 'UNAUTHENTICATED' })
  })

  it('expire after their time', async () => {
    const { credential, handle } = await google.control.registerAuthorizedUser()
    const reply = { expiresIn: 0 }
    await google.control.script({ credential: handle, method: 'token', reply })
    const headers = { authorization: `Bearer ${await google.accessToken(credential)}` }
    expect((await google.post(path, {}, headers)).status).toBe(401)
  })
})
