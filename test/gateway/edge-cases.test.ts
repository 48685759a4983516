/** What docs/clients.md says of answers and errors and only the whole gateway can show. One row for each case. */
import { describe, expect, it } from 'vitest'
import type { Reply } from '../../emulator/protocol.ts'
import { chat, type ErrorBody, fetchPollux, givenUser, google } from '../support/pollux.ts'

interface Expected {
  readonly status: number
  readonly type: string
  readonly code: string | null
  readonly message?: RegExp
  readonly headers?: Readonly<Record<string, string | null>>
}

const UNAVAILABLE = { error: { code: 503, message: 'Busy.', status: 'UNAVAILABLE' } }
const OVERLOADED = { status: 503, type: 'server_error', code: 'server_is_overloaded' }

const LIMITED = { code: 429, message: 'Quota exceeded.', status: 'RESOURCE_EXHAUSTED' }
const RETRY_INFO = { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '34.2s' }

const ERRORS: Record<string, readonly [Reply, Expected]> = {
  'a stream that fails before its first chunk is an HTTP error': [
    { text: 'x', errorAfter: { events: 0, error: '503_overloaded' } },
    OVERLOADED,
  ],
  'a 200 with an error for a body is an error': [{ chunks: [UNAVAILABLE] }, OVERLOADED],
  'an array around the error becomes an object': [
    { error: { preset: '503_overloaded', array: true } },
    OVERLOADED,
  ],
  'an error that is a text becomes an object': [
    { error: { status: 500, body: { error: 'broken' } } },
    { status: 502, type: 'server_error', code: 'upstream_error' },
  ],
  'a code that is a number becomes a word': [
    { error: '400_generic' },
    { status: 400, type: 'invalid_request_error', code: 'invalid_value' },
  ],
  'too many tokens are told in the words that clients look for': [
    {
      error: {
        preset: '400_context',
        message:
          'The input token count (1204883) exceeds the maximum number of tokens allowed (1048576).',
      },
    },
    {
      status: 400,
      type: 'invalid_request_error',
      code: 'context_length_exceeded',
      message:
        /^This model's maximum context length is 1048576 tokens\. However, your messages resulted in 1204883 tokens\.$/,
    },
  ],
  'a quota by the day is not to be retried': [
    { error: 'gemini_429_day' },
    {
      status: 429,
      type: 'insufficient_quota',
      code: 'insufficient_quota',
      headers: { 'x-should-retry': 'false' },
    },
  ],
  'a quota by the minute says when, in whole seconds': [
    { error: { status: 429, body: { error: { ...LIMITED, details: [RETRY_INFO] } } } },
    {
      status: 429,
      type: 'requests',
      code: 'rate_limit_exceeded',
      headers: { 'retry-after': '35', 'x-should-retry': null },
    },
  ],
  'a wait that SDKs would ignore comes with the order not to retry': [
    { error: { preset: 'gemini_429_minute', retryDelay: '90s' } },
    {
      status: 429,
      type: 'requests',
      code: 'rate_limit_exceeded',
      headers: { 'x-should-retry': 'false', 'retry-after-ms': null },
    },
  ],
  'an outage does not speak of 429 or rate limits': [
    { error: '503_overloaded' },
    { ...OVERLOADED, message: /^(?!.*(429|rate limit))/i },
  ],
  'an unknown model has the words that LiteLLM looks for': [
    { error: '404' },
    {
      status: 404,
      type: 'invalid_request_error',
      code: 'model_not_found',
      message: /does not exist or you do not have access to it/,
    },
  ],
}

describe('an error', () => {
  const rows = Object.entries(ERRORS).flatMap(([name, [reply, expected]]) =>
    [false, true].map((stream) => ({ name, reply, expected, stream })),
  )
  // A whole answer has no order of events, so cases of streams are not asked whole.
  const sensible = rows.filter(({ name, stream }) => stream || !name.startsWith('a stream'))
  it.each(sensible)('$name (stream: $stream)', async ({ reply, expected, stream }) => {
    const user = await givenUser()
    await google.script({ credential: user.credentials[0]?.handle ?? '', times: 0, reply })
    const answer = await chat(user.key, { stream })
    const { status, type, code, message = /./, headers = {} } = expected
    expect(answer.status).toBe(status)
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/)
    const { error } = await answer.json<ErrorBody>()
    expect(error).toEqual({
      type,
      code,
      message: expect.stringMatching(message),
      param: code === 'context_length_exceeded' ? 'messages' : error.param,
    })
    for (const [name, value] of Object.entries(headers)) {
      expect(answer.headers.get(name)).toBe(value)
    }
  })

  it('of a wrong key has the words that LiteLLM looks for', async () => {
    const answer = await chat('no-such-key')
    expect(answer.status).toBe(401)
    const { error } = await answer.json<ErrorBody>()
    expect(error.message).toContain('Incorrect API key provided')
  })
})

describe('an answer', () => {
  it('is application/json', async () => {
    const user = await givenUser()
    const answer = await chat(user.key)
    expect(answer.headers.get('content-type')).toBe('application/json')
    await answer.text()
    const health = await fetchPollux('/health')
    expect(health.headers.get('content-type')).toBe('application/json')
  })
})
