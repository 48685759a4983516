import { describe, expect, it } from 'vitest'
import { admin, type ErrorBody, givenUser, google, MASTER_KEY, post } from '../support/pollux.ts'

describe('gcpServiceAccount', () => {
  it('takes an API key without a type, as an object and as a string', async () => {
    const user = await givenUser()
    for (const fold of [(file: object) => file, (file: object) => JSON.stringify(file)]) {
      const { credential } = await google.registerApiKey()
      const { type: _, ...untyped } = credential as { type: string }
      const answer = await admin('POST', `users/${user.userId}/credentials`, {
        gcpServiceAccount: fold(untyped),
      })
      expect(answer.status).toBe(201)
      expect(await answer.json()).toMatchObject({ credential: { type: 'api_key' } })
    }
  })

  it.each([
    ['nothing', undefined],
    ['no object', 7],
    ['a text', 'AIzaSomething'],
    ['no type', { key: 'x' }],
    ['another type', { type: 'external_account' }],
    ['a file without its key', { type: 'service_account', client_email: 'a@b.example' }],
    [
      'a key that is none',
      { type: 'service_account', client_email: 'a@b.c', private_key: 'x', project_id: 'my-proj' },
    ],
    ['an empty key', { api_key: '' }],
  ])('that is %s is refused with the forms that are taken', async (_, gcpServiceAccount) => {
    const answer = await post('/v1/config/update', MASTER_KEY, {
      apiKey: 'a-key-for-nobody-yet',
      gcpServiceAccount,
    })
    expect(answer.status).toBe(400)
    const { error } = await answer.json<ErrorBody>()
    for (const form of ['service_account', 'authorized_user', '{"api_key"']) {
      expect(error.message).toContain(form)
    }
  })
})

it.each([null, 7, 'x', [], {}, { gcpServiceAccount: null }])(
  'a line of many credentials that is %j is refused with the forms that are taken',
  async (line) => {
    const { userId } = await givenUser()
    const path = `users/${userId}/credentials/bulk`
    const answer = await admin('POST', path, { credentials: [line] })
    const { results } = await answer.json<{ results: ErrorBody[] }>()
    for (const form of ['service_account', 'authorized_user', '{"api_key"']) {
      expect(results[0]?.error.message).toContain(form)
    }
  },
)

describe('expires_at', () => {
  it.each([
    ['2031-01-31', '2031-01-31T23:59:59.999Z'],
    ['2031-01-31T12:00:00Z', '2031-01-31T12:00:00.000Z'],
    [null, null],
  ])('takes %s for %s', async (given, kept) => {
    const { userId } = await givenUser()
    const answer = await admin('PATCH', `users/${userId}`, { expires_at: given })
    expect(await answer.json()).toMatchObject({ user: { expires_at: kept } })
  })

  it.each([
    ['30d', 30 * 86_400_000],
    ['12h', 12 * 3_600_000],
    ['90m', 90 * 60_000],
    ['2w', 14 * 86_400_000],
  ])('takes %s for so long from now', async (given, ms) => {
    const { userId } = await givenUser()
    const began = Date.now()
    const answer = await admin('PATCH', `users/${userId}`, { expires_at: given })
    const { user } = await answer.json<{ user: { expires_at: string } }>()
    const at = Date.parse(user.expires_at)
    expect(at).toBeGreaterThanOrEqual(began + ms)
    expect(at).toBeLessThanOrEqual(Date.now() + ms)
  })

  it.each(['2031-02-30', '30', '0d', '-1d', '30y', 'tomorrow', '99999999d', ''])(
    'refuses %j and shows what is taken',
    async (given) => {
      const { userId } = await givenUser()
      const answer = await admin('PATCH', `users/${userId}`, { expires_at: given })
      expect(answer.status).toBe(400)
      expect((await answer.json<ErrorBody>()).error.param).toBe('expires_at')
    },
  )
})

describe('a pause and a pin', () => {
  it('end as a key does: on a day, or a time from now', async () => {
    const { userId } = await givenUser()
    const { credentials } = await (
      await admin('GET', `users/${userId}/credentials`)
    ).json<{ credentials: { id: string }[] }>()
    const id = credentials[0]?.id ?? ''
    const path = `users/${userId}/credentials/${id}`
    const pause = async (paused_until: string): Promise<string> => {
      const answer = await admin('PATCH', path, { paused_until })
      return (await answer.json<{ credential: { paused_until: string } }>()).credential.paused_until
    }
    const pin = async (until: string): Promise<string> => {
      const answer = await admin('POST', `users/${userId}/pin`, { credential: id, until })
      return (await answer.json<{ user: { pin: { until: string } } }>()).user.pin.until
    }
    for (const act of [pause, pin]) {
      expect(await act('2031-01-31')).toBe('2031-01-31T23:59:59.999Z')
      const inTwoHours = Date.parse(await act('2h')) - Date.now()
      expect(inTwoHours).toBeGreaterThan(7_100_000)
      expect(inTwoHours).toBeLessThanOrEqual(7_200_000)
    }
    for (const [method, at, body, param] of [
      ['PATCH', path, { paused_until: '2 hours' }, 'paused_until'],
      ['POST', `users/${userId}/pin`, { credential: id, until: 'soon' }, 'until'],
    ] as const) {
      const refused = await admin(method, at, body)
      expect(refused.status).toBe(400)
      expect((await refused.json<ErrorBody>()).error.param).toBe(param)
    }
  })
})
