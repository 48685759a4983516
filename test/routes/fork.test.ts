/** Users of the fork are imported under their own keys, and no answer holds a secret. */
import { describe, expect, it } from 'vitest'
import type { ForkAnswer, ForkLine } from '../../src/wire/fork-import.ts'
import { admin, chat, registered, statsOf } from '../support/pollux.ts'

async function fork(body: object, query = ''): Promise<{ answer: ForkAnswer; text: string }> {
  const response = await admin('POST', `import/fork${query}`, body)
  const text = await response.text()
  expect([response.status, text]).toEqual([200, text])
  return { answer: JSON.parse(text) as ForkAnswer, text }
}

async function ringOfFork() {
  const made = [await registered('service_account'), await registered('authorized_user')]
  const texts = made.map(({ credential }) => JSON.stringify(credential))
  const key = `fork-${crypto.randomUUID()}`
  const [first = '', second = ''] = texts
  const value = JSON.stringify({
    gcpServiceAccounts: [first, second, first, '{"type":"service_account","private_key":"s3cret"}'],
    currentCredentialIndex: 1,
    nextWriteIndex: 4,
    requestCounts: [7, 5, 0, 0],
    totalRequests: 12,
  })
  return {
    key,
    value,
    secrets: [key, 's3cret', ...made.flatMap(({ credential }) => secretsOf(credential))],
  }
}

function secretsOf(credential: object): string[] {
  return ['private_key', 'refresh_token', 'client_secret'].flatMap((name) => {
    const value = (credential as Record<string, unknown>)[name]
    return typeof value === 'string' ? [value.replaceAll('\n', '\\n').slice(40, 100) || value] : []
  })
}

describe('POST /v1/config/import/fork', () => {
  it('makes a user in ring order with the cursor, duplicates once, and says so without a secret', async () => {
    const { key, value, secrets } = await ringOfFork()
    const body = { [`config:${key}`]: value }
    const dry = await fork(body, '?dry_run=1')
    expect(dry.answer).toMatchObject({ dry_run: true, succeeded: 1, failed: 0 })
    expect(dry.answer.results[0]).toMatchObject({ result: 'would_create', cursor: 1 })
    expect((await chat(key)).status).toBe(401)

    const { answer, text } = await fork(body)
    const [line] = answer.results
    expect(line).toMatchObject({ ok: true, result: 'created', total_requests: 12, cursor: 1 })
    expect(line?.credentials.map(({ result, requests }) => [result, requests])).toEqual([
      ['added', 7],
      ['added', 5],
      ['duplicate', 0],
      ['refused', 0],
    ])
    for (const secret of secrets) expect(dry.text + text).not.toContain(secret)
    const stats = await statsOf({ key, userId: line?.user ?? '', credentials: [] })
    expect(stats.ring.credentials.map(({ type }) => type)).toEqual([
      'service_account',
      'authorized_user',
    ])
    expect(stats.ring.cursor).toBe(stats.ring.credentials[1]?.id)
    const answered = await chat(key)
    await answered.text()
    expect(answered.status).toBe(200)

    const again = await fork(body)
    expect(again.answer.results[0]).toMatchObject({ result: 'completed' })
    expect(again.answer.results[0]?.credentials.map(({ result }) => result)).toEqual([
      'known',
      'known',
      'duplicate',
      'refused',
    ])
  })

  it.each(['not json', '5', '[]', null, 7, ''])(
    'says of a value that is no object what was expected: %j',
    async (value) => {
      const values = { 'config:a-key-of-a-broken-entry': value }
      const { answer } = await fork({ values }, '?dry_run=1')
      expect(answer.results).toMatchObject([
        { ok: false, result: 'refused', message: expect.stringContaining('must be a JSON object') },
      ])
    },
  )

  it('takes each form that an export has, and a bad line loses no other', async () => {
    const { key, value } = await ringOfFork()
    const other = await ringOfFork()
    const lines = (body: object) => fork(body, '?dry_run=1').then(({ answer }) => answer.results)
    const results: ForkLine['result'][] = []
    for (const body of [
      { [`config:${key}`]: { value, metadata: null } },
      { values: { [`config:${key}`]: value } },
      { entries: [{ key: `config:${key}`, value }] },
      { [`config:${key}`]: JSON.parse(value) as object },
    ]) {
      results.push(...(await lines(body)).map(({ result }) => result))
    }
    expect(results).toEqual(['would_create', 'would_create', 'would_create', 'would_create'])
    const mixed = await lines({
      'other:thing': '1',
      'config:short': value,
      [`config:${key}`]: 'no JSON',
      [`config:${other.key}`]: other.value,
    })
    expect(mixed.map(({ ok }) => ok)).toEqual([false, false, false, true])
    expect((await admin('POST', 'import/fork', {})).status).toBe(400)
  })
})
