import { describe, expect, it } from 'vitest'
import {
  callsOf,
  chatBody,
  configure,
  fetchPollux,
  givenUser,
  google,
  type User,
} from '../support/pollux.ts'

/** All of it is base64, so it is cut out, sent to Google and echoed. */
const CONTENT = 'TWFueSBoYW5kcyBtYWtlIGxpZ2h0IHdvcmsu'.repeat(2500)
const BODY = JSON.stringify(chatBody({ messages: [{ role: 'user', content: CONTENT }] }))

function send(user: User, body: BodyInit, headers: Record<string, string> = {}): Promise<Response> {
  return fetchPollux('/v1/chat/completions', {
    method: 'POST',
    headers: { authorization: `Bearer ${user.key}`, ...headers },
    body,
  })
}

/** What Google says it received. Its echo puts two words in front. */
async function heard(answer: Response): Promise<string> {
  const body = await answer.json<{ choices: [{ message: { content: string } }] }>()
  return body.choices[0].message.content.replace(/^You said: /, '')
}

function packed(): ReadableStream {
  const gzip: ReadableWritablePair<Uint8Array, BufferSource> = new CompressionStream('gzip')
  return new Blob([BODY]).stream().pipeThrough(gzip)
}

describe('a long base64 string', () => {
  it.each(['api_key', 'authorized_user', 'service_account'] as const)(
    'reaches Google whole, and its length is told (%s)',
    async (kind) => {
      const user = await givenUser([kind])
      expect(await heard(await send(user, BODY))).toBe(CONTENT)
      const [call] = await callsOf(user.credentials[0]?.handle ?? '')
      expect(Number(call?.headers['content-length'])).toBeGreaterThan(CONTENT.length)
    },
  )

  it.each([
    ['compressed', packed, { 'content-encoding': 'gzip' }],
    ['in chunks', () => new Blob([BODY]).stream(), {}],
  ])('may come %s', async (_, body, headers) => {
    expect(await heard(await send(await givenUser(), body(), headers))).toBe(CONTENT)
  })

  it('is sent again to the next credential', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    const credential = user.credentials[0]?.handle ?? ''
    await google.script({ credential, reply: { error: 'gemini_429_minute' } })
    const answer = await send(user, BODY)
    expect(answer.headers.get('x-pollux-attempts')).toBe('2')
    expect(await heard(answer)).toBe(CONTENT)
  })

  it('counts with all of its characters against the limits', async () => {
    const user = await givenUser()
    await configure(user, { limits: { tokens_per_minute: CONTENT.length / 5 } })
    const answer = await send(user, BODY)
    expect(answer.status).toBe(429)
    expect(answer.headers.get('x-should-retry')).toBe('false')
  })
})
