/**
 * Google's answers about files, caches, batches and interactions are read only up to a limit, and an answer that
 * breaks off counts as none.
 */
import { afterEach, describe, expect, it, vi } from 'vitest'
import { wholeText } from '../../src/gateway/things.ts'
import { configure, fetchPollux, givenUser, settledStats, type User } from '../support/pollux.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

/** Makes Google's next answers to such requests break off after their first bytes. */
function breaksOff(method: string, path: string): void {
  const real = globalThis.fetch
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    const url = input instanceof Request ? input.url : String(input)
    const isIt = (init?.method ?? 'GET') === method && new URL(url).pathname === path
    return isIt ? cut('{"nam') : real(input, init)
  })
}

function cut(text: string): Response {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(text))
    },
    pull(controller) {
      controller.error(new Error('The connection was lost.'))
    },
  })
  return new Response(body, { headers: { 'content-type': 'application/json' } })
}

function ask(user: User, method: string, path: string, body?: object): Promise<Response> {
  return fetchPollux(path, {
    method,
    headers: { 'x-goog-api-key': user.key },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
}

describe('an answer of Google’s on a thing', () => {
  it('that breaks off, or is longer than any, is no answer', async () => {
    expect(await wholeText(cut('{"a":'))).toBeNull()
    expect(await wholeText(new Response('x'.repeat(33_554_433)))).toBeNull()
    expect(await wholeText(new Response('{}'))).toBe('{}')
  })

  it.each<[string, string, string, object?]>([
    ['GET', '/v1beta/files', '/v1beta/files'],
    ['GET', '/v1beta/cachedContents', '/v1beta/cachedContents'],
    ['GET', '/v1beta/batches/b-1', '/v1beta/batches/b-1'],
    ['GET', '/v1/files', '/v1beta/files'],
    [
      'POST',
      '/v1beta/cachedContents',
      '/v1beta/cachedContents',
      { model: 'models/gemini-2.5-flash', contents: [{ parts: [{ text: 'hi' }] }] },
    ],
  ])(
    'is told as such in the client’s form where it breaks off: %s %s',
    async (method, path, asked, body) => {
      const user = await givenUser(['api_key'])
      breaksOff(method, asked)
      const answer =
        path === '/v1/files'
          ? await fetchPollux(path, { headers: { authorization: `Bearer ${user.key}` } })
          : await ask(user, method, path, body)
      expect(await answer.json()).toMatchObject({
        error: { message: 'Google sent an answer that cannot be read.' },
      })
      // The form of Google's errors has no 502.
      expect(answer.status).toBe(path === '/v1/files' ? 502 : 500)
      vi.restoreAllMocks()
      const { ledger } = await settledStats(user)
      expect(ledger).toMatchObject({ open: 0, holds: true })
    },
  )
})

describe('the content of a file', () => {
  const path = '/v1beta/files/made'
  const LONG = 33_600_000

  /** Google has a file that this credential's user may read, and whose content is this. */
  async function given(content: () => ReadableStream<Uint8Array>): Promise<User> {
    const user = await givenUser(['api_key'])
    await configure(user, {
      media_uris: ['https://generativelanguage.googleapis.com/v1beta/files/made'],
    })
    const real = globalThis.fetch
    vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
      const url = new URL(input instanceof Request ? input.url : String(input))
      const isIt = url.pathname === `${path}:download`
      const headers = { 'content-type': 'application/json' }
      return isIt ? new Response(content(), { headers }) : real(input, init)
    })
    return user
  }

  it('makes nothing that it names the user’s own', async () => {
    const text = '{"name":"files/another","mimeType":"text/plain"}'
    const user = await given(() => new Blob([text]).stream())
    const answer = await ask(user, 'GET', `${path}:download?alt=media`)
    expect([answer.status, await answer.text()]).toEqual([200, text])
    vi.restoreAllMocks()
    expect((await ask(user, 'GET', '/v1beta/files/another')).status).toBe(403)
  })

  it('is passed on as it comes, however long, and however long it takes', async () => {
    const user = await given(() => {
      let sent = 0
      return new ReadableStream({
        async pull(controller) {
          // ANSWER_TIMEOUT_MS is 2000 here.
          if (sent === 0) await scheduler.wait(2500)
          const piece = new Uint8Array(Math.min(1_048_576, LONG - sent)).fill(32)
          sent += piece.byteLength
          controller.enqueue(piece)
          if (sent === LONG) controller.close()
        },
      })
    })
    const answer = await ask(user, 'GET', `${path}:download?alt=media`)
    expect(answer.status).toBe(200)
    expect((await answer.arrayBuffer()).byteLength).toBe(LONG)
  })
})

describe('the events of an interaction', () => {
  it.each([
    ['POST', '/v1beta/interactions', { model: 'gemini-2.5-flash', input: 'a', stream: true }],
    ['GET', '/v1beta/interactions/i-1?stream=true', undefined],
  ] as const)('may take longer than one answer: %s', async (method, path, body) => {
    const user = await givenUser(['api_key'])
    const real = globalThis.fetch
    const last = 'event: done\ndata: [DONE]\n\n'
    vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
      const url = new URL(input instanceof Request ? input.url : String(input))
      if (!url.pathname.startsWith('/v1beta/interactions')) return real(input, init)
      const text = new TextEncoder()
      const events = new ReadableStream<Uint8Array>({
        async pull(controller) {
          // ANSWER_TIMEOUT_MS is 2000 here, STREAM_IDLE_TIMEOUT_MS 700.
          for (let waited = 0; waited < 2500; waited += 500) {
            controller.enqueue(text.encode('data: {"event_type":"step.start"}\n\n'))
            await scheduler.wait(500)
          }
          if (init?.signal?.aborted === true) return controller.error(new Error('aborted'))
          controller.enqueue(text.encode(last))
          controller.close()
        },
      })
      return new Response(events, { headers: { 'content-type': 'text/event-stream' } })
    })
    const answer = await ask(user, method, path, body)
    expect(answer.status).toBe(200)
    expect(await answer.text()).toContain(last)
    vi.restoreAllMocks()
    expect((await settledStats(user)).ledger).toMatchObject({ open: 0, holds: true })
  })
})
