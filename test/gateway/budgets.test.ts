/** A budget holds for requests of several calls, and for models without output, as for chats (limits.test.ts). */
import { expect, it } from 'vitest'
import { callsOf, configure, fetchPollux, givenUser } from '../support/pollux.ts'

const WORDS = 'word '.repeat(2000)
const completion = { model: 'gemini-2.5-flash', max_tokens: 700 }

it.each([
  // 2,500 tokens at $0.15 a million.
  ['an embedding', '/v1/embeddings', { model: 'gemini-embedding-001', input: WORDS }, 0.0003],
  // At $2.5 a million 700 tokens are $0.00175.
  ['a completion', '/v1/completions', { ...completion, prompt: 'a' }, 0.0015],
  ['two of them', '/v1/completions', { ...completion, prompt: ['a', 'b'] }, 0.003],
])(
  'refuses %s for which a budget is too small, before Google is asked',
  async (_, path, body, usd) => {
    const user = await givenUser(['api_key'])
    const asked = async (usd_total: number): Promise<number> => {
      await configure(user, { limits: { usd_total } })
      const headers = { authorization: `Bearer ${user.key}`, 'content-type': 'application/json' }
      const answer = await fetchPollux(path, {
        method: 'POST',
        headers,
        body: JSON.stringify(body),
      })
      return answer.status
    }
    expect(await asked(usd)).toBe(429)
    expect(await callsOf(user.credentials[0]?.handle ?? '')).toEqual([])
    expect(await asked(usd * 2)).toBe(200)
  },
)
