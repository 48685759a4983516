/** Whatever Google or a stranger sends is bounded, and the client is told truthfully how it ended. */
import { describe, expect, it } from 'vitest'
import {
  callsOf,
  chat,
  type ErrorBody,
  givenUser,
  google,
  settledStats,
  statsOf,
} from '../support/pollux.ts'

describe.each(['api_key', 'service_account', 'authorized_user'] as const)(
  'an answer through %s',
  (kind) => {
    it('with an error text of megabytes costs no time, and is told in short', async () => {
      const user = await givenUser([kind])
      const long = `projects ${'project '.repeat(300_000)}${' ,'.repeat(100_000)}`
      const body = JSON.stringify({
        error: { code: 400, status: 'INVALID_ARGUMENT', message: long },
      })
      await google.script({
        credential: user.credentials[0]?.handle ?? '',
        reply: { error: { status: 400, body } as never },
      })
      const answer = await chat(user.key)
      expect(answer.status).toBe(400)
      expect((await answer.text()).length).toBeLessThan(2000)
      expect((await settledStats(user)).ledger.holds).toBe(true)
    })

    it('of events that say nothing comes to an end', async () => {
      const user = await givenUser([kind])
      const quiet = { usageMetadata: { promptTokenCount: 1 } }
      await google.script({
        credential: user.credentials[0]?.handle ?? '',
        reply: { chunks: Array.from({ length: 3000 }, () => quiet), sse: { split: 'all' } },
      })
      const answer = await chat(user.key, { stream: true })
      expect(answer.status).toBe(502)
      expect((await answer.json<ErrorBody>()).error.code).toMatch(/^upstream_/)
      expect((await settledStats(user)).ledger).toMatchObject({ open: 0, holds: true })
    })
  },
)

describe('models that a credential has not', () => {
  it('are remembered up to a bound', async () => {
    const user = await givenUser()
    for (let from = 0; from < 210; from += 30) {
      const names = Array.from({ length: 30 }, (_, at) => `gemini-9-nobody-${from + at}`)
      await Promise.all(names.map((model) => chat(user.key, { model })))
    }
    await settledStats(user)
    const { ring } = await statsOf(user)
    const faults = ring.credentials[0]?.cooldowns ?? []
    expect(faults.length).toBe(200)
    expect((await callsOf(user.credentials[0]?.handle ?? '')).length).toBe(210)
  }, 60_000)
})
