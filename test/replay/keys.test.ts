/** Which key opens which routes, and where it may stand. */
import { afterEach, beforeEach, describe, vi } from 'vitest'
import { atTenPastNoon } from '../support/noon.ts'
import { type Ask, recorded, recordedEach } from './support/scene.ts'

const CHAT = '/v1/chat/completions'
const wrong = { authorization: 'Bearer nobody-has-this-key' }
const forged = { authorization: `Bearer sk-pollux-v1-${'A'.repeat(96)}` }

/** One route for each kind of access and for each dialect. */
const ROUTES: readonly Ask[] = [
  { path: CHAT },
  { path: CHAT, body: { stream: true } },
  { path: CHAT, method: 'GET' },
  { path: '/v1/completions', body: { model: 'gemini-2.5-flash', prompt: 'x' } },
  { path: '/v1/images/generations', body: { model: 'gemini-3.1-flash-image', prompt: 'x' } },
  { path: '/v1/audio/speech', body: { model: 'gemini-3.8-flash-tts', input: 'x' } },
  { path: '/v1/audio/transcriptions', form: { model: 'whisper-1' } },
  { path: '/v1/embeddings', body: { model: 'gemini-embedding-001', input: 'x' } },
  { path: '/v1/models' },
  { path: '/v1/models/gemini-2.5-flash' },
  { path: '/v1/model/info' },
  { path: '/v1/key' },
  { path: '/v1/debug/cache' },
  { path: '/debug/stats' },
  { path: '/debug/explain', body: { model: 'x' } },
  { path: '/v1/config/update', body: {} },
  { path: '/v1/config/users' },
  { path: '/v1/config/users/{user}', method: 'DELETE' },
  { path: '/v1/test', body: {} },
  { path: '/chat/completions', body: {} },
  { path: '/v1beta/openai/models' },
]
const named = ({ method, path = '', body }: Ask): string =>
  `${method ?? (body === undefined ? 'GET' : 'POST')} ${path} ${JSON.stringify(body) ?? ''}`.trim()

const each = (asks: readonly Ask[], more: Ask) =>
  Object.fromEntries(asks.map((ask) => [named(ask), { ...ask, ...more }]))

describe('each route', () => {
  recordedEach('without a key', {}, each(ROUTES, { as: null }))
  recordedEach('with a key that nobody has', {}, each(ROUTES, { as: null, headers: wrong }))
  recordedEach('of users with the master key', {}, each(ROUTES.slice(0, 12), { as: 'admin' }))
  recordedEach("of admins with a user's key", {}, each(ROUTES.slice(15, 19), { as: 'user' }))
})

describe('a key', () => {
  const places: Record<string, Record<string, string>> = {
    'in x-api-key': { 'x-api-key': '{key}' },
    'in x-goog-api-key': { 'x-goog-api-key': '{key}' },
    'after a scheme in small letters': { authorization: 'bEaReR   {key}  ' },
    'beside a wrong one': { ...wrong, 'x-api-key': '{key}' },
    'after another scheme': { authorization: 'Basic {key}' },
    'without a scheme': { authorization: '{key}' },
    'that is empty': { authorization: 'Bearer ' },
    'that is undefined': { authorization: 'Bearer undefined' },
    'that is forged': forged,
    'of two wrong ones': { ...wrong, 'x-api-key': 'nor-this-one' },
  }
  recordedEach(
    'of a chat',
    {},
    Object.fromEntries(
      Object.entries(places).map(([name, headers]) => [name, { as: null, headers }]),
    ),
  )
  recorded('in the address', {}, { path: '/v1/models/gemini-2.5-flash?key={key}', as: null })
  recorded(
    'of the admin beside that of a user',
    {},
    { as: 'admin', headers: { 'x-api-key': '{key}' } },
  )
})

describe('a user who', () => {
  beforeEach(() => atTenPastNoon())
  afterEach(() => vi.useRealTimers())

  const asks: readonly Ask[] = [
    {},
    { body: { stream: true } },
    { path: '/v1/models/gemini-2.5-flash' },
    { path: '/v1/key' },
    { path: '/debug/stats' },
  ]
  recorded('is disabled', { settings: { disabled: true } }, ...asks)
  recorded('has expired', { settings: { expires_at: '2020-01-01T00:00:00Z' } }, ...asks)
  recorded(
    'has no credentials',
    {},
    { path: '/v1/config/users/{user}/credentials/{credential 1}', method: 'DELETE' },
    ...asks,
  )
  recorded(
    'has other models',
    { settings: { models: ['gemini-2.5-pro'] } },
    {},
    { path: '/v1/models/gemini-2.5-flash' },
    { path: '/v1/models/gemini-2.5-pro' },
  )
  recorded(
    'has no requests left this minute',
    { ofMinute: true, settings: { limits: { requests_per_minute: 1 } } },
    {},
    {},
    { body: { stream: true } },
  )
  recorded('has no requests left today', { settings: { limits: { requests_per_day: 1 } } }, {}, {})
  recorded(
    'has no tokens left this minute',
    {
      ofMinute: true,
      settings: { limits: { tokens_per_minute: 100 } },
      google: [{ text: 'x', usage: { promptTokenCount: 400 } }],
    },
    { body: { max_tokens: 20 } },
    { body: { max_tokens: 20 } },
  )
  recorded(
    'has no tokens left',
    {
      settings: { limits: { total_tokens: 100 } },
      google: [{ text: 'x', usage: { promptTokenCount: 400 } }],
    },
    { body: { max_tokens: 20 } },
    { body: { max_tokens: 20 } },
  )
  recorded(
    'asks for more than the limit',
    { ofMinute: true, settings: { limits: { tokens_per_minute: 10 } } },
    { body: { max_tokens: 5000 } },
  )
  recorded('may do nothing', { settings: { limits: { max_concurrency: 0 } } }, {})
  recorded(
    'has paused credentials',
    {},
    {
      path: '/v1/config/users/{user}/credentials/{credential 1}',
      method: 'PATCH',
      body: { paused_until: '2099-01-01T00:00:00Z' },
    },
    {},
    { body: { stream: true } },
  )
  recorded(
    'has another key now',
    {},
    { path: '/v1/config/users/{user}/key', method: 'POST', body: { grace_seconds: 0 } },
    {},
    { path: '/v1/key' },
  )
  recorded(
    'is gone',
    {},
    { path: '/v1/config/users/{user}', method: 'DELETE' },
    {},
    { path: '/v1/key' },
    { path: '/v1/config/users/{user}' },
  )
})

describe('guesses', () => {
  const guesses = Array.from({ length: 12 }, (): Ask => ({
    path: '/v1/config/users',
    as: null,
    headers: wrong,
  }))
  recorded('at the master key are slowed', {}, ...guesses, {
    path: '/v1/config/users',
    as: 'admin',
  })
})
