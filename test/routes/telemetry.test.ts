/** What the log line of a request says in OpenTelemetry's names. */
import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  chat,
  configure,
  fetchPollux,
  givenUser,
  google,
  MODEL,
  post,
  type User,
} from '../support/pollux.ts'

type Line = Readonly<Record<string, unknown>>

afterEach(() => {
  vi.restoreAllMocks()
})

/** The fields of the request's log line that are OpenTelemetry's. */
async function lineOf(ask: () => Promise<Response>): Promise<Line> {
  const written: Line[] = []
  vi.spyOn(console, 'log').mockImplementation((text: string) => {
    written.push(JSON.parse(text) as Line)
  })
  await (await ask()).text()
  const lines = written.filter(({ event }) => event === 'request')
  expect(lines).toHaveLength(1)
  return Object.fromEntries(
    Object.entries(lines[0] ?? {}).filter(([name]) => /^gen_ai\.|^error\./.test(name)),
  )
}

function native(call: string, { key }: User, body: object): Promise<Response> {
  const headers = { 'x-goog-api-key': key, 'content-type': 'application/json' }
  const request = { method: 'POST', headers, body: JSON.stringify(body) }
  return fetchPollux(`/v1beta/models/${call}`, request)
}

const MESSAGES = [{ role: 'user', content: 'Hello' }]

describe('the log line of a request', () => {
  it('names operation, provider, models and tokens of a whole answer', async () => {
    const user = await givenUser(['api_key'])
    expect(await lineOf(() => chat(user.key))).toEqual({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'gcp.gemini',
      'gen_ai.request.model': MODEL,
      'gen_ai.response.model': MODEL,
      'gen_ai.usage.input_tokens': expect.any(Number),
      'gen_ai.usage.output_tokens': expect.any(Number),
    })
  })

  it('names the model that was asked for beside the one that served', async () => {
    const user = await givenUser(['service_account'])
    const aliases = { 'gpt-4o': MODEL }
    await configure(user, { aliases })
    const line = await lineOf(() =>
      post('/v1/chat/completions', user.key, { model: 'gpt-4o', messages: MESSAGES, stream: true }),
    )
    // The tokens of a stream are not known when its line is written.
    expect(line).toEqual({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'gcp.vertex_ai',
      'gen_ai.request.model': 'gpt-4o',
      'gen_ai.response.model': MODEL,
    })
  })

  it.each([
    [
      'chat',
      ({ key }: User) => post('/v1/responses', key, { model: MODEL, input: 'Hello', store: false }),
    ],
    [
      'chat',
      ({ key }: User) =>
        post('/v1/messages', key, { model: MODEL, max_tokens: 50, messages: MESSAGES }),
    ],
    [
      'text_completion',
      ({ key }: User) => post('/v1/completions', key, { model: MODEL, prompt: 'Hello' }),
    ],
    [
      'embeddings',
      ({ key }: User) =>
        post('/v1/embeddings', key, { model: 'gemini-embedding-001', input: 'Hello' }),
    ],
    [
      'generate_content',
      (user: User) =>
        native(`${MODEL}:generateContent`, user, { contents: [{ parts: [{ text: 'Hello' }] }] }),
    ],
    [
      'embeddings',
      (user: User) =>
        native('gemini-embedding-001:embedContent', user, {
          content: { parts: [{ text: 'Hello' }] },
        }),
    ],
    [
      'count_tokens',
      (user: User) =>
        native(`${MODEL}:countTokens`, user, { contents: [{ parts: [{ text: 'Hello' }] }] }),
    ],
  ])('names %s', async (operation, ask) => {
    const user = await givenUser(['api_key'])
    expect(await lineOf(() => ask(user))).toMatchObject({
      'gen_ai.operation.name': operation,
      'gen_ai.provider.name': 'gcp.gemini',
      'gen_ai.request.model': expect.stringMatching(/^gemini-/),
      'gen_ai.response.model': expect.stringMatching(/^gemini-/),
    })
  })

  it('names what went wrong, and the model if it is one', async () => {
    const user = await givenUser(['api_key'])
    await google.script({
      credential: user.credentials[0]?.handle ?? '',
      times: 3,
      reply: { error: 'gemini_429_day' },
    })
    expect(await lineOf(() => chat(user.key))).toEqual({
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.model': MODEL,
      'error.type': 'quota_exhausted',
    })
  })

  it('tells nothing that a client wrote in the place of a model', async () => {
    const user = await givenUser(['api_key'])
    const line = await lineOf(() =>
      post('/v1/chat/completions', user.key, { model: 'my-secret-of-secrets', messages: MESSAGES }),
    )
    expect(line['gen_ai.operation.name']).toBe('chat')
    expect(line['error.type']).toEqual(expect.any(String))
    expect(JSON.stringify(line)).not.toContain('secret')
  })

  it('is as it was of a request that asks no model', async () => {
    const user = await givenUser(['api_key'])
    const headers = { authorization: `Bearer ${user.key}` }
    expect(await lineOf(() => fetchPollux('/v1/key', { headers }))).toEqual({})
  })
})
