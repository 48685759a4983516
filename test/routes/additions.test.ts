import { describe, expect, it } from 'vitest'
import {
  callsOf,
  chat,
  type ErrorBody,
  fetchPollux,
  givenUser,
  google,
  MASTER_KEY,
  post,
  registered,
  settledStats,
  statsOf,
  type User,
} from '../support/pollux.ts'

interface Line {
  readonly line: number
  readonly ok: boolean
  readonly created?: boolean
  readonly credential?: { readonly id: string }
  readonly error?: ErrorBody['error']
}

interface BulkBody {
  readonly succeeded: number
  readonly failed: number
  readonly results: readonly Line[]
}

function add(user: User, body: unknown, query = ''): Promise<Response> {
  return post(`/v1/config/users/${user.userId}/credentials${query}`, MASTER_KEY, body)
}

async function bulk(user: User, lines: readonly unknown[], query = ''): Promise<BulkBody> {
  const answer = await add(user, { credentials: lines }, `/bulk${query}`)
  if (answer.status !== 200) throw new Error(await answer.text())
  return answer.json<BulkBody>()
}

async function freshKeys(count: number): Promise<{ gcpServiceAccount: unknown }[]> {
  const minted = await Promise.all(Array.from({ length: count }, () => google.registerApiKey()))
  return minted.map(({ credential }) => ({ gcpServiceAccount: credential }))
}

async function ringOf(user: User): Promise<readonly string[]> {
  return (await statsOf(user)).ring.credentials.map(({ id }) => id)
}

describe('POST /v1/config/users/{id}/credentials', () => {
  it('adds a credential at the end of the ring, and updates it in place when it comes again', async () => {
    const user = await givenUser(['api_key'])
    const { credential } = await registered('service_account')
    const made = await add(user, { gcpServiceAccount: credential, label: 'second' })
    expect(made.status).toBe(201)
    const text = await made.text()
    expect(text).not.toMatch(/private_key|PRIVATE KEY|sealed/)
    const body = JSON.parse(text) as { credential: { id: string } }
    expect(body).toMatchObject({
      status: 'ok',
      user: user.userId,
      created: true,
      credentials: 2,
      credential: { label: 'second', type: 'service_account', position: 2 },
    })
    const again = await add(user, { gcpServiceAccount: JSON.stringify(credential) })
    expect(again.status).toBe(200)
    expect(await again.json()).toMatchObject({ created: false, credential: body.credential })
    expect(await ringOf(user)).toEqual([user.credentials[0]?.id, body.credential.id])
  })

  it('only checks it with ?dry_run=1', async () => {
    const user = await givenUser(['api_key'])
    const { credential, handle } = await google.registerApiKey()
    const answer = await add(user, { gcpServiceAccount: credential }, '?dry_run=1')
    expect(await answer.json()).toMatchObject({ dry_run: true, verdict: 'works', advice: null })
    expect(await callsOf(handle)).toEqual([])
    const dead = { type: 'api_key', api_key: 'AIzaNobody' }
    expect(
      await (await add(user, { gcpServiceAccount: dead }, '?dry_run=true')).json(),
    ).toMatchObject({ verdict: 'refused', reason: 'api_key_invalid', advice: expect.any(String) })
    expect(await ringOf(user)).toEqual([user.credentials[0]?.id])
  })

  it.each<[string, unknown, string, string, string]>([
    ['no credential', {}, '', 'missing_required_parameter', 'gcpServiceAccount'],
    [
      'a misspelt field',
      { gcpServiceAccount: { type: 'api_key', api_key: 'AIzaX' }, lable: 'x' },
      '',
      'unknown_parameter',
      'lable',
    ],
    [
      'a bad field',
      { gcpServiceAccount: { type: 'api_key', api_key: 'a b' } },
      '',
      'invalid_value',
      'gcpServiceAccount.api_key',
    ],
    [
      'a misspelt query',
      { gcpServiceAccount: { type: 'api_key', api_key: 'AIzaX' } },
      '?dryrun=1',
      'unknown_parameter',
      'dryrun',
    ],
    [
      'an unclear query',
      { gcpServiceAccount: { type: 'api_key', api_key: 'AIzaX' } },
      '?dry_run=maybe',
      'invalid_value',
      'dry_run',
    ],
  ])('refuses %s, names it, and keeps nothing', async (_, body, query, code, param) => {
    const user = await givenUser(['api_key'])
    const answer = await add(user, body, query)
    expect(answer.status).toBe(400)
    expect((await answer.json<ErrorBody>()).error).toMatchObject({ code, param })
    expect((await ringOf(user)).length).toBe(1)
  })

  it.each(['', '?dry_run=1', '/bulk', '/bulk?dry_run=1'])(
    'makes no user where there is none (%s)',
    async (rest) => {
      const [one] = await freshKeys(1)
      const body = rest.startsWith('/bulk') ? { credentials: [one] } : one
      for (const id of ['0'.repeat(64), 'nonsense']) {
        const answer = await post(`/v1/config/users/${id}/credentials${rest}`, MASTER_KEY, body)
        expect(answer.status).toBe(404)
        expect((await answer.json<ErrorBody>()).error).toMatchObject({
          code: 'user_not_found',
          param: 'id',
        })
      }
    },
  )
})

describe('POST /v1/config/users/{id}/credentials/bulk', () => {
  it('answers for each line, and one that is bad does not lose the others', async () => {
    const user = await givenUser(['api_key'])
    const [first, second] = await freshKeys(2)
    const known = { gcpServiceAccount: { type: 'api_key', api_key: user.credentials[0]?.handle } }
    const { succeeded, failed, results } = await bulk(user, [
      first,
      { gcpServiceAccount: { type: 'api_key', api_key: '' } },
      'no object',
      known,
      { gcpServiceAccount: { type: 'carrier_pigeon' } },
      { ...second, label: 'sixth', mood: 'good' },
      { ...second, label: 'seventh' },
    ])
    expect([succeeded, failed]).toEqual([3, 4])
    expect(results.map(({ line, ok }) => [line, ok])).toEqual([
      [1, true],
      [2, false],
      [3, false],
      [4, true],
      [5, false],
      [6, false],
      [7, true],
    ])
    expect(results.map(({ error }) => error?.param)).toEqual([
      undefined,
      'credentials[1].gcpServiceAccount.api_key',
      'credentials[2]',
      undefined,
      'credentials[4].gcpServiceAccount.type',
      'credentials[5].mood',
      undefined,
    ])
    const errors = results.flatMap(({ error }) => error ?? [])
    expect(errors.filter(({ message, param }) => !message.includes(`'${param}'`))).toEqual([])
    expect(results[3]).toMatchObject({
      created: false,
      credential: { id: user.credentials[0]?.id },
    })
    expect(await ringOf(user)).toEqual([
      user.credentials[0]?.id,
      results[0]?.credential?.id,
      results[6]?.credential?.id,
    ])
    for (let request = 0; request < 2; request++) expect((await chat(user.key)).status).toBe(200)
    await settledStats(user)
  })

  it('names what is twice in the list, and takes it once', async () => {
    const user = await givenUser(['api_key'])
    const [one, other] = await freshKeys(2)
    const { results } = await bulk(user, [one, other, { ...one, label: 'again' }])
    expect(results.map(({ ok }) => ok)).toEqual([true, true, false])
    expect(results[2]?.error).toMatchObject({
      code: 'invalid_value',
      param: 'credentials[2].gcpServiceAccount',
      message: expect.stringContaining('line 1'),
    })
    expect((await ringOf(user)).length).toBe(3)
  })

  it('fills the ring to MAX_CREDENTIALS and no further, however many lists are posted at once', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    const keys = await freshKeys(18)
    const lists = [keys.slice(0, 6), keys.slice(6, 12), keys.slice(12)]
    const answers = await Promise.all(lists.map((list) => bulk(user, list)))
    const added = answers.reduce((sum, { succeeded }) => sum + succeeded, 0)
    expect(added).toBe(8)
    expect((await ringOf(user)).length).toBe(10)
    const refused = answers.flatMap(({ results }) => results).filter(({ ok }) => !ok)
    expect(new Set(refused.map(({ error }) => error?.code))).toEqual(
      new Set(['max_credentials_reached']),
    )
    // Known credentials are still updated.
    const known = { gcpServiceAccount: { type: 'api_key', api_key: user.credentials[0]?.handle } }
    const { results } = await bulk(user, [keys[17], known])
    expect(results.at(-1)).toMatchObject({ line: 2, ok: true, created: false })
  })

  it('checks each with Google with ?dry_run=1, and keeps none', async () => {
    const user = await givenUser(['api_key'])
    const keys = await freshKeys(7)
    const dead = { gcpServiceAccount: { type: 'api_key', api_key: 'AIzaNobody' } }
    const { succeeded, failed, results } = await bulk(
      user,
      [...keys, dead, keys[0], { gcpServiceAccount: 7 }],
      '?dry_run=1',
    )
    expect([succeeded, failed]).toEqual([7, 3])
    expect(results.map(({ line }) => line)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    expect(results[7]).toMatchObject({
      ok: false,
      verdict: 'refused',
      reason: 'api_key_invalid',
      advice: expect.any(String),
    })
    expect(results[8]?.error?.message).toContain('line 1')
    expect((await ringOf(user)).length).toBe(1)
  })

  it.each<[string, unknown, string, string]>([
    ['no list', {}, 'missing_required_parameter', 'credentials'],
    ['no list but an object', { credentials: {} }, 'invalid_type', 'credentials'],
    ['an empty list', { credentials: [] }, 'invalid_value', 'credentials'],
    [
      'too long a list',
      { credentials: Array.from({ length: 101 }, () => ({})) },
      'invalid_value',
      'credentials',
    ],
    ['a misspelt field', { credentials: [{}], dry_run: true }, 'unknown_parameter', 'dry_run'],
  ])('refuses %s whole', async (_, body, code, param) => {
    const user = await givenUser(['api_key'])
    const answer = await add(user, body, '/bulk')
    expect(answer.status).toBe(400)
    expect((await answer.json<ErrorBody>()).error).toMatchObject({ code, param })
  })

  const file = { type: 'api_key', api_key: 'AIza with a space nobody repeats' }
  it.each<[string, unknown]>([
    ['a key that is none', { gcpServiceAccount: file }],
    ['a line that is a text', JSON.stringify({ gcpServiceAccount: file })],
    ['a field that is a text', { gcpServiceAccount: { type: JSON.stringify(file) } }],
    ['a field of another name', { gcpServiceAcount: file }],
  ])('repeats no secret of %s', async (_, line) => {
    const user = await givenUser(['api_key'])
    const answer = await add(user, { credentials: [line] }, '/bulk')
    const text = await answer.text()
    expect(text).toContain('credentials[0]')
    expect(text).not.toContain('nobody repeats')
  })

  it.each([7, 'text', null])('says what a line should be that is %j', async (line) => {
    const user = await givenUser(['api_key'])
    const [result] = (await bulk(user, [line])).results
    expect(result?.error?.message).toMatch(
      /^Invalid type for 'credentials\[0\]': expected an object, got (a number|a string|null)\. Accepted as /,
    )
  })
})

it('GET /debug/stats refuses a page after nobody', async () => {
  const headers = { authorization: `Bearer ${MASTER_KEY}` }
  const answer = await fetchPollux('/debug/stats?after=x', { headers })
  expect([answer.status, (await answer.json<ErrorBody>()).error.param]).toEqual([400, 'after'])
})

describe('GET /v1/config/users', () => {
  it('is read in pages of any size', async () => {
    const users = await Promise.all(Array.from({ length: 5 }, () => givenUser()))
    const seen: string[] = []
    for (let query: string | null = '?'; query !== null;) {
      const answer: Response = await fetchPollux(`/v1/config/users${query}&limit=2`, {
        headers: { authorization: `Bearer ${MASTER_KEY}` },
      })
      type Page = { users: { user: string }[]; next: string | null }
      const page = await answer.json<Page>()
      expect(page.users.length).toBeLessThanOrEqual(2)
      seen.push(...page.users.map(({ user }) => user))
      query = page.next
    }
    const ids = users.map(({ userId }) => userId)
    expect(seen.toSorted((a, b) => a.localeCompare(b))).toEqual(
      ids.toSorted((a, b) => a.localeCompare(b)),
    )
  })

  it.each(['after=x', 'limit=0', 'limit=101', 'page=2'])('refuses ?%s', async (query) => {
    const answer = await fetchPollux(`/v1/config/users?${query}`, {
      headers: { authorization: `Bearer ${MASTER_KEY}` },
    })
    expect([answer.status, (await answer.json<ErrorBody>()).error.param]).toEqual([
      400,
      query.split('=')[0],
    ])
  })
})
