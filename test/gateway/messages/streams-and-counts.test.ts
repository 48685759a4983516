/** Anthropic's clients, streams that break, and counts of tokens. The emulator refuses all that Google may refuse. */
import { describe, expect, it } from 'vitest'
import { accumulated, eventsOf, type Message } from '../../support/message-events.ts'
import { ask } from '../../support/messages.ts'
import { givenUser } from '../../support/pollux.ts'
import { TOOLS, scripted } from './support.ts'

describe('streams that break', () => {
  it.each([
    ['breaks off', { breakOffAfter: 2 }],
    ['has no end', { finishReason: null }],
    ['falls silent', { hangAfter: 2 }],
    ['reports an error', { errorAfter: { events: 2, error: '503_overloaded' } }],
  ])('that %s ends in an error that is asked again', async (_, reply) => {
    const user = await givenUser()
    await scripted(user, { text: 'one two three four five six', ...reply })
    const answer = await ask(user.key, { stream: true })
    expect(answer.status).toBe(200)
    const events = eventsOf(await answer.text())
    expect(events.at(-1)?.data).toMatchObject({
      type: 'error',
      error: { type: 'overloaded_error', message: expect.any(String) },
      request_id: answer.headers.get('request-id'),
    })
    expect(events.map(({ event }) => event)).not.toContain('message_stop')
    expect(events.map(({ event }) => event)).not.toContain('message_delta')
  })

  it('never tells a call whose arguments are not whole', async () => {
    const user = await givenUser(['service_account'])
    const chunks = [
      { functionCall: { name: 'weather', willContinue: true } },
      {
        functionCall: {
          partialArgs: [{ jsonPath: '$.city', stringValue: 'Par', willContinue: true }],
          willContinue: true,
        },
      },
    ].map((part, at) => ({
      candidates: [
        {
          content: { role: 'model', parts: [part] },
          ...(at === 1 && { finishReason: 'MAX_TOKENS' }),
        },
      ],
    }))
    await scripted(user, { chunks })
    const message = accumulated(await (await ask(user.key, { stream: true, tools: TOOLS })).text())
    expect(message).toMatchObject({ content: [], stop_reason: 'max_tokens' })
  })
})

describe('a stream whose prompt Google counts at its end', () => {
  it.each(['service_account', 'authorized_user'] as const)(
    'begins with an estimate on %s',
    async (kind) => {
      const user = await givenUser([kind])
      const messages = [{ role: 'user', content: 'word '.repeat(400) }]
      const text = await (await ask(user.key, { stream: true, messages })).text()
      const start = eventsOf(text)[0]?.data['message'] as Message
      expect(start.usage['input_tokens']).toBe(500)
    },
  )
})

describe('counts', () => {
  it('are the same in both events of a stream', async () => {
    const user = await givenUser()
    const usage = { promptTokenCount: 40, candidatesTokenCount: 5, thoughtsTokenCount: 2 }
    await scripted(user, { text: 'one two three', usage })
    const events = eventsOf(await (await ask(user.key, { stream: true })).text())
    const deltas = events.filter(({ event }) => event === 'message_delta')
    expect(deltas).toHaveLength(1)
    const start = events[0]?.data['message'] as Message
    const input = { input_tokens: 40, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 }
    expect(start.usage).toMatchObject({ ...input, output_tokens: 0 })
    expect(deltas[0]?.data['usage']).toMatchObject({ ...input, output_tokens: 7 })
  })
})
