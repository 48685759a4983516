/** What clients are told when Google fails, and what that does to the ring. */
import { describe } from 'vitest'
import { recorded, recordedHoweverSplit, recordedOnEach } from './support/scene.ts'

const STREAM = { body: { stream: true } }

const FAILURES = [
  '400_generic',
  '400_location',
  '400_billing',
  '400_precondition',
  '400_context',
  '400_signature',
  'api_key_invalid',
  'api_key_expired',
  '401',
  '403_generic',
  '403_licence',
  '403_validation',
  '403_tos',
  '403_service_disabled',
  '403_project',
  '403_iam',
  '403_scope',
  '403_billing',
  '403_leaked',
  '403_api_key_blocked',
  '404',
  'gemini_429_minute',
  'gemini_429_day',
  'gemini_429_limit_zero',
  'code_assist_429_quota',
  'code_assist_429_capacity',
  'code_assist_429_credits',
  '499',
  '500',
  '501',
  '502_html',
  '503_overloaded',
  '503_capacity',
  '504',
] as const

describe('POST /v1/chat/completions of a ring of one, whole and again', () => {
  for (const error of FAILURES) {
    recordedOnEach(`on ${error}`, { google: [{ error, times: 0 }] }, {}, {})
  }
})

/** Errors without a wait, or with one too short for a second request to surely fall into it. */
const SHORT = ['generic_429', 'vertex_429', 'vertex_429_throughput', 'gemini_429_tokens'] as const

describe('POST /v1/chat/completions of a ring of one, whole and once', () => {
  for (const error of SHORT) {
    const vars = { WAIT_FOR_QUOTA_MS: '0' }
    recordedOnEach(`on ${error}`, { vars, google: [{ error, times: 0 }] }, {})
  }
})

describe('POST /v1/chat/completions of a ring of one, streamed', () => {
  for (const error of [
    '400_generic',
    '400_context',
    '401',
    '403_generic',
    '404',
    'gemini_429_minute',
    'gemini_429_day',
    '500',
    '502_html',
    '503_overloaded',
  ] as const) {
    recorded(`on ${error}`, { ring: ['service_account'], google: [{ error, times: 0 }] }, STREAM)
  }
})

describe('POST /v1/chat/completions of a ring that turns', () => {
  const ring = ['api_key', 'api_key'] as const
  for (const error of [
    'gemini_429_minute',
    'gemini_429_day',
    '403_generic',
    'api_key_invalid',
    '500',
    '503_overloaded',
    '400_generic',
  ] as const) {
    const setup = { ring, google: [{ error, by: 0, times: 0 }] }
    recorded(`on ${error}, whole`, setup, {}, {})
    recorded(`on ${error}, streamed`, setup, STREAM, STREAM)
    recorded(
      `on ${error} of all`,
      { ring, google: [...setup.google, { error, by: 1, times: 0 }] },
      {},
      {},
    )
  }
  const other = { by: 1, times: 0, error: 'gemini_429_day' } as const
  recorded(
    'for a minute, and for the day',
    { ring, google: [{ by: 0, times: 0, error: 'gemini_429_minute' }, other] },
    {},
    {},
  )
  recorded(
    'from one upstream to the next',
    {
      ring: ['authorized_user', 'service_account', 'api_key'],
      google: [
        { by: 0, error: '503_capacity', times: 0 },
        { by: 1, error: 'vertex_429', times: 0 },
      ],
    },
    {},
    STREAM,
  )
  recorded(
    'on a first event that is an error',
    {
      ring,
      google: [{ by: 0, text: 'never', errorAfter: { events: 0, error: 'gemini_429_minute' } }],
    },
    STREAM,
  )
})

describe('POST /v1/chat/completions where tokens fail', () => {
  for (const error of ['invalid_grant', 'invalid_client', 'token_500', 'token_429'] as const) {
    recorded(
      `on ${error}`,
      { ring: ['authorized_user'], google: [{ error, method: 'token', times: 0 }] },
      {},
      STREAM,
    )
  }
})

describe('POST /v1/chat/completions, streamed, where Google breaks off', () => {
  const text = 'one two three four five'
  recordedOnEach(
    'before the headers',
    { google: [{ text, breakOffBeforeHeaders: true, times: 0 }] },
    STREAM,
  )
  recordedOnEach('before any event', { google: [{ text, breakOffAfter: 0, times: 0 }] }, STREAM)
  recordedHoweverSplit('after two events', { google: [{ text, breakOffAfter: 2 }] }, STREAM)
  recordedHoweverSplit(
    'with an error',
    { google: [{ text, errorAfter: { events: 2, error: '503_overloaded' } }] },
    STREAM,
  )
  recordedHoweverSplit(
    'with an error of quota',
    { google: [{ text, errorAfter: { events: 2, error: 'gemini_429_minute' } }] },
    STREAM,
  )
  recordedOnEach(
    'with an error without framing',
    { google: [{ text, errorAfter: { events: 2, error: '503_overloaded', unprefixed: true } }] },
    STREAM,
  )
  recordedOnEach(
    'without an end, with counts',
    { google: [{ text, finishReason: null }] },
    { body: { stream: true, stream_options: { include_usage: true } } },
  )
})

describe('POST /v1/chat/completions, whole, where Google breaks off', () => {
  recordedOnEach('before the headers', { google: [{ breakOffBeforeHeaders: true, times: 0 }] }, {})
  recordedOnEach('in the middle', { google: [{ breakOffAfter: 1, times: 0 }] }, {})
  recordedOnEach(
    'with garbage',
    { google: [{ error: { status: 200, body: 'garbage{' }, times: 0 }] },
    {},
    STREAM,
  )
  recordedOnEach(
    'with a page',
    {
      google: [
        {
          error: { status: 200, body: '<html></html>', headers: { 'content-type': 'text/html' } },
          times: 0,
        },
      ],
    },
    {},
    STREAM,
  )
  recordedOnEach(
    'with nothing',
    { google: [{ error: { status: 200, body: '' }, times: 0 }] },
    {},
    STREAM,
  )
  recordedOnEach(
    'with a failure of no words',
    { google: [{ error: { status: 400, body: '' }, times: 0 }] },
    {},
  )
  recordedOnEach(
    'with words of no form',
    { google: [{ error: { status: 400, body: 'no' }, times: 0 }] },
    {},
  )
  recordedOnEach(
    'with another failure',
    {
      google: [
        { error: { status: 418, body: { error: { code: 418, message: 'Teapot' } } }, times: 0 },
      ],
    },
    {},
  )
})

const says = (parts: unknown, more: object = {}) => ({
  candidates: [{ content: { role: 'model', parts }, finishReason: 'STOP', ...more }],
})
const TEXT = [{ text: 'Hi' }]

describe('POST /v1/chat/completions of an odd answer', () => {
  const odd: Record<string, Record<string, unknown>> = {
    'counts that are texts': { ...says(TEXT), usageMetadata: { promptTokenCount: '7' } },
    'no candidates': { candidates: null },
    'a candidate that is null': { candidates: [null] },
    'parts that are null': says(null),
    'a text that is a number': says([{ text: 5 }]),
    'a call that is a text': says([{ functionCall: 'f' }]),
    'media that are a number': says([{ inlineData: { mimeType: 7, data: 5 } }]),
    'citations that are texts': says(TEXT, { groundingMetadata: { groundingChunks: 'x' } }),
    'log probabilities that are texts': says(TEXT, { logprobsResult: { chosenCandidates: 'x' } }),
    'an end that is a number': says(TEXT, { finishReason: 5 }),
    'a language that is a number': says([{ executableCode: { language: 5, code: 5 } }]),
    'a title that is an object': says(TEXT, {
      groundingMetadata: {
        groundingChunks: [{ web: { uri: {}, title: {} } }],
        groundingSupports: [{ segment: {}, groundingChunkIndices: [0] }],
      },
    }),
    'tokens that are numbers': says(TEXT, {
      logprobsResult: { chosenCandidates: [{ token: 5, logProbability: 'x' }] },
    }),
  }
  for (const [name, chunk] of Object.entries(odd)) {
    recorded(
      name,
      { google: [{ chunks: [chunk], times: 0 }] },
      { body: { logprobs: true } },
      { body: { stream: true, logprobs: true } },
    )
  }
})
