import { createExecutionContext, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { DIRECTORY_NAME } from '../../src/objects/directory.ts'
import { IdempotencyKeys } from '../../src/objects/idempotency-keys.ts'
import type { AuditPage } from '../../src/wire/audit.ts'
import worker from '../../src/worker.ts'
import {
  type ErrorBody,
  fetchPollux,
  givenUser,
  google,
  MASTER_KEY,
  post,
  statsOf,
  type User,
} from '../support/pollux.ts'

const HEADER = 'idempotency-key'

function act(
  method: string,
  path: string,
  body: unknown,
  key: string,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetchPollux(`/v1/config/${path}`, {
    method,
    headers: { authorization: `Bearer ${MASTER_KEY}`, [HEADER]: key, ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
}

function rotate(user: User, key: string): Promise<Response> {
  return act('POST', 'rotate', { apiKey: user.key }, key)
}

function inDirectory<T>(work: (sql: SqlStorage) => T): Promise<T> {
  return runInDurableObject(env.DIRECTORY.getByName(DIRECTORY_NAME), (_instance, { storage }) =>
    work(storage.sql),
  )
}

async function codeOf(answer: Response): Promise<(string | null)[]> {
  const { code, param } = (await answer.json<ErrorBody>()).error
  return [code, param]
}

const THREE = ['api_key', 'api_key', 'api_key'] as const

afterEach(() => {
  vi.useRealTimers()
})

describe('an Idempotency-Key', () => {
  it('gives the first answer again, byte for byte, and does the act once', async () => {
    const user = await givenUser(THREE)
    const first = await rotate(user, 'key-1')
    expect(first.headers.get('idempotent-replayed')).toBeNull()
    const text = await first.text()
    for (let time = 0; time < 2; time++) {
      const again = await rotate(user, 'key-1')
      expect([again.status, await again.text()]).toEqual([200, text])
      expect(again.headers.get('idempotent-replayed')).toBe('true')
      expect(again.headers.get('content-type')).toBe(first.headers.get('content-type'))
    }
    expect((await statsOf(user)).ring.rotations).toBe(1)
    await rotate(user, 'key-2')
    expect((await statsOf(user)).ring.rotations).toBe(2)
  })

  it('works with every mutating method, and with the status that the first answer had', async () => {
    const user = await givenUser(THREE)
    const apiKey = `key-${crypto.randomUUID()}`
    const [credential] = user.credentials
    const order = user.credentials.map(({ id }) => id).toReversed()
    const path = `users/${user.userId}`
    const acts: [string, string, unknown, number][] = [
      ['POST', 'users', { apiKey }, 201],
      ['PATCH', path, { label: 'x' }, 200],
      ['PUT', `${path}/credentials/order`, { credentials: order }, 200],
      ['DELETE', `${path}/credentials/${credential?.id}`, undefined, 200],
      ['DELETE', `${path}/credentials/cred_0000000000000000`, undefined, 404],
      ['PATCH', path, { mood: 'good' }, 400],
      ['DELETE', path, undefined, 200],
    ]
    for (const [index, [method, at, body, status]] of acts.entries()) {
      const first = await act(method, at, body, `k${index}`)
      const again = await act(method, at, body, `k${index}`)
      expect([method, first.status, again.status]).toEqual([method, status, status])
      expect(await again.text()).toBe(await first.text())
      expect(again.headers.get('idempotent-replayed')).toBe('true')
    }
  })

  it.each<[string, (user: User) => Promise<Response>]>([
    ['another body', (user) => act('PATCH', `users/${user.userId}`, { label: 'b' }, 'k')],
    ['another path', () => act('PATCH', `users/${'0'.repeat(64)}`, { label: 'a' }, 'k')],
    ['another query', (user) => act('PATCH', `users/${user.userId}?x=1`, { label: 'a' }, 'k')],
    ['another method', (user) => act('DELETE', `users/${user.userId}`, { label: 'a' }, 'k')],
  ])('that was used is refused for %s', async (_, other) => {
    const user = await givenUser()
    await act('PATCH', `users/${user.userId}`, { label: 'a' }, 'k')
    const answer = await other(user)
    expect(answer.status).toBe(422)
    expect(answer.headers.get('x-should-retry')).toBe('false')
    expect(await codeOf(answer)).toEqual(['idempotency_key_reused', 'Idempotency-Key'])
    const read = await fetchPollux(`/v1/config/users/${user.userId}`, {
      headers: { authorization: `Bearer ${MASTER_KEY}`, [HEADER]: 'k' },
    })
    expect(await read.json()).toMatchObject({ user: { label: 'a' } })
  })

  it.each([
    ['is empty', ''],
    ['is too long', 'x'.repeat(256)],
    ['has a space', 'a b'],
    ['has odd characters', 'schl\u00fcssel'],
  ])('that %s is refused', async (_, key) => {
    const user = await givenUser(THREE)
    const answer = await rotate(user, key)
    expect(answer.status).toBe(400)
    expect(await codeOf(answer)).toEqual(['invalid_value', 'Idempotency-Key'])
    expect((await statsOf(user)).ring.rotations).toBe(0)
  })

  it('lets one of many at once do it; the others are told to ask again, and then get its answer', async () => {
    const user = await givenUser(THREE)
    const answers = await Promise.all(Array.from({ length: 10 }, () => rotate(user, 'k')))
    const statuses = new Set(answers.map(({ status }) => status))
    expect([...statuses].every((status) => status === 200 || status === 409)).toBe(true)
    for (const answer of answers.filter(({ status }) => status === 409)) {
      expect(answer.headers.get('retry-after')).toBe('1')
      expect(await codeOf(answer)).toEqual(['idempotency_in_progress', 'Idempotency-Key'])
    }
    expect((await rotate(user, 'k')).headers.get('idempotent-replayed')).toBe('true')
    expect((await statsOf(user)).ring.rotations).toBe(1)
  })

  it('does not do an act twice whose Worker died before it could keep the answer', async () => {
    const user = await givenUser(THREE)
    const first = await (await rotate(user, 'k')).text()
    // What such a Worker would leave behind.
    await inDirectory((sql) =>
      sql.exec(
        'UPDATE idempotency_keys SET sealed_answer = NULL, running_until = ?',
        Date.now() + 500,
      ),
    )
    const waiting = await rotate(user, 'k')
    expect([waiting.status, waiting.headers.get('retry-after')]).toEqual([409, '1'])
    await inDirectory((sql) => sql.exec('UPDATE idempotency_keys SET running_until = 1'))
    const again = await rotate(user, 'k')
    expect([again.status, await again.text()]).toEqual([200, first])
    expect((await statsOf(user)).ring.rotations).toBe(1)
  })

  it.each<[string, string, (user: User) => unknown, string, number]>([
    ['making a user', 'POST', () => ({ apiKey: 'key-of-nobody-yet' }), 'users', 201],
    ['deleting a user', 'DELETE', () => undefined, 'users/:id', 200],
  ])('answers as at first where the answer to %s was lost', async (_, method, body, at, status) => {
    const user = await givenUser()
    const path = at.replace(':id', user.userId)
    expect((await act(method, path, body(user), 'k')).status).toBe(status)
    await inDirectory((sql) =>
      sql.exec('UPDATE idempotency_keys SET sealed_answer = NULL, running_until = 1'),
    )
    expect((await act(method, path, body(user), 'k')).status).toBe(status)
    // With another key, it is another act.
    expect((await act(method, path, body(user), 'other')).status).toBeGreaterThanOrEqual(404)
  })

  it('does not keep an answer of 5xx: the act can be done, once, when it can be done', async () => {
    const user = await givenUser(THREE)
    const object = env.USERS.getByName(user.userId)
    const rename = (from: string, to: string) =>
      runInDurableObject(object, (_instance, { storage: { sql } }) => {
        sql.exec(`ALTER TABLE ${from} RENAME TO ${to}`)
      })
    await rename('audit', 'audit_gone')
    expect((await rotate(user, 'k')).status).toBe(500)
    await runInDurableObject(
      env.USERS.getByName(user.userId),
      (_instance, { storage: { sql } }) => {
        sql.exec('ALTER TABLE audit_gone RENAME TO audit')
      },
    )
    const again = await rotate(user, 'k')
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([200, null])
    expect((await statsOf(user)).ring.rotations).toBe(1)
    expect((await rotate(user, 'k')).headers.get('idempotent-replayed')).toBe('true')
  })

  it('is forgotten after a day', async () => {
    const user = await givenUser(THREE)
    const began = Date.now()
    vi.useFakeTimers({ toFake: ['Date'], now: began })
    await rotate(user, 'k')
    vi.setSystemTime(began + 24 * 3_600_000 - 1)
    expect((await rotate(user, 'k')).headers.get('idempotent-replayed')).toBe('true')
    vi.setSystemTime(began + 24 * 3_600_000)
    expect((await rotate(user, 'k')).headers.get('idempotent-replayed')).toBeNull()
    expect((await statsOf(user)).ring.rotations).toBe(2)
  })

  it('is one of at most ten thousand, of which the oldest goes first', async () => {
    const kept = await inDirectory((sql) => {
      const keys = new IdempotencyKeys(sql)
      keys.begin({ key: 'a', fingerprint: 'f', requestId: 'r' }, 1)
      sql.exec("UPDATE sqlite_sequence SET seq = seq + 10000 WHERE name = 'idempotency_keys'")
      for (const key of ['b', 'c']) keys.begin({ key, fingerprint: 'f', requestId: 'r' }, 2)
      return sql.exec('SELECT key FROM idempotency_keys').toArray()
    })
    expect(kept).toEqual([{ key: 'b' }, { key: 'c' }])
  })

  it('leaves nothing readable behind: neither itself, nor what was asked, nor the answer', async () => {
    const { credential, handle } = await google.registerApiKey()
    const apiKey = `key-${crypto.randomUUID()}`
    const body = { apiKey, gcpServiceAccount: credential, label: 'a label nobody repeats' }
    expect((await act('POST', 'update', body, 'the-key-itself')).status).toBe(200)
    const stored = JSON.stringify(
      await inDirectory((sql) => sql.exec('SELECT * FROM idempotency_keys').toArray()),
    )
    expect(stored).toContain('v1.')
    for (const word of ['the-key-itself', apiKey, handle, 'nobody repeats', 'cred_']) {
      expect(stored).not.toContain(word)
    }
  })

  it('makes one user for whom a key is minted, also where the answer was lost; the key that is told works', async () => {
    type Made = { user: { id: string }; apiKey: string }
    const make = async (): Promise<Made> => {
      const answer = await act('POST', 'users', { label: 'Ada' }, 'k')
      expect(answer.status).toBe(201)
      return answer.json<Made>()
    }
    const first = await make()
    expect(await make()).toEqual(first)
    const stored = await inDirectory((sql) => sql.exec('SELECT * FROM idempotency_keys').toArray())
    expect(JSON.stringify(stored)).not.toContain(first.apiKey)
    await inDirectory((sql) =>
      sql.exec('UPDATE idempotency_keys SET sealed_answer = NULL, running_until = 1'),
    )
    const again = await make()
    expect(again.user.id).toBe(first.user.id)
    for (const { apiKey } of [first, again]) {
      const own = await fetchPollux('/v1/key', { headers: { authorization: `Bearer ${apiKey}` } })
      expect(own.status).toBe(200)
    }
    const audit = await fetchPollux(`/v1/config/users/${first.user.id}/audit`, {
      headers: { authorization: `Bearer ${MASTER_KEY}` },
    })
    const { lines } = await audit.json<AuditPage>()
    expect(lines).toMatchObject([
      { act: 'user.created', detail: { fields: ['label'] } },
      { act: 'key.minted', detail: { hint: first.apiKey.slice(-4), grace_seconds: 0 } },
      { act: 'key.minted', detail: { hint: again.apiKey.slice(-4) } },
    ])
  })

  it('means nothing without the master key', async () => {
    const user = await givenUser(THREE)
    await rotate(user, 'k')
    for (const key of [user.key, 'somebody-else']) {
      const answer = await post(
        '/v1/config/rotate',
        key,
        { apiKey: user.key },
        {
          headers: { authorization: `Bearer ${key}`, [HEADER]: 'k' },
        },
      )
      expect(answer.status).toBe(401)
      expect(answer.headers.get('idempotent-replayed')).toBeNull()
    }
  })

  it('takes a compressed body for what it is', async () => {
    const user = await givenUser(THREE)
    const compress = (): BodyInit =>
      new Blob([JSON.stringify({ apiKey: user.key })])
        .stream()
        .pipeThrough(new CompressionStream('gzip'))
    for (const replayed of [null, 'true']) {
      const answer = await fetchPollux('/v1/config/rotate', {
        method: 'POST',
        headers: {
          authorization: `Bearer ${MASTER_KEY}`,
          [HEADER]: 'k',
          'content-encoding': 'gzip',
        },
        body: compress(),
      })
      expect([answer.status, answer.headers.get('idempotent-replayed')]).toEqual([200, replayed])
    }
  })

  it('is refused where no answer could be sealed, and where one was sealed by a key that is gone', async () => {
    const user = await givenUser(THREE)
    const request = (VAULT_KEY: string): Promise<Response> =>
      worker.fetch(
        new Request('http://pollux.test/v1/config/rotate', {
          method: 'POST',
          headers: { authorization: `Bearer ${MASTER_KEY}`, [HEADER]: 'k' },
          body: JSON.stringify({ apiKey: user.key }),
        }) as never,
        { ...env, VAULT_KEY },
        createExecutionContext(),
      )
    expect((await request('')).status).toBe(500)
    expect((await request(env.VAULT_KEY)).status).toBe(200)
    expect((await request(new Uint8Array(32).fill(9).toBase64())).status).toBe(500)
    expect((await statsOf(user)).ring.rotations).toBe(1)
  })

  it('names one operation, whose lines in the audit name the requests', async () => {
    const user = await givenUser(THREE)
    const answer = await rotate(user, 'k')
    const page = await fetchPollux(`/v1/config/users/${user.userId}/audit?after=4`, {
      headers: { authorization: `Bearer ${MASTER_KEY}` },
    })
    const { lines } = await page.json<AuditPage>()
    expect(lines).toMatchObject([
      { act: 'ring.rotated', request_id: answer.headers.get('x-request-id') },
    ])
  })
})
