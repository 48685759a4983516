import { describe, expect, it } from 'vitest'
import type { Reply } from '../../emulator/protocol.ts'
import { HELLO, eventsOf, rawPost, useGoogle } from './google.ts'
import type { RawAnswer } from './google.ts'

const google = await useGoogle()
const STREAM = '/v1beta/models/gemini-2.5-flash:streamGenerateContent'
const UNARY = '/v1beta/models/gemini-2.5-flash:generateContent'

async function raw(
  reply: Reply,
  {
    path = `${STREAM}?alt=sse`,
    onRead,
  }: { path?: string; onRead?: (hangUp: () => void) => void } = {},
): Promise<RawAnswer> {
  const { handle } = await google.control.registerApiKey()
  await google.control.script({ credential: handle, reply })
  const headers = { 'x-goog-api-key': handle }
  return rawPost(google.port, path, { headers, ...(onRead ? { onRead } : {}) })
}

async function streamText(reply: Reply, path = `${STREAM}?alt=sse`): Promise<string> {
  const { handle } = await google.control.registerApiKey()
  await google.control.script({ credential: handle, reply })
  const response = await google.post(path, HELLO, { 'x-goog-api-key': handle })
  return response.text()
}

/** The chunks of a body with chunked encoding, as the server cut them. */
function httpChunks(body: string): string[] {
  const chunks: string[] = []
  let rest = Buffer.from(body, 'latin1')
  for (;;) {
    const end = rest.indexOf('\r\n')
    const size = Number.parseInt(rest.subarray(0, end).toString(), 16)
    if (!(size > 0)) return chunks
    chunks.push(rest.subarray(end + 2, end + 2 + size).toString('latin1'))
    rest = rest.subarray(end + 2 + size + 2)
  }
}

const PROPER_END = '\r\n0\r\n\r\n'

describe('SSE framing', () => {
  it.each([
    ['lf', '\n\n'],
    ['crlf', '\r\n\r\n'],
    ['cr', '\r\r'],
  ] as const)('writes %s', async (newline, separator) => {
    const text = await streamText({ text: 'one two', sse: { newline } })
    expect(text.split(separator)).toHaveLength(3)
    expect(eventsOf(text)).toHaveLength(2)
  })

  it('has no [DONE], and comment lines when asked', async () => {
    const text = await streamText({ text: 'one two', sse: { comments: true } })
    expect(text).not.toContain('[DONE]')
    expect(text.match(/^: keep-alive/gm)).toHaveLength(2)
  })

  it('can leave the last event without its blank line', async () => {
    const text = await streamText({ text: 'one', sse: { missingFinalNewline: true } })
    expect(text.endsWith('}')).toBe(true)
  })

  it.each<[Reply['sse'], (size: number) => { count: number; longest: number }]>([
    [{ split: 'events' }, (size) => ({ count: 2, longest: size / 2 + 200 })],
    [{ split: 'all' }, (size) => ({ count: 1, longest: size })],
    [{ split: 'bytes' }, (size) => ({ count: size, longest: 1 })],
    [{ split: 7 }, (size) => ({ count: Math.ceil(size / 7) + 1, longest: 7 })],
  ])('splits as told, also inside a character: %j', async (sse, most) => {
    const answer = await raw({ text: 'né ü', ...(sse ? { sse } : {}) })
    const chunks = httpChunks(answer.body)
    const bytes = Buffer.from(chunks.join(''), 'latin1')
    expect(eventsOf(bytes.toString())).toHaveLength(2)
    const { count, longest } = most(bytes.length)
    expect(chunks.length).toBeLessThanOrEqual(count)
    expect(Math.max(...chunks.map((chunk) => chunk.length))).toBeLessThanOrEqual(longest)
    expect(answer.body.endsWith(PROPER_END)).toBe(true)
  })

  it('gives each event a write of its own', async () => {
    const { reads } = await raw({ text: 'one two three four', chunkDelayMs: 5 })
    const withData = reads.map((read) => read.toString().split('data: ').length - 1)
    expect(withData.filter((count) => count > 0)).toEqual([1, 1, 1, 1])
  })
})

describe('delays and faults', () => {
  it('waits before the headers and between events', async () => {
    const start = performance.now()
    await streamText({ text: 'one two', delayMs: 40, chunkDelayMs: 20 })
    expect(performance.now() - start).toBeGreaterThan(75)
  })

  it('breaks off after so many events without a proper end', async () => {
    const answer = await raw({ text: 'one two three', breakOffAfter: 2 })
    expect(httpChunks(answer.body)).toHaveLength(2)
    expect(answer.body.endsWith(PROPER_END)).toBe(false)
    const [call] = await google.control.calls()
    expect(call).toMatchObject({ events: 2, aborted: false, finished: true })
  })

  it('breaks off after the headers, and before them', async () => {
    const after = await raw({ breakOffAfter: 0 })
    expect(after).toMatchObject({ body: '' })
    expect(after.head).toContain('200')
    expect((await raw({ breakOffBeforeHeaders: true })).head).toBe('')
  })

  it('makes a fetch client fail on a broken stream', async () => {
    await expect(streamText({ text: 'one two', breakOffAfter: 1 })).rejects.toThrow('terminated')
    await expect(streamText({ text: 'one two', breakOffAfter: 1 }, UNARY)).rejects.toThrow(
      'terminated',
    )
  })

  it('puts an error into the 200 stream', async () => {
    const reply: Reply = { text: 'one two', errorAfter: { events: 1, error: '503_overloaded' } }
    const events = eventsOf(await streamText(reply))
    expect(events).toHaveLength(2)
    expect(events[1]).toMatchObject({ error: { code: 503, status: 'UNAVAILABLE' } })
    const bare = await streamText({
      text: 'one two',
      errorAfter: { events: 1, error: '500', unprefixed: true },
    })
    expect(bare).toContain('\n{"error":{"code":500')
  })

  it('ends without a finishReason when told', async () => {
    expect(await streamText({ text: 'one', finishReason: null })).not.toContain('finishReason')
  })
})

describe('a client that leaves', () => {
  it.each<[string, Reply]>([
    ['while the stream hangs', { text: 'one two', hangAfter: 1 }],
    ['right after the headers', { text: 'one two', hangAfter: 0 }],
    ['during a delay between events', { text: 'one two three', chunkDelayMs: 60_000 }],
  ])('is noticed %s', async (_, reply) => {
    await raw(reply, { onRead: (hangUp) => setTimeout(hangUp, 10) })
    const call = await google.control.waitForCall(({ aborted }) => aborted, 1_000)
    expect(call).toMatchObject({ aborted: true, finished: true, status: 200 })
  })

  it.each<[string, Reply, string]>([
    ['a stream before its headers', { hangBeforeHeaders: true }, STREAM],
    ['a unary call in its delay', { delayMs: 60_000 }, UNARY],
  ])('is noticed by %s', async (_, reply, path) => {
    const { handle } = await google.control.registerApiKey()
    await google.control.script({ credential: handle, reply })
    const leaving = new AbortController()
    const answer = fetch(`${google.url}${path}`, {
      method: 'POST',
      headers: { 'x-goog-api-key': handle },
      body: JSON.stringify(HELLO),
      signal: leaving.signal,
    })
    await google.control.waitForCall(({ credential }) => credential === handle, 1_000)
    leaving.abort()
    await expect(answer).rejects.toThrow('aborted')
    const call = await google.control.waitForCall(({ aborted }) => aborted, 1_000)
    expect(call).toMatchObject({ finished: true, events: 0 })
    expect(call).not.toHaveProperty('status')
  })
})
