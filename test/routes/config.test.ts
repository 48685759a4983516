import { describe, expect, it } from 'vitest'
import { env } from 'cloudflare:workers'
import { runDurableObjectAlarm } from 'cloudflare:test'
import {
  chat,
  type ErrorBody,
  fetchPollux,
  givenUser,
  google,
  MASTER_KEY,
  post,
  registered,
  statsOf,
} from '../support/pollux.ts'

function update(body: unknown): Promise<Response> {
  return post('/v1/config/update', MASTER_KEY, body)
}

function newKey(): string {
  return `key-${crypto.randomUUID()}`
}

describe('POST /v1/config/update', () => {
  it('creates the user, and answers with ids but no secret', async () => {
    const { credential } = await google.registerApiKey()
    const apiKey = newKey()
    const answer = await update({ apiKey, gcpServiceAccount: credential, label: 'first' })
    expect(answer.status).toBe(200)
    const text = await answer.text()
    expect(JSON.parse(text)).toMatchObject({
      status: 'ok',
      user: expect.stringMatching(/^[0-9a-f]{64}$/),
      created: true,
      credential: {
        id: expect.stringMatching(/^cred_/),
        type: 'api_key',
        upstream: 'gemini-api',
        label: 'first',
      },
      credentials: 1,
      max_credentials: 10,
    })
    expect(text).not.toContain(credential.api_key)
    expect(text).not.toContain(apiKey)
  })

  it('takes the credential as a JSON string too', async () => {
    const { credential } = await registered('service_account')
    const answer = await update({ apiKey: newKey(), gcpServiceAccount: JSON.stringify(credential) })
    expect(await answer.json()).toMatchObject({
      credential: { type: 'service_account', upstream: 'vertex' },
    })
  })

  it('updates a known credential in place: same id, same position', async () => {
    const apiKey = newKey()
    const [first, second] = [await google.registerApiKey(), await google.registerApiKey()]
    const ids: string[] = []
    for (const [credential, label] of [
      [first.credential, 'one'],
      [second.credential, 'two'],
      [first.credential, 'changed'],
    ] as const) {
      const answer = await update({ apiKey, gcpServiceAccount: credential, label })
      ids.push((await answer.json<{ credential: { id: string } }>()).credential.id)
    }
    expect(ids[2]).toBe(ids[0])
    const { ring } = await statsOf({ key: apiKey, userId: '', credentials: [] })
    expect(ring.credentials.map(({ id, label }) => [id, label])).toEqual([
      [ids[0], 'changed'],
      [ids[1], 'two'],
    ])
  })

  it('knows a service account by its key, however its line breaks were copied', async () => {
    const apiKey = newKey()
    const { credential } = await google.registerServiceAccount({ project: 'vertex-project' })
    const escaped = { ...credential, private_key: credential.private_key.replaceAll('\n', '\\n') }
    await update({ apiKey, gcpServiceAccount: credential })
    expect(await (await update({ apiKey, gcpServiceAccount: escaped })).json()).toMatchObject({
      created: false,
      credentials: 1,
    })
    expect((await chat(apiKey)).status).toBe(200)
  })

  it('refuses the one past MAX_CREDENTIALS with 409, and changes nothing; known ones can still be updated', async () => {
    const user = await givenUser(Array.from({ length: 10 }, () => 'api_key'))
    const { credential } = await google.registerApiKey()
    const answer = await update({ apiKey: user.key, gcpServiceAccount: credential })
    expect(answer.status).toBe(409)
    const { error } = await answer.json<ErrorBody>()
    expect(error.code).toBe('max_credentials_reached')
    expect(error.message).toContain('MAX_CREDENTIALS')
    expect((await statsOf(user)).ring.credentials.map(({ id }) => id)).toEqual(
      user.credentials.map(({ id }) => id),
    )
    const known = { type: 'api_key', api_key: user.credentials[3]?.handle }
    expect((await update({ apiKey: user.key, gcpServiceAccount: known })).status).toBe(200)
  })

  it('takes exactly as many when more are posted at once', async () => {
    const user = await givenUser(Array.from({ length: 8 }, () => 'api_key'))
    const more = await Promise.all(Array.from({ length: 5 }, () => google.registerApiKey()))
    const answers = await Promise.all(
      more.map(({ credential }) => update({ apiKey: user.key, gcpServiceAccount: credential })),
    )
    expect(answers.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([
      200, 200, 409, 409, 409,
    ])
  })

  const valid = { type: 'api_key', api_key: 'AIzaSomething' }
  it.each([
    ['no body', '', 'invalid_json', null],
    ['broken JSON', '{"apiKey":', 'invalid_json', null],
    ['a list', [], 'invalid_type', null],
    ['no apiKey', { gcpServiceAccount: valid }, 'missing_required_parameter', 'apiKey'],
    ['a short apiKey', { apiKey: 'short', gcpServiceAccount: valid }, 'invalid_value', 'apiKey'],
    [
      'an apiKey with a space',
      { apiKey: 'a key with spaces', gcpServiceAccount: valid },
      'invalid_value',
      'apiKey',
    ],
    [
      'the master key as apiKey',
      { apiKey: MASTER_KEY, gcpServiceAccount: valid },
      'invalid_value',
      'apiKey',
    ],
    [
      'no credential',
      { apiKey: 'key-12345678' },
      'missing_required_parameter',
      'gcpServiceAccount',
    ],
    [
      'a credential that is a number',
      { apiKey: 'key-12345678', gcpServiceAccount: 7 },
      'invalid_type',
      'gcpServiceAccount',
    ],
    [
      'a credential that is no JSON',
      { apiKey: 'key-12345678', gcpServiceAccount: 'nope' },
      'invalid_type',
      'gcpServiceAccount',
    ],
    [
      'no type',
      { apiKey: 'key-12345678', gcpServiceAccount: { client_id: 'x' } },
      'missing_required_parameter',
      'gcpServiceAccount.type',
    ],
    [
      'an unknown type',
      { apiKey: 'key-12345678', gcpServiceAccount: { type: 'external_account' } },
      'invalid_value',
      'gcpServiceAccount.type',
    ],
    [
      'no refresh token',
      {
        apiKey: 'key-12345678',
        gcpServiceAccount: { type: 'authorized_user', client_id: 'a', client_secret: 'b' },
      },
      'missing_required_parameter',
      'gcpServiceAccount.refresh_token',
    ],
    [
      'an empty client id',
      {
        apiKey: 'key-12345678',
        gcpServiceAccount: {
          type: 'authorized_user',
          client_id: ' ',
          client_secret: 'b',
          refresh_token: 'c',
        },
      },
      'invalid_value',
      'gcpServiceAccount.client_id',
    ],
    [
      'a key that is none',
      {
        apiKey: 'key-12345678',
        gcpServiceAccount: {
          type: 'service_account',
          client_email: 'a@b',
          private_key: 'nope',
          project_id: 'p-1',
        },
      },
      'invalid_value',
      'gcpServiceAccount.private_key',
    ],
    [
      'an unknown upstream',
      { apiKey: 'key-12345678', gcpServiceAccount: valid, upstream: 'openai' },
      'invalid_value',
      'upstream',
    ],
    [
      'an upstream that the type does not open',
      { apiKey: 'key-12345678', gcpServiceAccount: valid, upstream: 'code-assist' },
      'invalid_value',
      'upstream',
    ],
    [
      'a location that would lead elsewhere',
      {
        apiKey: 'key-12345678',
        gcpServiceAccount: valid,
        upstream: 'vertex',
        location: 'evil.example/',
      },
      'invalid_value',
      'location',
    ],
    [
      'a project that would lead elsewhere',
      { apiKey: 'key-12345678', gcpServiceAccount: valid, project: '../..' },
      'invalid_value',
      'project',
    ],
    [
      'Vertex without a project',
      {
        apiKey: 'key-12345678',
        upstream: 'vertex',
        gcpServiceAccount: {
          type: 'authorized_user',
          client_id: 'a',
          client_secret: 'b',
          refresh_token: 'c',
        },
      },
      'missing_required_parameter',
      'project',
    ],
  ])('refuses %s and names the field', async (_, body, code, param) => {
    const answer = await update(body)
    expect(answer.status).toBe(400)
    expect((await answer.json<ErrorBody>()).error).toMatchObject({
      code,
      param,
      type: 'invalid_request_error',
    })
  })

  it('writes a snapshot to KV, sealed, under the hash of the key, once for changes in a row', async () => {
    const user = await givenUser(['api_key', 'service_account'])
    const object = env.USERS.getByName(user.userId)
    expect(await runDurableObjectAlarm(object)).toBe(true)
    const { keys } = await env.SNAPSHOTS.list()
    expect(keys.map(({ name }) => name)).toContain(`user:${user.userId}`)
    const { value, metadata } = await env.SNAPSHOTS.getWithMetadata<{ version: number }>(
      `user:${user.userId}`,
    )
    expect(metadata).toEqual({ version: 2 })
    const snapshot = JSON.parse(value ?? '') as {
      credentials: { id: string; sealed_secret: string }[]
    }
    expect(snapshot.credentials.map(({ id }) => id)).toEqual(user.credentials.map(({ id }) => id))
    expect(snapshot.credentials[0]?.sealed_secret).toMatch(/^v1\./)
    expect(value).not.toContain(user.credentials[0]?.handle)
  })
})

describe('POST /v1/config/rotate', () => {
  it('answers 404 for a user that does not exist, and creates none', async () => {
    const apiKey = newKey()
    const answer = await post('/v1/config/rotate', MASTER_KEY, { apiKey })
    expect(answer.status).toBe(404)
    expect((await answer.json<ErrorBody>()).error.param).toBe('apiKey')
    expect((await chat(apiKey)).status).toBe(401)
  })

  it('stays where it is in a ring of one, and says so', async () => {
    const user = await givenUser(['api_key'])
    const answer = await post('/v1/config/rotate', MASTER_KEY, { apiKey: user.key })
    expect(await answer.json()).toMatchObject({
      rotated: false,
      from: user.credentials[0]?.id,
      to: user.credentials[0]?.id,
    })
  })
})

describe('GET /debug/stats', () => {
  async function get(path: string, key: string): Promise<Response> {
    return fetchPollux(path, { headers: { authorization: `Bearer ${key}` } })
  }

  it.each(['/debug/stats', '/v1/debug/stats'])(
    '%s shows a user the own ring, with the seed’s fields',
    async (path) => {
      const user = await givenUser(['api_key', 'api_key'])
      await chat(user.key)
      const stats = await (await get(path, user.key)).json()
      const [first, second] = user.credentials.map(({ id }) => id)
      expect(stats).toMatchObject({
        status: 'ok',
        user: user.userId,
        total_requests: 1,
        requests_per_credential: { [first ?? '']: 1, [second ?? '']: 0 },
        ring: { mode: 'sticky', cursor: first },
        ledger: { holds: true },
      })
    },
  )

  it('shows the admin any user, and the list of users', async () => {
    const [one, other] = [await givenUser(), await givenUser()]
    const list = await (await get('/debug/stats', MASTER_KEY)).json<{ users: { user: string }[] }>()
    const ids = list.users.map(({ user }) => user)
    expect(ids).toContain(one.userId)
    expect(ids).toContain(other.userId)
    const stats = await get(`/debug/stats?user=${one.userId}`, MASTER_KEY)
    expect(await stats.json()).toMatchObject({ user: one.userId })
  })

  it('never shows a user somebody else', async () => {
    const [one, other] = [await givenUser(), await givenUser()]
    const answer = await get(`/debug/stats?user=${other.userId}`, one.key)
    expect(await answer.json()).toMatchObject({ user: one.userId })
  })

  it.each([
    ['nonsense', 404, 'user_not_found'],
    ['0'.repeat(64), 404, 'user_not_found'],
  ])('answers the admin for the user %s with %i', async (user, status, code) => {
    const answer = await get(`/debug/stats?user=${user}`, MASTER_KEY)
    expect(answer.status).toBe(status)
    expect((await answer.json<ErrorBody>()).error).toMatchObject({ code, param: 'user' })
  })
})
