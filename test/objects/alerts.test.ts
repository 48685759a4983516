/** Alerts to operators by webhook: each is sent once, signed, and repeated until it was accepted. */
import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, it, vi } from 'vitest'
import { Alerts } from '../../src/objects/totals/alerts.ts'
import type { Condition } from '../../src/objects/totals/conditions.ts'
import { admin, chat, configure, givenUser, google, settledStats } from '../support/pollux.ts'

const NOW = Date.parse('2026-11-28T12:00:00Z')
const HOUR_MS = 3_600_000
const USER = { id: 'a'.repeat(64), label: 'Ada' }
const OUT: Condition = { kind: 'ring_serves_nothing', subject: '', detail: {} }
const BROKEN: Condition = { kind: 'ledger_broken', subject: '', detail: {} }
const SECRET = `whsec_${btoa('a secret of the operator')}`

function withAlerts(test: (alerts: Alerts) => Promise<void>): Promise<void> {
  const name = `alerts-${crypto.randomUUID()}`
  return runInDurableObject(env.TOTALS.getByName(name), async (_, { storage }) => {
    await test(new Alerts(storage.sql))
  })
}

function receiver(answers: readonly number[]) {
  const got: { headers: Headers; body: string }[] = []
  const send = async (request: Request): Promise<Response> => {
    got.push({ headers: request.headers, body: await request.text() })
    return new Response(null, { status: answers[got.length - 1] ?? 200 })
  }
  return { got, receiver: { url: 'https://hooks.example.org/x', secret: SECRET, send } }
}

describe('alerts', () => {
  it('come together in one call, signed as Standard Webhooks says', async () => {
    await withAlerts(async (alerts) => {
      const { got, receiver: to } = receiver([])
      expect(alerts.note(USER, [], [OUT, BROKEN], NOW)).toBe(true)
      expect(await alerts.deliver(to, NOW)).toBeNull()
      expect(await alerts.deliver(to, NOW)).toBeNull()
      expect(got).toHaveLength(1)
      const { headers, body } = got[0] ?? { headers: new Headers(), body: '' }
      expect(JSON.parse(body)).toMatchObject({
        type: 'pollux.alerts',
        alerts: [
          { kind: 'ring_serves_nothing', user: USER.id, label: 'Ada' },
          { kind: 'ledger_broken' },
        ],
      })
      const content = `${headers.get('webhook-id')}.${headers.get('webhook-timestamp')}.${body}`
      const bytes = new TextEncoder().encode('a secret of the operator')
      const algorithm = { name: 'HMAC', hash: 'SHA-256' }
      const key = await crypto.subtle.importKey('raw', bytes, algorithm, false, ['sign'])
      const tag = await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(content))
      const expected = `v1,${btoa(String.fromCharCode(...new Uint8Array(tag)))}`
      expect(headers.get('webhook-signature')).toBe(expected)
    })
  })

  it('are told again, under the same id, until they were taken', async () => {
    await withAlerts(async (alerts) => {
      const { got, receiver: to } = receiver([500, 503])
      alerts.note(USER, [], [OUT], NOW)
      const first = await alerts.deliver(to, NOW)
      expect(first).toBe(NOW + 5000)
      expect(await alerts.deliver(to, NOW + 5000)).toBe(NOW + 15_000)
      expect(await alerts.deliver(to, NOW + 15_000)).toBeNull()
      expect(new Set(got.map(({ headers }) => headers.get('webhook-id'))).size).toBe(1)
      expect(got).toHaveLength(3)
    })
  })

  it('that come between two tries go with a call of their own', async () => {
    await withAlerts(async (alerts) => {
      const { got, receiver: to } = receiver([500])
      alerts.note(USER, [], [OUT], NOW)
      await alerts.deliver(to, NOW)
      alerts.note(USER, [OUT], [OUT, BROKEN], NOW + 1)
      const next = await alerts.deliver(to, NOW + 5000)
      expect(next).toBe(NOW + 7000)
      expect(await alerts.deliver(to, NOW + 7000)).toBeNull()
      const ids = got.map(({ headers }) => headers.get('webhook-id'))
      expect([ids[0] === ids[1], ids[1] === ids[2]]).toEqual([true, false])
      const kinds = got.map(({ body }) =>
        (JSON.parse(body) as { alerts: { kind: string }[] }).alerts.map(({ kind }) => kind),
      )
      expect(kinds).toEqual([['ring_serves_nothing'], ['ring_serves_nothing'], ['ledger_broken']])
    })
  })

  it.each(['whsec_no base64!', 'whsec_', ''])(
    'wait, and the log says so, where the secret is malformed: %j',
    async (secret) => {
      const logged = vi.spyOn(console, 'error').mockImplementation(() => undefined)
      await withAlerts(async (alerts) => {
        const { got, receiver: to } = receiver([])
        alerts.note(USER, [], [OUT], NOW)
        expect(await alerts.deliver({ ...to, secret }, NOW)).toBe(NOW + 5000)
        expect(got).toEqual([])
      })
      expect(logged.mock.calls.map(String)).toEqual([expect.stringContaining('alerts_not_taken')])
      logged.mockRestore()
    },
  )

  it('are not repeated while they hold, nor within an hour', async () => {
    await withAlerts(async (alerts) => {
      expect(alerts.note(USER, [], [OUT], NOW)).toBe(true)
      expect(alerts.note(USER, [OUT], [OUT], NOW + 1)).toBe(false)
      expect(alerts.note(USER, [], [OUT], NOW + 2)).toBe(false)
      expect(alerts.note(USER, [], [OUT], NOW + HOUR_MS)).toBe(true)
    })
  })
})

async function conditionsNow(userId: string): Promise<readonly Condition[]> {
  const answer = await admin('GET', `users/${userId}`)
  await answer.text()
  await scheduler.wait(1200)
  return runInDurableObject(env.TOTALS.getByName('totals-0'), (_, { storage }) => {
    const [row] = storage.sql
      .exec<{ summary: string }>('SELECT summary FROM told WHERE user_id = ?', userId)
      .toArray()
    const { conditions } = JSON.parse(row?.summary ?? '{}') as { conditions?: Condition[] }
    return conditions ?? []
  })
}

describe('what is told of a user', () => {
  it('is a credential in quarantine with Google’s link, and a ring that serves nothing', async () => {
    const user = await givenUser(['api_key'])
    const [one] = user.credentials
    await google.script({
      credential: one?.handle ?? '',
      reply: { error: '403_tos' },
    })
    await (await chat(user.key)).text()
    await settledStats(user)
    await expect
      .poll(async () => (await conditionsNow(user.userId)).map(({ kind }) => kind), {
        timeout: 8000,
      })
      .toEqual(['ring_serves_nothing', 'credential_quarantined'])
  })

  it('is a budget at 80 and at 100 %', async () => {
    const user = await givenUser(['api_key'])
    await configure(user, { limits: { total_tokens: 1 } })
    await (await chat(user.key)).text()
    await settledStats(user)
    await expect
      .poll(async () => (await conditionsNow(user.userId)).map(({ detail }) => detail['percent']), {
        timeout: 8000,
      })
      .toEqual([80, 100])
  })
})
