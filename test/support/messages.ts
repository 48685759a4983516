/** Anthropic's Messages API as its clients speak it: what they send, and how they read a stream. */
import { expect } from 'vitest'
import { accumulated, type Message } from './message-events.ts'
import { fetchPollux, MODEL } from './pollux.ts'

export function messageBody(overrides: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    model: MODEL,
    max_tokens: 10_000,
    messages: [{ role: 'user', content: 'Hello there' }],
    ...overrides,
  }
}

export function ask(
  key: string,
  overrides: Record<string, unknown> | string = {},
  {
    path = '/v1/messages',
    headers = {},
    signal,
  }: {
    readonly path?: string
    readonly headers?: Record<string, string>
    readonly signal?: AbortSignal
  } = {},
): Promise<Response> {
  return fetchPollux(path, {
    method: 'POST',
    headers: {
      'x-api-key': key,
      'anthropic-version': '2023-06-01',
      'content-type': 'application/json',
      ...headers,
    },
    body: typeof overrides === 'string' ? overrides : JSON.stringify(messageBody(overrides)),
    ...(signal !== undefined && { signal }),
  })
}

/** Sends the same request whole and streamed. Both must give the same message, except for ids and random values. */
export async function askBothWays(
  key: string,
  overrides: Record<string, unknown> = {},
): Promise<Message[]> {
  const whole = await ask(key, overrides)
  await expectOk(whole)
  const stream = await ask(key, { ...overrides, stream: true })
  expect(stream.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
  return [await whole.json<Message>(), accumulated(await stream.text())]
}

/** Otherwise the error shows the answer's body. */
export async function expectOk(answer: Response): Promise<void> {
  if (!answer.ok) throw new Error(await answer.clone().text())
  expect(answer.status).toBe(200)
}
