import { createHash } from 'node:crypto'
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { Audit } from '../../src/objects/audit/audit.ts'
import type { AuditPage } from '../../src/wire/audit.ts'
import { migrate } from '../../src/objects/storage.ts'
import { objectOf } from '../support/leases.ts'
import {
  admin,
  anAdmin,
  chat,
  type ErrorBody,
  fetchPollux,
  givenUser,
  google,
  MASTER_KEY,
  MODEL,
  post,
  settledStats,
  type User,
} from '../support/pollux.ts'

async function auditOf(user: User, query = ''): Promise<AuditPage> {
  const answer = await admin('GET', `users/${user.userId}/audit${query}`)
  if (answer.status !== 200) throw new Error(await answer.text())
  return answer.json<AuditPage>()
}

async function actsOf(user: User): Promise<readonly object[]> {
  const { lines } = await auditOf(user)
  return lines.map((line) => {
    if ('unreadable' in line) throw new Error('unreadable')
    const { actor, act, subject, detail } = line
    return { actor, act, subject, detail }
  })
}

describe('the audit', () => {
  it('has a line for every admin act, in order, with its request and without a secret or a value', async () => {
    const user = await givenUser(['api_key', 'service_account'])
    const [first, second] = user.credentials.map(({ id }) => id)
    const path = `users/${user.userId}`
    const answers = [
      await admin('PATCH', path, {
        label: 'a label nobody repeats',
        expires_at: '2099-01-01T00:00:00Z',
        limits: { requests_per_minute: 777_777_777_777 },
      }),
      await admin('PATCH', `${path}/credentials/${first}`, { paused_until: null, priority: 3 }),
      await admin('PUT', `${path}/credentials/order`, { credentials: [second, first] }),
      await post('/v1/config/rotate', MASTER_KEY, { apiKey: user.key }),
      await admin('POST', `${path}/pin`, { credential: first, until: '2099-01-01T00:00:00Z' }),
      await admin('DELETE', `${path}/pin`),
      await admin('POST', `${path}/credentials/${first}/reset`),
      await admin('POST', `${path}/credentials/${first}/verify`),
      await admin('GET', `${path}/export`),
      await post('/v1/config/reseal', MASTER_KEY, {}),
      await admin('DELETE', `${path}/credentials/${second}`),
      await admin('DELETE', path),
    ]
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
    const by = { actor: 'admin' }
    expect(await actsOf(user)).toEqual([
      { ...by, act: 'user.created', subject: null, detail: { fields: [] } },
      {
        ...by,
        act: 'credential.added',
        subject: first,
        detail: { type: 'api_key', upstream: 'gemini-api' },
      },
      {
        ...by,
        act: 'credential.added',
        subject: second,
        detail: { type: 'service_account', upstream: 'vertex' },
      },
      {
        ...by,
        act: 'user.configured',
        subject: null,
        detail: { fields: ['label', 'expires_at', 'limits.requests_per_minute'] },
      },
      {
        ...by,
        act: 'credential.patched',
        subject: first,
        detail: { fields: ['priority', 'paused_until'] },
      },
      { ...by, act: 'ring.reordered', subject: null, detail: { order: [second, first] } },
      { ...by, act: 'ring.rotated', subject: null, detail: { from: first, to: second } },
      {
        ...by,
        act: 'ring.pinned',
        subject: first,
        detail: { until: '2099-01-01T00:00:00.000Z' },
      },
      { ...by, act: 'ring.unpinned', subject: null, detail: {} },
      { ...by, act: 'credential.reset', subject: first, detail: { quarantine: null } },
      {
        ...by,
        act: 'credential.verified',
        subject: first,
        detail: { verdict: 'works', reason: null, checked: 'upstream' },
      },
      { ...by, act: 'user.exported', subject: null, detail: {} },
      { ...by, act: 'user.resealed', subject: null, detail: { resealed: 0, unreadable: 0 } },
      {
        ...by,
        act: 'credential.removed',
        subject: second,
        detail: { cursor_from: second, cursor_to: first },
      },
      // The tombstone keeps all lines.
      { ...by, act: 'user.deleted', subject: null, detail: { credentials: [first] } },
    ])
    const page = await auditOf(user)
    expect(page.chain).toMatchObject({ holds: true, broken_at: null, first: 1, head: { seq: 15 } })
    const ids = page.lines.slice(3).map((line) => ('request_id' in line ? line.request_id : ''))
    expect(ids).toEqual(answers.map(({ headers }) => headers.get('x-request-id')))
    const text = JSON.stringify(page)
    for (const word of [
      user.key,
      user.credentials[0]?.handle ?? '',
      'nobody repeats',
      '777777777777',
    ]) {
      expect(text).not.toContain(word)
    }
  })

  it('says when and why the ring turned by itself, once a turn, and nothing of requests that went well', async () => {
    const user = await givenUser(['api_key', 'api_key', 'api_key'])
    const [first, second, third] = user.credentials
    await google.script({ credential: first?.handle ?? '', reply: { error: 'gemini_429_minute' } })
    await google.script({ credential: second?.handle ?? '', reply: { error: 'api_key_invalid' } })
    for (let request = 0; request < 3; request++) await chat(user.key)
    await settledStats(user)
    const by = { actor: 'ring' }
    expect((await actsOf(user)).slice(4)).toEqual([
      {
        ...by,
        act: 'ring.turned',
        subject: null,
        detail: {
          from: first?.id,
          to: second?.id,
          why: 'quota requests_per_minute',
          model: MODEL,
        },
      },
      {
        ...by,
        act: 'credential.quarantined',
        subject: second?.id,
        detail: { reason: 'api_key_invalid', model: MODEL },
      },
      {
        ...by,
        act: 'ring.turned',
        subject: null,
        detail: { from: second?.id, to: third?.id, why: 'api_key_invalid', model: MODEL },
      },
    ])
  })

  it('says once that a credential is dead, however many requests find out', async () => {
    const user = await givenUser(['authorized_user'])
    await google.removeCredential(user.credentials[0]?.handle ?? '')
    await Promise.all(Array.from({ length: 10 }, () => chat(user.key)))
    await settledStats(user)
    const acts = await actsOf(user)
    const quarantined = acts.filter((act) => 'act' in act && act.act === 'credential.quarantined')
    expect(quarantined).toHaveLength(1)
  })

  it('has no line for what was refused', async () => {
    const user = await givenUser(['api_key'])
    const before = await actsOf(user)
    const path = `users/${user.userId}`
    const refused = [
      await admin('PATCH', path, { mood: 'good' }),
      await admin('PATCH', `${path}/credentials/cred_0000000000000000`, { priority: 1 }),
      await admin('PUT', `${path}/credentials/order`, { credentials: [] }),
      await admin('DELETE', `${path}/credentials/cred_0000000000000000`),
      await admin('POST', 'users', { apiKey: user.key }),
    ]
    for (const { status } of refused) expect(status).toBeGreaterThanOrEqual(400)
    expect(await actsOf(user)).toEqual(before)
  })

  it('is read in pages, which end', async () => {
    const user = await givenUser(['api_key'])
    for (const label of ['a', 'b', 'c']) await admin('PATCH', `users/${user.userId}`, { label })
    const pages = []
    for (let after: number | null = 0; after !== null;) {
      const page: AuditPage = await auditOf(user, `?after=${after}&limit=2`)
      pages.push(page.lines.map(({ seq }) => seq))
      after = page.next
    }
    expect(pages).toEqual([[1, 2], [3, 4], [5]])
  })

  it.each([
    ['after=-1', 'after'],
    ['after=x', 'after'],
    ['limit=0', 'limit'],
    ['limit=501', 'limit'],
    ['limit=1&limit=2', 'limit'],
    ['befor=1', 'befor'],
  ])('refuses the query %s and names it', async (query, param) => {
    const user = await givenUser(['api_key'])
    const answer = await admin('GET', `users/${user.userId}/audit?${query}`)
    expect([answer.status, (await answer.json<ErrorBody>()).error.param]).toEqual([400, param])
  })

  it('of nobody is 404, and shown to no user', async () => {
    const user = await givenUser(['api_key'])
    expect((await admin('GET', `users/${'0'.repeat(64)}/audit`)).status).toBe(404)
    const asUser = await fetchPollux(`/v1/config/users/${user.userId}/audit`, {
      headers: { authorization: `Bearer ${user.key}` },
    })
    expect(asUser.status).toBe(401)
  })
})

describe('the chain', () => {
  it('can be checked by anybody who has the lines', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    const { lines, chain } = await auditOf(user)
    let prev: string | null = null
    for (const { hash, ...line } of lines) {
      expect('prev' in line ? line.prev : undefined).toBe(prev)
      expect(createHash('sha256').update(JSON.stringify(line)).digest('hex')).toBe(hash)
      prev = hash
    }
    expect(chain.head.hash).toBe(prev)
  })

  it.each<[string, string, number]>([
    [
      'a line that says something else',
      `UPDATE audit SET line = replace(line, 'api_key', 'api-key') WHERE seq = 2`,
      2,
    ],
    ['a line and its hash', `UPDATE audit SET line = '{"seq":2}', hash = 'x' WHERE seq = 2`, 2],
    [
      'another order',
      `UPDATE audit SET line = (SELECT line FROM audit WHERE seq = 3) WHERE seq = 2`,
      2,
    ],
    ['another hash', `UPDATE audit SET hash = '0' WHERE seq = 3`, 3],
    ['a line that is missing', 'DELETE FROM audit WHERE seq = 3', 3],
    ['the first that are missing', 'DELETE FROM audit WHERE seq < 3', 1],
    ['the last that is missing', 'DELETE FROM audit WHERE seq = 4', 4],
    ['all that are missing', 'DELETE FROM audit', 1],
    [
      'the first that are missing, and the anchor moved to hide it',
      `UPDATE audit_ends SET anchor_seq = 2, anchor_hash = (SELECT hash FROM audit WHERE seq = 2);
       DELETE FROM audit WHERE seq <= 2`,
      3,
    ],
    [
      'a line that was put in',
      `INSERT INTO audit SELECT 9, line, hash, NULL, act, NULL FROM audit WHERE seq = 4`,
      5,
    ],
    ['no line at all', `UPDATE audit SET line = 'nonsense' WHERE seq = 1`, 1],
  ])('shows %s', async (_, tamper, brokenAt) => {
    const user = await givenUser(['api_key', 'api_key', 'api_key'])
    expect((await auditOf(user)).chain).toMatchObject({ holds: true, head: { seq: 4 } })
    await runInDurableObject(objectOf(user), (_instance, { storage: { sql } }) => {
      sql.exec(tamper)
    })
    expect((await auditOf(user)).chain).toMatchObject({ holds: false, broken_at: brokenAt })
    // Later lines do not repair the chain.
    await admin('PATCH', `users/${user.userId}`, { label: 'later' })
    await evictDurableObject(objectOf(user))
    expect((await auditOf(user)).chain).toMatchObject({ holds: false })
  })

  it('is bounded, and still holds over what is kept', async () => {
    const kept = await runInDurableObject(
      env.USERS.getByName(crypto.randomUUID()),
      (_instance, { storage }) => {
        migrate(storage, Date.now(), 'of-a-test')
        const audit = new Audit(storage.sql, 50)
        for (let line = 0; line < 400; line++) audit.record('ring', 'ring.turned', null, { line })
        const { anchor, head } = audit.ends()
        const count = Number(storage.sql.exec('SELECT count(*) AS n FROM audit').one()['n'])
        return { anchor: anchor.seq, head: head.seq, count, broken: audit.brokenAt() }
      },
    )
    expect(kept).toMatchObject({ head: 400, broken: null })
    expect(kept.count).toBe(kept.head - kept.anchor)
    expect(kept.count).toBeGreaterThanOrEqual(50)
    expect(kept.count).toBeLessThanOrEqual(150)
  })

  it('begins anew where the user is restored, and says what KV knew of the old one', async () => {
    const user = await givenUser(['api_key'])
    const { chain } = await auditOf(user)
    await runDurableObjectAlarm(objectOf(user))
    await runInDurableObject(objectOf(user), (_instance, state) => state.storage.deleteAll())
    await evictDurableObject(objectOf(user))
    await post('/v1/config/restore', MASTER_KEY, {})
    expect(await actsOf(user)).toEqual([
      {
        actor: 'admin',
        act: 'user.restored',
        subject: null,
        detail: {
          snapshot_version: 1,
          deleted: false,
          previous_head_seq: chain.head.seq,
          previous_head_hash: chain.head.hash,
        },
      },
    ])
  })
})

describe('an act and its line', () => {
  it('are written together or not at all', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    const object = objectOf(user)
    await runInDurableObject(object, (_instance, { storage: { sql } }) => {
      sql.exec('ALTER TABLE audit RENAME TO audit_gone')
    })
    const failed = await admin('PATCH', `users/${user.userId}`, { label: 'unseen' })
    expect(failed.status).toBe(500)
    expect((await post('/v1/config/rotate', MASTER_KEY, { apiKey: user.key })).status).toBe(500)
    await runInDurableObject(objectOf(user), (_instance, { storage: { sql } }) => {
      sql.exec('ALTER TABLE audit_gone RENAME TO audit')
    })
    const { user: described } = await (
      await admin('GET', `users/${user.userId}`)
    ).json<{ user: object }>()
    expect(described).toMatchObject({ label: null, cursor: user.credentials[0]?.id })
    expect((await auditOf(user)).chain).toMatchObject({ holds: true, head: { seq: 3 } })
  })

  it('are one, however often the same operation asks for it', async () => {
    const user = await givenUser(['api_key', 'api_key', 'api_key'])
    const [first, second] = user.credentials.map(({ id }) => id)
    const by = anAdmin()
    for (let time = 0; time < 3; time++) {
      expect(await objectOf(user).rotate(by)).toEqual({ ok: true, from: first, to: second })
    }
    for (let time = 0; time < 2; time++) {
      expect(await objectOf(user).removeCredential(first ?? '', by)).toBe(true)
    }
    for (let time = 0; time < 2; time++) expect(await objectOf(user).bury(by)).toBe(true)
    expect(await objectOf(user).bury(anAdmin())).toBe(false)
    expect((await auditOf(user)).chain.head.seq).toBe(7)
  })
})
