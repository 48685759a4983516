/**
 * Whatever a client sends to POST /v1/chat/completions, no answer blames Pollux. An answer that blames the client
 * says for what, without relying on Google's message unless only Google can know.
 */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyBody, written } from '../dialects/support/any-body.ts'
import { type ErrorBody, givenUser, post, settledStats, type User } from '../support/pollux.ts'

const PATH = '/v1/chat/completions'
const MODELS = ['gemini-2.5-flash', 'gemini-3.1-pro-preview']
const RUNS = 250
/** Only Google knows which caches exist and which models support them. */
const ONLY_GOOGLE_KNOWS = /CachedContent|caching/

describe('any body', () => {
  it.each(['api_key', 'service_account', 'authorized_user'] as const)(
    'is answered, or refused by name, through a credential of type %s',
    async (kind) => {
      const user = await givenUser([kind])
      const seen: number[] = []
      await fc.assert(
        fc.asyncProperty(anyBody(MODELS), async (body) => {
          const answer = await post(PATH, user.key, written(body))
          seen.push(answer.status)
          const text = await answer.text()
          if (answer.status === 200) return !text.includes('"error":')
          return answer.status < 500 && isTold(JSON.parse(text) as ErrorBody)
        }),
        { numRuns: RUNS },
      )
      // Otherwise the test would have shown nothing.
      expect(seen.filter((status) => status === 200).length).toBeGreaterThan(10)
      expect(seen.filter((status) => status === 400).length).toBeGreaterThan(10)
      await expectUnharmed(user)
    },
    60_000,
  )

  it('is refused where it is nested deeper than anything that walks it could go', async () => {
    const user = await givenUser()
    const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`
    const body = `{"model":"${MODELS[0]}","messages":[{"role":"user","content":"hi"}],"metadata":${deep}}`
    const answer = await post(PATH, user.key, body)
    expect(answer.status).toBe(400)
    expect((await answer.json<ErrorBody>()).error).toMatchObject({
      code: 'invalid_value',
      message: expect.stringContaining('nested'),
    })
  })
})

function isTold({ error }: ErrorBody): boolean {
  const { message, type, param, code } = error
  if (message === '' || type !== 'invalid_request_error' || (param ?? code) === null) return false
  return !message.startsWith('Google refused') || ONLY_GOOGLE_KNOWS.test(message)
}

/** A client's mistakes cost no credential anything. */
async function expectUnharmed(user: User): Promise<void> {
  const { ledger, ring } = await settledStats(user)
  expect(ledger.holds).toBe(true)
  expect(ring).toMatchObject({ rotations: 0, credentials: [{ state: 'active' }] })
}
