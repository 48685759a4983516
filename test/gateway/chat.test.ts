import { describe, expect, it } from 'vitest'
import { chat, givenUser, settledStats, textOf } from '../support/pollux.ts'

describe('POST /v1/chat/completions', () => {
  it.each(['api_key', 'service_account', 'authorized_user'] as const)(
    'answers through a credential of type %s',
    async (kind) => {
      const user = await givenUser([kind])
      const answer = await chat(user.key)
      expect(answer.status).toBe(200)
      expect(await answer.json()).toMatchObject({
        object: 'chat.completion',
        choices: [
          {
            index: 0,
            finish_reason: 'stop',
            message: { role: 'assistant', content: expect.stringContaining('Hello there') },
          },
        ],
      })
      const stats = await settledStats(user)
      expect(stats.ledger).toEqual({ granted: 1, settled: 1, open: 0, holds: true })
    },
  )

  it('names the answer as its request, so that the one leads to the log of the other', async () => {
    const user = await givenUser()
    for (const stream of [false, true]) {
      const answer = await chat(user.key, { stream })
      const requestId = answer.headers.get('x-request-id') ?? 'none'
      expect(await answer.text()).toContain(`"id":"${requestId.replace('req_', 'chatcmpl-')}"`)
    }
  })

  it('streams', async () => {
    const user = await givenUser(['service_account'])
    const answer = await chat(user.key, { stream: true })
    const text = await answer.text()
    expect(textOf(text)).toContain('Hello there')
    expect((await settledStats(user)).requests.ok).toBe(1)
  })
})
