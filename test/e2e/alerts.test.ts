/**
 * Alerts from a real `npm start` to a real receiver: signed, together in one call, and sent again until they are
 * accepted.
 */
import { createHmac, randomInt } from 'node:crypto'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEmulatorClient } from '../../emulator/client.ts'
import { freePort } from '../../scripts/ports.ts'
import { makeCheckout } from './support/checkout.ts'
import { eventually } from './support/eventually.ts'
import { type NpmStart, npmStart, untilGone } from './support/npm-start.ts'

const SECRET = Buffer.from('a secret of the operator')

interface Alert {
  readonly kind: string
  readonly user: string
  readonly label: string | null
  readonly link?: string | null
  readonly percent?: number
  readonly limit?: string
}

interface Delivery {
  readonly at: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

describe('alerts by webhook', { timeout: 120_000 }, () => {
  const checkout = makeCheckout()
  const got: Delivery[] = []
  /** What the receiver answers, call by call; 200 after the end of the list. */
  const answers: number[] = []
  let receiver: Server
  let gateway: NpmStart
  let user = ''

  beforeAll(async () => {
    const hook = await freePort(randomInt(30_001, 40_000))
    receiver = createServer((request, response) => {
      let body = ''
      request.setEncoding('utf8').on('data', (chunk: string) => {
        body += chunk
      })
      request.on('end', () => {
        got.push({ at: Date.now(), headers: request.headers, body })
        response.writeHead(answers.shift() ?? 200).end()
      })
    }).listen(hook, '127.0.0.1')
    // As an operator would set it for a gateway on this machine.
    const state = join(checkout, 'state')
    mkdirSync(state)
    writeFileSync(
      join(state, '.dev.vars'),
      [
        `ALERT_WEBHOOK_URL=http://127.0.0.1:${hook}/hook`,
        `ALERT_WEBHOOK_SECRET=whsec_${SECRET.toString('base64')}`,
        'TOTALS_PUSH_MS=1000\n',
      ].join('\n'),
    )
    const port = await freePort(randomInt(20_000, 30_000))
    gateway = await npmStart(checkout, ['--port', String(port), '--state', 'state'])
    const made = (await asAdmin('POST', '/v1/config/users', {
      label: 'Ada',
      apiKey: 'a-key-for-the-tests-of-alerts-0001',
    })) as { user: { id: string } }
    user = made.user.id
    // An account of a person: Google names a page where it can be verified.
    await asAdmin('POST', `/v1/config/users/${user}/credentials`, {
      label: 'ada@home',
      gcpServiceAccount: {
        type: 'authorized_user',
        client_id: 'made-up.apps.googleusercontent.com',
        client_secret: 'made-up-secret',
        refresh_token: '1//made-up-token',
        quota_project_id: 'made-up-project',
      },
    })
  }, 120_000)

  afterAll(async () => {
    receiver.close()
    receiver.closeAllConnections()
    const pids = gateway?.pids() ?? []
    gateway?.kill('SIGTERM')
    await untilGone(pids)
    rmSync(checkout, { recursive: true, force: true })
  })

  async function asAdmin(method: string, path: string, body: object): Promise<unknown> {
    const answer = await fetch(gateway.url + path, {
      method,
      headers: { authorization: `Bearer ${gateway.masterKey}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (!answer.ok) throw new Error(await answer.text())
    return answer.json()
  }

  async function chat(key: string): Promise<number> {
    const answer = await fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        model: 'gemini-2.5-flash',
        messages: [{ role: 'user', content: 'Hello' }],
      }),
    })
    await answer.text()
    return answer.status
  }

  function alertsIn({ body }: Delivery): readonly Alert[] {
    return (JSON.parse(body) as { alerts: readonly Alert[] }).alerts
  }

  it('tell of a quarantine with Google’s link and of a ring that serves nothing, in one call, again until it is taken', async () => {
    answers.push(500, 503)
    const google = createEmulatorClient(gateway.emulatorUrl)
    await google.script({ reply: { error: '403_validation' } })
    expect(await chat('a-key-for-the-tests-of-alerts-0001')).toBeGreaterThanOrEqual(400)
    await eventually(
      () => got,
      ({ length }) => length >= 3,
      40_000,
    )
    const [first, second, third] = got
    if (first === undefined || second === undefined || third === undefined) throw new Error('none')
    expect(alertsIn(first)).toEqual([
      expect.objectContaining({ kind: 'ring_serves_nothing', user, label: 'Ada' }),
      expect.objectContaining({
        kind: 'credential_quarantined',
        user,
        credential_label: 'ada@home',
        reason: 'validation_required',
        link: expect.stringMatching(/^https:\/\/accounts\.google\.com\//),
      }),
    ])
    // The same body under the same id, each some time after the one before.
    expect([second.body, third.body]).toEqual([first.body, first.body])
    const ids = got.map(({ headers }) => headers['webhook-id'])
    expect(new Set(ids).size).toBe(1)
    expect(second.at - first.at).toBeGreaterThan(4000)
    expect(third.at - second.at).toBeGreaterThan(9000)
  })

  it('are signed as Standard Webhooks says', () => {
    expect(got.length).toBeGreaterThan(0)
    for (const { headers, body, at } of got) {
      const [id = '', stamp = ''] = [headers['webhook-id'], headers['webhook-timestamp']].map(
        String,
      )
      const mac = createHmac('sha256', SECRET).update(`${id}.${stamp}.${body}`).digest('base64')
      expect(headers['webhook-signature']).toBe(`v1,${mac}`)
      expect(Math.abs(at / 1000 - Number(stamp))).toBeLessThan(60)
      expect(headers['content-type']).toBe('application/json')
    }
  })

  it('tell of budgets that are used up, and hold no secret', async () => {
    const before = got.length
    await asAdmin('PATCH', `/v1/config/users/${user}`, { limits: { usd_total: 0.000_000_1 } })
    await asAdmin('POST', `/v1/config/users/${user}/credentials`, {
      gcpServiceAccount: { type: 'api_key', api_key: 'AIzaSyMadeUpKeyForTheAlerts-000000000001' },
    })
    expect(await chat('a-key-for-the-tests-of-alerts-0001')).toBe(429)
    const told = await eventually(
      () => got.slice(before).flatMap(alertsIn),
      (alerts) => alerts.filter(({ kind }) => kind === 'budget').length >= 2,
      20_000,
    )
    const budgets = told.filter(({ kind }) => kind === 'budget')
    expect(budgets.map(({ limit, percent }) => [limit, percent])).toEqual([
      ['usd_total', 80],
      ['usd_total', 100],
    ])
    const all = got.map(({ body }) => body).join()
    for (const secret of ['made-up-secret', 'made-up-token', 'AIzaSy', 'a-key-for-the-tests']) {
      expect(all).not.toContain(secret)
    }
  })
})
