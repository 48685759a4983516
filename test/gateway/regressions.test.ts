/** Faults that were found by trying to break the gateway. */
import { afterEach, describe, expect, it, vi } from 'vitest'
import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import type { LeaseResult } from '../../src/objects/ledger/lease.ts'
import type { Verdict } from '../../src/upstreams/verdict.ts'
import { refusedBy } from '../../src/gateway/things.ts'
import type { Access } from '../../src/upstreams/credential.ts'
import { asking, leaseFrom, objectOf, report } from '../support/leases.ts'
import {
  anAdmin,
  callsOf,
  chat,
  type ErrorBody,
  fetchPollux,
  framesOf,
  givenUser,
  google,
  MASTER_KEY,
  post,
  settledStats,
  statsOf,
  textOf,
  type User,
} from '../support/pollux.ts'

async function script(user: User, position: number, reply: object, times = 1): Promise<void> {
  const credential = user.credentials[position]?.handle ?? ''
  await google.script({ credential, times, reply: reply as never })
}

const DEAD: Verdict = { kind: 'credential_fault', reason: 'api_key_invalid', scope: 'credential' }
const QUOTA: Verdict = { kind: 'quota', dimension: 'unknown', retryAfterMs: 9000, evidence: 'text' }

afterEach(() => {
  vi.useRealTimers()
})

describe('counting', () => {
  it('takes what is no whole number of tokens for none, and goes on counting', async () => {
    const user = await givenUser()
    const usage = { promptTokenCount: 1.5, candidatesTokenCount: -3, thoughtsTokenCount: 2 }
    await script(user, 0, {
      chunks: [
        {
          candidates: [{ content: { parts: [{ text: 'x' }] }, finishReason: 'STOP' }],
          usageMetadata: usage,
        },
      ],
    })
    expect((await chat(user.key)).status).toBe(200)
    expect((await chat(user.key)).status).toBe(200)
    await settledStats(user)
    await evictDurableObject(objectOf(user))
    const stats = await statsOf(user)
    expect(stats.requests).toMatchObject({ total: 2, ok: 2 })
    expect(stats.ring.credentials[0]?.tokens.reasoning).toBeGreaterThanOrEqual(2)
  })

  it('forgets earlier lives of the object although it never stays awake for long', async () => {
    const user = await givenUser()
    vi.useFakeTimers({ toFake: ['Date'] })
    for (let life = 0; life < 6; life++) {
      vi.setSystemTime(Date.now() + 30 * 60_000)
      await objectOf(user).settle(report(await leaseFrom(user), { kind: 'ok' }, 'ok'))
      await evictDurableObject(objectOf(user))
    }
    const lives = await runInDurableObject(
      objectOf(user),
      (_instance, state) =>
        state.storage.sql.exec('SELECT count(*) AS n FROM past_lives').one()['n'],
    )
    expect(lives).toBeLessThanOrEqual(2)
    expect((await statsOf(user)).requests.ok).toBe(6)
  })

  it('gives the same lease again to an attempt that asks again', async () => {
    const user = await givenUser()
    const asked = asking(user)
    const [one, other] = [await objectOf(user).lease(asked), await objectOf(user).lease(asked)]
    expect(other).toEqual(one)
    expect((await statsOf(user)).ledger).toMatchObject({ granted: 1, open: 1 })
  })

  it('counts a report and the request it ends once, though both are repeated', async () => {
    const user = await givenUser()
    const lease = await leaseFrom(user)
    const next = asking(user, { tried: [lease.credentialId], attempt: 2 })
    for (let time = 0; time < 2; time++) {
      const answer = await objectOf(user).settleAndLease(report(lease, QUOTA, null), next)
      expect(answer.ok).toBe(false)
    }
    expect((await statsOf(user)).requests).toMatchObject({ total: 1, failed: 1 })
  })
})

describe('a user who is deleted while a request is under way', () => {
  it('is lent nothing more, as a user who is not there', async () => {
    const user = await givenUser()
    const lease = await leaseFrom(user)
    await objectOf(user).bury(anAdmin())
    const next = asking(user, { tried: [lease.credentialId], attempt: 2 })
    const answer = await objectOf(user).settleAndLease(report(lease, QUOTA, null), next)
    expect(answer).toEqual({ ok: false, reason: 'unknown_user' })
  })
})

describe('a credential that was posted again', () => {
  it.each<[string, Verdict]>([
    ['a death', DEAD],
    ['a quota', QUOTA],
  ])('is not judged by %s of its predecessor', async (_, verdict) => {
    const user = await givenUser()
    const lease = await leaseFrom(user)
    const known = { type: 'api_key', api_key: user.credentials[0]?.handle }
    await post('/v1/config/update', MASTER_KEY, { apiKey: user.key, gcpServiceAccount: known })
    await objectOf(user).settle(report(lease, verdict))
    const [credential] = (await statsOf(user)).ring.credentials
    expect(credential).toMatchObject({
      state: 'active',
      cooldowns: [],
      attempts: { granted: 1, open: 0 },
    })
  })
})

describe('access tokens', () => {
  it('that live very briefly are used while they live, and fetched once a request at most', async () => {
    const user = await givenUser(['service_account'])
    const [{ handle } = { handle: '' }] = user.credentials
    await google.script({ credential: handle, method: 'token', times: 0, reply: { expiresIn: 1 } })
    expect((await chat(user.key)).status).toBe(200)
    expect((await google.calls({ credential: handle, method: 'token' })).length).toBe(1)
  })

  it('whose refresh beside the traffic is refused for good are not asked for again and again', async () => {
    const user = await givenUser(['authorized_user', 'api_key'])
    const [{ handle } = { handle: '' }] = user.credentials
    await google.script({ credential: handle, method: 'token', reply: { expiresIn: 2 } })
    await chat(user.key)
    await google.script({
      credential: handle,
      method: 'token',
      times: 0,
      reply: { error: 'invalid_grant' },
    })
    // The token expires in 2 s, but Pollux assumes a minute.
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 31_000 })
    for (let request = 0; request < 5; request++) expect((await chat(user.key)).status).toBe(200)
    expect((await google.calls({ credential: handle, method: 'token' })).length).toBe(2)
    expect((await settledStats(user)).ring.credentials[0]?.quarantine_reason).toBe('invalid_grant')
  })

  it('are not waited for longer than the request can wait', async () => {
    const user = await givenUser(['authorized_user', 'authorized_user'])
    for (const { handle } of user.credentials) {
      await google.script({
        credential: handle,
        method: 'token',
        times: 0,
        reply: { hangBeforeHeaders: true },
      })
    }
    const began = Date.now()
    const refused: LeaseResult = await objectOf(user).lease(asking(user, { patienceMs: 300 }))
    expect(refused).toMatchObject({ ok: false, reason: 'token_unavailable' })
    expect(Date.now() - began).toBeLessThan(2000)
  })

  it('of one credential that the vault does not open leave the others alone', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    await runInDurableObject(objectOf(user), (_instance, state) => {
      state.storage.sql.exec(
        "UPDATE credentials SET sealed_secret = replace(sealed_secret, 'v1.', 'v1.00') WHERE position = 1",
      )
    })
    const answer = await chat(user.key)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('x-pollux-credential')).toBe(user.credentials[1]?.id)
  })

  it('are not looked for where a key is refused: it is asked once', async () => {
    const { credential, handle } = await google.registerApiKey()
    const key = `key-${crypto.randomUUID()}`
    await post('/v1/config/update', MASTER_KEY, {
      apiKey: key,
      gcpServiceAccount: credential,
      upstream: 'vertex',
    })
    await google.script({ credential: handle, times: 0, reply: { error: '401' } })
    expect((await chat(key)).status).toBe(503)
    expect((await callsOf(handle)).length).toBe(1)
  })
})

describe('what Google says', () => {
  it('about projects and accounts never reaches the client', async () => {
    const user = await givenUser(['service_account'])
    const message =
      'Invalid field for projects/vertex-project/locations/x in project 1234567890 of bot@vertex-project.iam.gserviceaccount.com: topK'
    await script(user, 0, {
      error: { status: 400, body: { error: { code: 400, message, status: 'INVALID_ARGUMENT' } } },
    })
    const text = await (await chat(user.key)).text()
    expect(text).toContain('topK')
    expect(text).not.toMatch(/vertex-project|1234567890|iam\.gserviceaccount/)
  })

  it('of a project that may not use a model turns the ring', async () => {
    const user = await givenUser(['service_account', 'api_key'])
    const message = 'Project `p-1` is not allowed to use Publisher Model `projects/p-1/locations/x`'
    await script(user, 0, {
      error: {
        status: 400,
        body: { error: { code: 400, message, status: 'FAILED_PRECONDITION' } },
      },
    })
    expect((await chat(user.key)).status).toBe(200)
  })

  it('after the end of an answer changes nothing: not an error, and not a silence', async () => {
    const user = await givenUser()
    for (const after of [
      { errorAfter: { events: 2, error: '503_overloaded' } },
      { hangAfter: 2 },
    ]) {
      const chunks = [
        { candidates: [{ content: { role: 'model', parts: [{ text: 'whole' }] } }] },
        { candidates: [{ content: { role: 'model', parts: [] }, finishReason: 'STOP' }] },
        { usageMetadata: { promptTokenCount: 1 } },
      ]
      await script(user, 0, { chunks, ...after })
      const text = await (await chat(user.key, { stream: true })).text()
      expect(textOf(text)).toBe('whole')
      expect(framesOf(text).at(-1)).toMatchObject({ choices: [{ finish_reason: 'stop' }] })
    }
    expect((await settledStats(user)).requests.ok).toBe(2)
  })

  it('before the first content costs the client nothing: the next credential answers', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    const chunks = [
      { usageMetadata: { promptTokenCount: 1 } },
      { usageMetadata: { promptTokenCount: 1 } },
    ]
    await script(user, 0, { chunks, errorAfter: { events: 1, error: 'gemini_429_minute' } })
    const answer = await chat(user.key, { stream: true })
    expect(answer.headers.get('x-pollux-attempts')).toBe('2')
    expect(textOf(await answer.text())).toContain('Hello there')
  })

  it.each([
    ['1s', '1s'],
    ['400s', '30s'],
    [null, '2s'],
  ])(
    'about a limit is told with its own hint, or with a short one: %s',
    async (retryDelay, told) => {
      const error = {
        code: 429,
        message: 'Resource has been exhausted (e.g. check quota).',
        status: 'RESOURCE_EXHAUSTED',
        details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay }],
      }
      const body = { error }
      const access: Access = {
        upstream: 'gemini-api',
        project: null,
        location: null,
        quotaProject: null,
        auth: { scheme: 'api_key', value: 'AIza-x' },
      }
      const { reply } = await refusedBy(access, Response.json(body, { status: 429 }))
      expect(reply).toMatchObject({ retryAfterMs: Number(told.slice(0, -1)) * 1000 })
      const user = await givenUser(['api_key'])
      const chunks = [{ candidates: [{ content: { role: 'model', parts: [{ text: 'part' }] } }] }]
      await script(user, 0, { chunks, errorAfter: { events: 1, error: { status: 429, body } } })
      const answer = await post(
        '/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse',
        user.key,
        {
          contents: [{ role: 'user', parts: [{ text: 'Hi' }] }],
        },
      )
      expect(await answer.text()).toContain(`"retryDelay":"${told}"`)
    },
  )

  it('without any content is an HTTP error, streamed or not', async () => {
    const user = await givenUser()
    for (const stream of [false, true]) {
      const chunks = [{ candidates: [{ content: { role: 'model' }, finishReason: 'OTHER' }] }]
      await script(user, 0, { chunks }, 2)
      const answer = await chat(user.key, { stream })
      expect(answer.status).toBe(502)
      expect(answer.headers.get('x-pollux-attempts')).toBe('2')
      expect((await answer.json<ErrorBody>()).error.type).toBe('server_error')
    }
    expect((await settledStats(user)).requests).toMatchObject({ ok: 0, failed: 2 })
  })

  it.each([
    [
      'parts that are none',
      { candidates: [{ content: { parts: [null, 5, { text: 7 }] }, finishReason: 'STOP' }] },
      { whole: 2, streamed: 2 },
    ],
    [
      'parts that are no list',
      { candidates: [{ content: { parts: 'text' }, finishReason: 'STOP' }] },
      { whole: 2, streamed: 2 },
    ],
    // A whole answer says nothing, so it is asked for again. A stream without an end has broken off.
    ['candidates that are no list', { candidates: { 0: {} } }, { whole: 2, streamed: 1 }],
  ])('with %s is an error, and settled', async (_, chunk, attempts) => {
    const user = await givenUser()
    for (const stream of [false, true]) {
      await script(user, 0, { chunks: [chunk] }, stream ? attempts.streamed : attempts.whole)
      const answer = await chat(user.key, { stream })
      expect(answer.status).toBe(502)
      await answer.text()
    }
    const { ledger } = await settledStats(user)
    const made = attempts.whole + attempts.streamed
    expect(ledger).toMatchObject({ granted: made, settled: made })
  })
})

describe('the last word', () => {
  it('is the failure that may pass, whichever came last', async () => {
    const user = await givenUser(['api_key', 'service_account'])
    await script(user, 0, { error: '503_overloaded' })
    await script(user, 1, { error: { preset: 'gemini_429_day' } })
    const answer = await chat(user.key)
    expect(answer.status).toBe(503)
    expect(answer.headers.get('x-should-retry')).toBeNull()
  })
})

describe('names from outside', () => {
  it.each(['constructor', '__proto__', 'toString'])('such as %s mean nothing', async (name) => {
    const headers = { 'content-encoding': name, authorization: 'Bearer nobody-has-this-key' }
    const init = { method: 'POST', headers, body: '{}' }
    expect((await fetchPollux('/v1/chat/completions', init)).status).toBe(401)
    const user = await givenUser(['authorized_user'])
    // `__proto__` begins with an underscore, and no model's id does.
    expect((await chat(user.key, { model: name })).status).toBe(name === '__proto__' ? 400 : 404)
  })
})
