import { describe, expect, it } from 'vitest'
import { env } from 'cloudflare:workers'
import { createExecutionContext, runInDurableObject } from 'cloudflare:test'
import { userIdOf } from '../../src/gateway/authenticate.ts'
import worker from '../../src/worker.ts'
import {
  chat,
  chatBody,
  type ErrorBody,
  fetchPollux,
  givenUser,
  MASTER_KEY,
  post,
} from '../support/pollux.ts'

const BODY = JSON.stringify(chatBody())

function chatWith(headers: Record<string, string>, body = BODY): Promise<Response> {
  return fetchPollux('/v1/chat/completions', { method: 'POST', headers, body })
}

describe('API keys', () => {
  it.each([
    ['Authorization: Bearer', (key: string) => ({ authorization: `Bearer ${key}` })],
    [
      'authorization: bEaReR with blanks',
      (key: string) => ({ authorization: `  bEaReR   ${key}  ` }),
    ],
    ['x-api-key', (key: string) => ({ 'x-api-key': key })],
    ['x-goog-api-key', (key: string) => ({ 'x-goog-api-key': key })],
    [
      'two, one of them wrong',
      (key: string) => ({ authorization: 'Bearer wrong-key-123', 'x-api-key': key }),
    ],
  ])('are taken from %s', async (_, headers) => {
    const user = await givenUser()
    expect((await chatWith(headers(user.key))).status).toBe(200)
  })

  it.each([
    ['none', {}],
    ['an empty bearer', { authorization: 'Bearer ' }],
    ['what a client makes of an unset key', { authorization: 'Bearer undefined' }],
    ['another scheme', { authorization: 'Basic abc' }],
  ])('are asked for when there is %s', async (_, headers) => {
    const answer = await chatWith(headers)
    expect(answer.status).toBe(401)
    expect((await answer.json<ErrorBody>()).error).toMatchObject({
      code: 'missing_api_key',
      type: 'invalid_request_error',
    })
  })

  it.each([
    ['a good body', BODY],
    ['a bad body', '{"model":'],
    ['a body of the wrong shape', '{"model":7}'],
  ])('that nobody has get 401 with %s, and leave nothing behind', async (_, body) => {
    const key = `key-${crypto.randomUUID()}`
    const answer = await chatWith({ authorization: `Bearer ${key}` }, body)
    expect(answer.status).toBe(401)
    const text = await answer.text()
    expect(text).toContain('Incorrect API key provided')
    expect(text).not.toContain(key)
    const object = env.USERS.getByName(await userIdOf(key))
    const tables = await runInDurableObject(object, (_instance, state) =>
      state.storage.sql
        .exec<{ name: string }>('SELECT name FROM sqlite_master')
        .toArray()
        .map(({ name }) => name),
    )
    // The test runtime may create a table of its own, but Pollux creates none.
    expect(tables.filter((name) => !name.startsWith('_'))).toEqual([])
    expect(
      await runInDurableObject(object, (_instance, state) => state.storage.getAlarm()),
    ).toBeNull()
  })

  it('of a user do no admin act', async () => {
    const user = await givenUser()
    for (const path of ['/v1/config/update', '/v1/config/rotate']) {
      const answer = await post(path, user.key, { apiKey: user.key })
      expect(answer.status).toBe(401)
      expect((await answer.json<ErrorBody>()).error.code).toBe('invalid_api_key')
    }
  })

  it('of the admin serve no chat, and are told from no other wrong key', async () => {
    const master = await chat(MASTER_KEY)
    const wrong = await chat('not-the-master-key-either')
    expect([master.status, wrong.status]).toEqual([401, 401])
    expect(await master.text()).toBe(await wrong.text())
    const models = await fetchPollux('/v1/models', {
      headers: { authorization: `Bearer ${MASTER_KEY}` },
    })
    expect(models.status).toBe(401)
  })

  it('of the admin beside that of a user: the user chats, the admin acts', async () => {
    const { key, userId } = await givenUser()
    const headers = { authorization: `Bearer ${MASTER_KEY}`, 'x-api-key': key }
    expect((await chatWith(headers)).status).toBe(200)
    const acted = await fetchPollux(`/v1/config/users/${userId}`, { headers })
    expect(acted.status).toBe(200)
  })

  it('of the admin serve no chat even where a user has the same', async () => {
    const { key } = await givenUser()
    const answer = await worker.fetch(
      new Request('http://pollux.test/v1/chat/completions', {
        method: 'POST',
        headers: { authorization: `Bearer ${key}` },
        body: BODY,
      }) as never,
      { ...env, MASTER_API_KEY: key },
      createExecutionContext(),
    )
    expect(answer.status).toBe(401)
  })
})

describe('what a key reads', () => {
  it('is for no cache, whatever the answer is and wherever the key stands', async () => {
    const { key, userId } = await givenUser()
    const master = { authorization: `Bearer ${MASTER_KEY}` }
    for (const [path, headers] of [
      ['/v1/key', { 'x-api-key': key }],
      ['/v1/models', { 'x-api-key': key }],
      ['/v1/files', { 'x-api-key': key }],
      ['/v1/requests', { 'x-api-key': key }],
      ['/v1/responses/resp_none', { 'x-api-key': key }],
      ['/v1beta/models', { 'x-goog-api-key': key }],
      ['/v1beta/files', { 'x-goog-api-key': key }],
      ['/v1beta/files/none', { 'x-goog-api-key': key }],
      [`/v1beta/models?key=${key}`, {}],
      [`/v1/config/users/${userId}`, master],
      [`/v1/config/users/${userId}/export`, master],
      ['/v1/key', { 'x-api-key': 'a-key-that-nobody-has' }],
    ] as const) {
      for (const method of ['GET', 'HEAD']) {
        const answer = await fetchPollux(path, { method, headers })
        await answer.text()
        const told = answer.headers.get('cache-control')
        expect(`${path}: ${told}`).toMatch(/: private, no-(?:store|cache)$/)
      }
    }
    for (const path of ['/health', '/openapi.json']) {
      const answer = await fetchPollux(path)
      await answer.text()
      expect(`${path}: ${answer.headers.get('cache-control')}`).toBe(`${path}: null`)
    }
  })
})

describe('the configuration', () => {
  async function request(
    overrides: Partial<Env>,
    path = '/v1/config/update',
    key = MASTER_KEY,
  ): Promise<Response> {
    const init = { method: 'POST', headers: { authorization: `Bearer ${key}` }, body: '{}' }
    return worker.fetch(
      new Request(`http://pollux.test${path}`, init) as never,
      { ...env, ...overrides },
      createExecutionContext(),
    )
  }

  it.each([
    ['missing', undefined],
    ['empty', ''],
    ['a template value', 'your-master-api-key'],
    ['a placeholder', '<put your key here, please>'],
    ['too short', 'short'],
  ])('with a MASTER_API_KEY that is %s refuses admin acts, whoever asks', async (_, value) => {
    const answer = await request(
      { MASTER_API_KEY: value as string },
      undefined,
      value ?? 'undefined-key',
    )
    expect(answer.status).toBe(403)
    const { error } = await answer.json<ErrorBody>()
    expect(error.code).toBe('admin_not_configured')
    expect(error.message).toContain('MASTER_API_KEY')
  })

  it('without a master key still asks for a key to chat', async () => {
    const overrides = { MASTER_API_KEY: undefined as never }
    expect((await request(overrides, '/v1/chat/completions', '')).status).toBe(401)
    expect((await request(overrides, '/v1/chat/completions', 'some-unknown-key')).status).toBe(401)
  })

  it.each([
    ['MAX_CREDENTIALS', 'ten'],
    ['MAX_CREDENTIALS', '0'],
    ['MAX_CREDENTIALS', '2.5'],
    ['GEMINI_API_BASE_URL', 'not a url'],
    ['VERTEX_BASE_URL', 'ftp://x'],
    ['STREAM_IDLE_TIMEOUT_MS', '-1'],
    ['MEDIA_TRUSTED_ORIGINS', 'images.intranet'],
    ['MEDIA_TRUSTED_ORIGINS', 'https://images.intranet/path'],
    ['MAX_REMOTE_MEDIA', '51'],
    ['TRANSCRIPTION_MODEL', '../x'],
    ['STORE_RESPONSES', 'yes'],
    ['CLAUDE_MODELS', 'opus'],
    ['CLAUDE_MODELS', 'gpt=gemini-2.5-pro'],
    ['RESPONSES_TTL_HOURS', '0'],
    ['SAFETY_SETTINGS', 'HARASSMENT=LOUD'],
    ['SAFETY_SETTINGS', 'NOISE=OFF'],
    ['SAFETY_SETTINGS', 'OFF'],
  ])('with a bad %s (%s) names it', async (name, value) => {
    const answer = await request({ [name]: value })
    expect(answer.status).toBe(500)
    const { error } = await answer.json<ErrorBody>()
    expect(error).toMatchObject({ code: 'misconfigured', type: 'server_error' })
    expect(error.message).toContain(name)
    expect(answer.headers.get('x-should-retry')).toBe('false')
  })

  it('with a bad variable still tells of what needs none of them', async () => {
    const overrides = { GEMINI_API_BASE_URL: 'not a url' }
    const misused = await request(overrides, '/health')
    expect(misused.status).toBe(405)
    expect(misused.headers.get('allow')).toBe('GET, HEAD')
    expect((await request(overrides, '/nowhere')).status).toBe(404)
  })
})
