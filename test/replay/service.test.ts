/** Routes for everyone, other roots of routes, and what pages in browsers are told. */
import { describe } from 'vitest'
import {
  type Ask,
  recorded,
  recordedEach,
  recordedHoweverSplit,
  UPSTREAMS,
} from './support/scene.ts'

const ROOTS = ['', '/v1beta/openai']

describe('for everyone', () => {
  for (const path of ['/', '/health']) {
    recorded(
      `GET ${path}`,
      {},
      { path, as: null },
      { path, as: null, method: 'HEAD' },
      { path, as: null, method: 'POST' },
    )
  }
})

describe.each(ROOTS)('under the root "%s"', (root) => {
  recorded(
    'a chat',
    {},
    {
      path: `${root}/chat/completions`,
      body: { model: 'gemini-2.5-flash', messages: [{ role: 'user', content: 'Hello' }] },
    },
  )
  recorded(
    'a streamed chat',
    {},
    {
      path: `${root}/chat/completions`,
      body: {
        model: 'gemini-2.5-flash',
        stream: true,
        messages: [{ role: 'user', content: 'Hello' }],
      },
    },
  )
  recorded(
    'refusals',
    {},
    { path: `${root}/chat/completions`, body: {} },
    { path: `${root}/completions`, body: {} },
    { path: `${root}/images/generations`, body: {} },
    { path: `${root}/audio/speech`, body: {} },
    { path: `${root}/audio/transcriptions`, form: {} },
    { path: `${root}/audio/translations`, form: {} },
    { path: `${root}/embeddings`, body: {} },
    { path: `${root}/models/nothing` },
  )
  recorded('a model', {}, { path: `${root}/models/gemini-2.5-flash` })
  recorded(
    'what is not served',
    {},
    { path: `${root}/responses`, body: {} },
    { path: `${root}/files` },
    { path: `${root}/model/infos` },
  )
})

describe('where nothing is', () => {
  const paths = [
    '/v1',
    '/v1/',
    '/v1/nowhere',
    '/v2/chat/completions',
    '/v1/chat/completions/',
    '//v1/models',
    '/v1/models/a/b/c',
    '/favicon.ico',
    '/%00',
    '/v1/%zz',
  ]
  recordedEach('GET', {}, Object.fromEntries(paths.map((path) => [path, { path, method: 'GET' }])))
  const unserved = [
    'moderations',
    'files',
    'uploads',
    'batches',
    'images/edits',
    'images/variations',
    'videos',
    'realtime',
    'fine_tuning/jobs',
    'assistants',
    'threads',
    'vector_stores',
    'evals',
  ]
  recorded(
    "OpenAI's routes that are not served",
    {},
    ...unserved.map((name): Ask => ({ path: `/v1/${name}`, body: {} })),
  )
})

describe('with another method', () => {
  const asks: readonly (readonly [string, string])[] = [
    ['PUT', '/v1/chat/completions'],
    ['GET', '/v1/completions'],
    ['GET', '/v1/images/generations'],
    ['DELETE', '/v1/audio/speech'],
    ['PATCH', '/v1/audio/transcriptions'],
    ['GET', '/v1/embeddings'],
    ['POST', '/v1/models'],
    ['POST', '/v1/key'],
    ['GET', '/v1/config/update'],
    ['PUT', '/v1/config/users'],
    ['POST', '/v1/config/users/x'],
    ['GET', '/v1/config/users/x/credentials/y'],
    ['GET', '/v1/test'],
    ['POST', '/debug/stats'],
    ['OPTIONS', '/v1/models'],
    ['PUT', '/'],
  ]
  recordedEach(
    'a route',
    {},
    Object.fromEntries(asks.map(([method, path]) => [`${method} ${path}`, { method, path }])),
  )
  const heads = [
    '/v1/models',
    '/v1/key',
    '/v1/models/nothing',
    '/v1/config/users',
    '/nowhere',
    '/v1/chat/completions',
    '/v1/completions',
  ]
  recordedEach(
    'HEAD',
    {},
    Object.fromEntries(heads.map((path) => [path, { method: 'HEAD', path }])),
  )
})

describe('a page in a browser', () => {
  const origin = 'https://page.example'
  const preflight = (path: string, more: Record<string, string> = {}): Ask => ({
    method: 'OPTIONS',
    path,
    as: null,
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization, content-type, x-stainless-os, cookie',
      ...more,
    },
  })
  const own = { CORS_ORIGINS: `${origin}, https://other.example`, CORS_ADMIN_ORIGINS: origin }
  const asks = [
    preflight('/v1/chat/completions'),
    preflight('/v1/config/users'),
    preflight('/nowhere'),
    preflight('/v1/models', { origin: 'https://stranger.example' }),
    { path: '/v1/models/nothing', headers: { origin } },
    { path: '/v1/config/nowhere', headers: { origin } },
    { path: '/v1/config/users/x', headers: { origin } },
    { body: { n: 0 }, headers: { origin } },
    { body: { n: 0 }, headers: { origin: 'https://stranger.example' } },
    { body: { stream: true }, headers: { origin } },
  ] satisfies Ask[]
  recorded('of anybody', {}, ...asks)
  recorded('of some', { vars: own }, ...asks)
  recorded('of nobody', { vars: { CORS_ORIGINS: '' } }, ...asks)
})

describe('as it is configured', () => {
  const asks: readonly Ask[] = [
    {},
    { path: '/health', as: null },
    { path: '/v1/config/users' },
    { path: '/v1/config/users', body: {} },
  ]
  recorded('without a master key', { vars: { MASTER_API_KEY: undefined } }, ...asks)
  recorded(
    'with a master key that is a template',
    { vars: { MASTER_API_KEY: 'your-master-api-key' } },
    ...asks,
  )
  recorded('without what signs keys', { vars: { API_KEY_SECRET: undefined } }, ...asks)
  recorded('without a vault', { vars: { VAULT_KEY: undefined } }, ...asks, {
    path: '/v1/config/update',
    body: { apiKey: '{key}', gcpServiceAccount: { type: 'api_key', api_key: 'AIzaSyAnother' } },
  })
  recorded('with a number that is none', { vars: { MAX_BODY_BYTES: 'many' } }, ...asks)
  recorded(
    'with no room',
    { vars: { MAX_CREDENTIALS: '1' } },
    {
      path: '/v1/config/update',
      body: { apiKey: '{key}', gcpServiceAccount: { type: 'api_key', api_key: 'AIzaSyAnother' } },
    },
  )
  recorded('without its objects', { vars: { USERS: undefined } }, ...asks)
})

describe('what takes time', () => {
  const soon = {
    vars: { STREAM_SILENCE_MS: '150', STREAM_IDLE_TIMEOUT_MS: '5000' },
    keepAlives: true,
  }
  const short = { STREAM_IDLE_TIMEOUT_MS: '400', ANSWER_TIMEOUT_MS: '500' }
  const ended = { vars: { ...soon.vars, ...short, ROTATION_DEADLINE_MS: '1500' }, keepAlives: true }
  const stream = { body: { stream: true } }
  for (const kind of UPSTREAMS) {
    const ring = [kind]
    recorded(
      `a silence before the first word, ${kind}`,
      { ...soon, ring, google: [{ text: 'Hi', delayMs: 350 }] },
      stream,
    )
  }
  recorded(
    'a silence, then a failure',
    { ...soon, google: [{ error: '400_generic', delayMs: 350, times: 0 }] },
    stream,
  )
  recorded(
    'a silence, then a ring that is out',
    { ...soon, google: [{ error: 'gemini_429_minute', delayMs: 350, times: 0 }] },
    stream,
  )
  recorded(
    'a silence, then one that turns',
    {
      ...soon,
      ring: ['api_key', 'api_key'],
      google: [{ error: 'gemini_429_minute', delayMs: 350 }],
    },
    stream,
  )
  recorded(
    'a silence of two choices',
    { ...soon, interleaved: true, google: [{ text: 'Hi', delayMs: 350, times: 0 }] },
    { body: { stream: true, n: 2 } },
  )
  recorded(
    'a silence between words',
    { ...ended, google: [{ text: 'one two', hangAfter: 1 }] },
    stream,
  )
  recorded(
    'an answer that never comes',
    { ...ended, google: [{ text: 'x', hangBeforeHeaders: true, times: 0 }] },
    {},
  )
  recorded(
    'a stream that never comes',
    { ...ended, google: [{ text: 'x', hangBeforeHeaders: true, times: 0 }] },
    stream,
  )
})

describe('a stream cut anywhere', () => {
  recordedHoweverSplit(
    'of a legacy completion with letters of all lengths',
    { google: [{ text: 'Grüße 🎉 日本' }] },
    { path: '/v1/completions', body: { model: 'gemini-2.5-flash', prompt: 'x', stream: true } },
  )
})
