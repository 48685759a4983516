/**
 * Whatever a client sends to OpenAI's other routes, no answer blames Pollux, and an answer that blames the client
 * says for what.
 */
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { anyBody, written } from '../dialects/support/any-body.ts'
import { type ErrorBody, givenUser, post, settledStats } from '../support/pollux.ts'

const RUNS = 120

const ROUTES: readonly (readonly [string, readonly string[], object])[] = [
  [
    '/v1/embeddings',
    ['gemini-embedding-001', 'gemini-embedding-2', 'gemini-2.5-flash'],
    {
      input: ['one', 'two'],
      encoding_format: 'base64',
      dimensions: 256,
      task_type: 'query',
      user: 'u',
    },
  ],
  [
    '/v1/images/generations',
    ['gemini-3.1-flash-image', 'gemini-2.5-flash'],
    { prompt: 'A cat', n: 2, size: '1024x1024', response_format: 'b64_json', quality: 'high' },
  ],
  [
    '/v1/audio/speech',
    ['gemini-3.8-flash-tts', 'gemini-2.5-flash'],
    { input: 'Hello', voice: 'alloy', response_format: 'wav', instructions: 'Gently', speed: 1 },
  ],
  [
    '/v1/completions',
    ['gemini-2.5-flash', 'gemini-3.1-pro-preview'],
    {
      prompt: ['a', 'b'],
      n: 1,
      suffix: 'z',
      echo: true,
      stop: ['.'],
      max_tokens: 50,
      temperature: 1,
    },
  ],
]

it.each(ROUTES)(
  'any body on POST %s is answered, or refused by name',
  async (path, models, sound) => {
    const user = await givenUser()
    let answered = 0
    await fc.assert(
      fc.asyncProperty(anyBody(models, [sound]), async (body) => {
        const answer = await post(path, user.key, written(body))
        if (answer.status === 200) {
          answered += 1
          await answer.arrayBuffer()
          return true
        }
        const { message, type, param, code } = (await answer.json<ErrorBody>()).error
        const isTold = message !== '' && (param ?? code) !== null
        return answer.status < 500 && type === 'invalid_request_error' && isTold
      }),
      { numRuns: RUNS },
    )
    // Otherwise the test would have shown nothing.
    expect(answered).toBeGreaterThan(0)
    expect(await settledStats(user)).toMatchObject({
      ledger: { holds: true },
      ring: { rotations: 0, credentials: [{ state: 'active' }] },
    })
  },
  30_000,
)
