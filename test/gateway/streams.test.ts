import { describe, expect, it } from 'vitest'
import {
  callsOf,
  chat,
  framesOf,
  givenUser,
  google,
  settledStats,
  textOf,
} from '../support/pollux.ts'

const TEXT = 'Grüße aus Zürich: 🎉 ünïcödé, 日本語 and "quotes"\nin two lines.'

/** Tests that wait this long need more than the usual five seconds on a busy machine. */
const SLOW = { timeout: 20_000 }

describe('streaming', () => {
  const framings = ['lf', 'crlf', 'cr'].flatMap((newline) =>
    ['events', 'bytes', 'all', 3, 7].map((split) => [newline, split] as const),
  )
  it.each(framings)(
    'gives the same chunks whatever the framing (%s) and the splits (%s)',
    async (newline, split) => {
      const user = await givenUser(['api_key'])
      const credential = user.credentials[0]?.handle ?? ''
      const sse = { newline, split, comments: true } as never
      await google.script({ credential, reply: { text: TEXT, sse } })
      const answer = await chat(user.key, { stream: true, stream_options: { include_usage: true } })
      expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
      const text = await answer.text()
      expect(textOf(text)).toBe(TEXT)
      const frames = framesOf(text)
      expect(frames[0]).toMatchObject({ choices: [{ delta: { role: 'assistant' } }] })
      expect(frames.at(-2)).toMatchObject({ choices: [{ delta: {}, finish_reason: 'stop' }] })
      expect(frames.at(-1)).toMatchObject({
        choices: [],
        usage: { prompt_tokens: expect.any(Number) },
      })
      expect(text.endsWith('data: [DONE]\n\n')).toBe(true)
      expect((await settledStats(user)).ring.credentials[0]?.attempts.ok).toBe(1)
    },
  )

  it('takes an answer whose last event lacks its blank line as whole', async () => {
    const user = await givenUser(['api_key'])
    await google.script({
      credential: user.credentials[0]?.handle ?? '',
      reply: { text: TEXT, sse: { missingFinalNewline: true } },
    })
    const text = await (await chat(user.key, { stream: true })).text()
    expect(textOf(text)).toBe(TEXT)
    expect(framesOf(text).at(-1)).toMatchObject({ choices: [{ finish_reason: 'stop' }] })
  })

  it.each([
    ['breaks the connection off', { breakOffAfter: 2 }, 'upstream_truncated'],
    ['ends without a finish reason', { finishReason: null }, 'upstream_truncated'],
    ['falls silent', { hangAfter: 2 }, 'timeout'],
    [
      'reports an error',
      { errorAfter: { events: 2, error: '503_overloaded' } },
      'server_is_overloaded',
    ],
    [
      'reports an error without framing',
      { errorAfter: { events: 2, error: '503_overloaded', unprefixed: true } },
      'server_is_overloaded',
    ],
  ] as const)('that %s ends in an error, never in a stop', async (_, reply, code) => {
    const user = await givenUser(['api_key'])
    await google.script({
      credential: user.credentials[0]?.handle ?? '',
      reply: { text: 'one two three four five six', ...reply } as never,
    })
    const answer = await chat(user.key, { stream: true })
    expect(answer.status).toBe(200)
    const text = await answer.text()
    const frames = framesOf(text)
    expect(frames.at(-1)).toMatchObject({ error: { code, type: 'server_error', param: null } })
    expect(JSON.stringify(frames)).not.toContain('"finish_reason":"stop"')
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true)
    const stats = await settledStats(user)
    expect(stats.ring.credentials[0]?.attempts).toMatchObject({ ok: 0, upstream_fault: 1 })
    expect(stats.requests).toMatchObject({ ok: 0, failed: 1 })
  })

  it('whose first event is an error goes on to the next credential', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    await google.script({
      credential: user.credentials[0]?.handle ?? '',
      reply: { text: 'never', errorAfter: { events: 0, error: 'gemini_429_minute' } },
    })
    const answer = await chat(user.key, { stream: true })
    expect(answer.status).toBe(200)
    expect(textOf(await answer.text())).toContain('Hello there')
    expect(answer.headers.get('x-pollux-attempts')).toBe('2')
  })

  it('is never replayed once it has begun', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    await google.script({
      credential: user.credentials[0]?.handle ?? '',
      reply: { text: 'one two three', breakOffAfter: 1 },
    })
    await (await chat(user.key, { stream: true })).text()
    expect(await callsOf(user.credentials[1]?.handle ?? '')).toEqual([])
  })

  it('shows a blocked prompt as filtered', async () => {
    const user = await givenUser(['api_key'])
    await google.script({
      credential: user.credentials[0]?.handle ?? '',
      reply: { blockReason: 'PROHIBITED_CONTENT' },
    })
    const text = await (await chat(user.key, { stream: true })).text()
    expect(framesOf(text).at(-1)).toMatchObject({ choices: [{ finish_reason: 'content_filter' }] })
  })

  it(
    'waits for a client that reads slowly, longer than it would for a silent Google',
    SLOW,
    async () => {
      const user = await givenUser(['api_key'])
      const text = 'a longer word '.repeat(5000)
      await google.script({ credential: user.credentials[0]?.handle ?? '', reply: { text } })
      const answer = await chat(user.key, { stream: true })
      await scheduler.wait(1600) // STREAM_IDLE_TIMEOUT_MS is 700 in these tests
      const frames = await answer.text()
      expect(frames.slice(-300)).toContain('"finish_reason":"stop"')
      expect(textOf(frames).length).toBe(text.length)
      expect((await settledStats(user)).requests.ok).toBe(1)
    },
  )

  it('stops the upstream call when the client leaves, and counts what was used as cancelled', async () => {
    const user = await givenUser(['api_key'])
    const [{ handle } = { handle: '' }] = user.credentials
    await google.script({
      credential: handle,
      reply: { text: 'word '.repeat(500), chunkDelayMs: 20 },
    })
    const answer = await chat(user.key, { stream: true })
    const reader = answer.body?.getReader()
    await reader?.read()
    await reader?.cancel()
    const call = await google.waitForCall(
      ({ credential, finished }) => credential === handle && finished,
    )
    expect(call.aborted).toBe(true)
    expect(call.events).toBeLessThan(400)
    const stats = await settledStats(user)
    expect(stats.ring.credentials[0]?.attempts).toMatchObject({ granted: 1, ok: 0, cancelled: 1 })
    expect(stats.ring.credentials[0]?.tokens.prompt).toBeGreaterThan(0)
    expect(stats.requests).toMatchObject({ cancelled: 1, ok: 0, failed: 0 })
  })
})
