/**
 * Google's answers about files, caches, batches and interactions are read only up to a limit, and an answer that
 * breaks off counts as none.
 */
import { afterEach, describe, expect, it, vi } from 'vitest'
import { wholeText } from '../../src/gateway/things.ts'
import { fetchPollux, givenUser, settledStats, type User } from '../support/pollux.ts'

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
