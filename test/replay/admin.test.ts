/** Acts of admins, and what users and admins look up. */
import { describe } from 'vitest'
import { type Ask, recorded, recordedEach } from './support/scene.ts'

const USERS = '/v1/config/users'
const USER = `${USERS}/{user}`
const CREDENTIAL = `${USER}/credentials/{credential 1}`
const NOBODY = 'a'.repeat(64)
const API_KEY = { type: 'api_key', api_key: 'AIzaSyNobodysKey0123456789abcdefghijkl' }

const get = (path: string): Ask => ({ path })
const act = (method: string, path: string, body?: unknown): Ask => ({ method, path, body })

describe('users', () => {
  recorded(
    'are made',
    {},
    act('POST', USERS, {}),
    act('POST', USERS, { apiKey: 'a-chosen-key-0123', label: 'Chosen' }),
    act('POST', USERS, { apiKey: 'a-chosen-key-0123' }),
  )
  recorded(
    'are listed and shown',
    {},
    get(USERS),
    get(`${USERS}?limit=1`),
    get(USER),
    get(`${USERS}/${NOBODY}`),
    get(`${USERS}/x`),
  )
  recorded(
    'are changed',
    {},
    act('PATCH', USER, {
      label: 'Ann',
      mode: 'round_robin',
      affinity: true,
      limits: { requests_per_day: 5 },
      aliases: { fast: 'gemini-2.5-flash' },
      models: ['gemini-2.5-flash'],
      reasoning_format: 'think_tags',
      safety_settings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_NONE' }],
      expires_at: '2099-01-31T12:00:00Z',
    }),
    get(USER),
    get('/v1/key'),
  )
  recorded(
    'are deleted',
    {},
    act('DELETE', USER),
    act('DELETE', USER),
    act('POST', USERS, { apiKey: '{key}' }),
    act('POST', '/v1/config/update', { apiKey: '{key}', gcpServiceAccount: API_KEY }),
  )
  const refused: Record<string, unknown> = {
    'a misspelt field': { lable: 'x' },
    'a label that is a number': { label: 5 },
    'a long label': { label: 'x'.repeat(101) },
    'an unknown mode': { mode: 'x' },
    'a date that is none': { expires_at: '2027-02-31T00:00:00Z' },
    'a date in words': { expires_at: 'soon' },
    'models that are a text': { models: 'x' },
    'a model that is no name': { models: ['../x'] },
    'an alias of no model': { aliases: { fast: 5 } },
    'a circle of models': { fallbacks: { a: ['b'], b: ['a'] } },
    'a limit below nought': { limits: { requests_per_day: -1 } },
    'an unknown limit': { limits: { x: 1 } },
    'an unknown format': { reasoning_format: 'x' },
    'unknown safety': { safety_settings: [{ category: 'x', threshold: 'y' }] },
    'a list': [],
    'no JSON': '{',
    nothing: '',
  }
  recordedEach(
    'are not changed to what is none',
    {},
    Object.fromEntries(
      Object.entries(refused).map(([name, body]) => [name, act('PATCH', USER, body)]),
    ),
  )
  recorded(
    'are not made with a bad key',
    {},
    act('POST', USERS, { apiKey: 'short' }),
    act('POST', USERS, { apiKey: 'with blanks in it' }),
    act('POST', USERS, { apiKey: `sk-pollux-v1-${'A'.repeat(96)}` }),
  )
  recorded(
    'are not listed by a bad query',
    {},
    get(`${USERS}?limit=0`),
    get(`${USERS}?limit=1&limit=2`),
    get(`${USERS}?after=x`),
    get(`${USERS}?x=1`),
  )
})

describe('keys', () => {
  recorded(
    'are replaced',
    {},
    act('POST', `${USER}/key`, {}),
    get('/v1/key'),
    {},
    act('POST', `${USER}/key`, { grace_seconds: -1 }),
    act('POST', `${USERS}/${NOBODY}/key`, {}),
  )
  recorded(
    'tell of themselves',
    {
      ofMinute: true,
      settings: { limits: { requests_per_minute: 5, tokens_per_day: 1000, max_concurrency: 2 } },
    },
    get('/v1/key'),
    {},
    get('/v1/key'),
  )
})

describe('credentials', () => {
  const UPDATE = '/v1/config/update'
  recorded(
    'are added',
    {},
    act('POST', UPDATE, { apiKey: '{key}', gcpServiceAccount: API_KEY, label: 'Second' }),
    act('POST', `${USER}/credentials`, { gcpServiceAccount: JSON.stringify(API_KEY) }),
    get(`${USER}/credentials`),
  )
  recorded(
    'are added to a new user',
    {},
    act('POST', UPDATE, { apiKey: 'another-new-key-1', gcpServiceAccount: API_KEY }),
    act('POST', UPDATE, { gcpServiceAccount: API_KEY }),
  )
  recorded(
    'are tried and not kept',
    {},
    act('POST', `${USER}/credentials?dry_run=1`, { gcpServiceAccount: API_KEY }),
    act('POST', `${USER}/credentials?dry_run=x`, { gcpServiceAccount: API_KEY }),
    get(`${USER}/credentials`),
  )
  recorded(
    'are added in bulk',
    {},
    act('POST', `${USER}/credentials/bulk`, {
      credentials: [{ gcpServiceAccount: API_KEY }, { gcpServiceAccount: { type: 'x' } }, 5],
    }),
    act('POST', `${USER}/credentials/bulk`, { credentials: [] }),
    act('POST', `${USER}/credentials/bulk`, {}),
  )
  const three = { ring: ['api_key', 'service_account', 'authorized_user'] as const }
  recorded('are listed', three, get(`${USER}/credentials`), get(`${USERS}/${NOBODY}/credentials`))
  recorded(
    'are put in order',
    three,
    act('PUT', `${USER}/credentials/order`, {
      credentials: ['{credential 3}', '{credential 1}', '{credential 2}'],
    }),
    act('PUT', `${USER}/credentials/order`, { credentials: ['{credential 1}'] }),
    act('PUT', `${USER}/credentials/order`, { credentials: 5 }),
  )
  recorded(
    'are changed',
    {},
    act('PATCH', CREDENTIAL, {
      label: 'First',
      priority: 5,
      models: ['gemini-2.5-flash'],
      paused_until: '2099-01-01T00:00:00Z',
    }),
    act('PATCH', CREDENTIAL, { priority: 5000 }),
    act('PATCH', CREDENTIAL, { x: 1 }),
    act('PATCH', `${USER}/credentials/none`, { label: 'x' }),
  )
  recorded(
    'are reset and deleted',
    { google: [{ error: 'gemini_429_day' }] },
    {},
    act('POST', `${CREDENTIAL}/reset`),
    {},
    act('DELETE', CREDENTIAL),
    act('DELETE', CREDENTIAL),
    act('POST', `${CREDENTIAL}/reset`),
  )
  recorded(
    'are verified',
    three,
    ...[1, 2, 3].map((at) => act('POST', `${USER}/credentials/{credential ${at}}/verify`, {})),
    act('POST', `${USER}/credentials/none/verify`, {}),
  )
  recorded(
    'are verified in depth',
    { ring: ['authorized_user'], google: [{ error: '403_licence', times: 0 }] },
    act('POST', `${CREDENTIAL}/verify?depth=generate`, {}),
    act('POST', `${CREDENTIAL}/verify?depth=x`, {}),
  )
  const refused: Record<string, unknown> = {
    'no file': {},
    'a file that is a number': 5,
    'a text that is no JSON': 'x',
    'an unknown type': { type: 'x' },
    'no type': { api_key: 'x' },
    'no key': { type: 'api_key' },
    'a key with blanks': { type: 'api_key', api_key: 'a b' },
    'no refresh token': { type: 'authorized_user', client_id: 'a', client_secret: 'b' },
    'no private key': { type: 'service_account', client_email: 'a@b.c' },
    'a private key that is none': {
      type: 'service_account',
      client_email: 'a@b.c',
      private_key: 'x',
      project_id: 'project-1',
    },
    'a project that is none': {
      type: 'service_account',
      client_email: 'a@b.c',
      private_key: 'x',
      project_id: '../x',
    },
  }
  const added = (name: string, file: unknown): Ask =>
    act('POST', UPDATE, {
      apiKey: '{key}',
      gcpServiceAccount: name === 'no file' ? undefined : file,
    })
  recordedEach(
    'are not added with a bad file',
    {},
    Object.fromEntries(Object.entries(refused).map(([name, file]) => [name, added(name, file)])),
  )
  recorded(
    'are not added with other bad fields',
    {},
    act('POST', UPDATE, { apiKey: '{key}', gcpServiceAccount: API_KEY, upstream: 'x' }),
    act('POST', UPDATE, { apiKey: '{key}', gcpServiceAccount: API_KEY, location: 'no where' }),
    act('POST', UPDATE, { apiKey: '{key}', user: '{user}', gcpServiceAccount: API_KEY }),
    act('POST', UPDATE, { user: 'x', gcpServiceAccount: API_KEY }),
    act('POST', `${USER}/credentials`, { gcpServiceAccount: API_KEY, x: 1 }),
    act('POST', `${USERS}/${NOBODY}/credentials`, { gcpServiceAccount: API_KEY }),
    act('POST', UPDATE, '{'),
  )
})

describe('the ring', () => {
  const two = { ring: ['api_key', 'api_key'] as const }
  const ROTATE = '/v1/config/rotate'
  recorded(
    'is turned',
    two,
    act('POST', ROTATE, { apiKey: '{key}' }),
    act('POST', ROTATE, { user: '{user}' }),
    act('POST', ROTATE, { user: NOBODY }),
    act('POST', ROTATE, {}),
    act('POST', ROTATE, { user: 5 }),
    {},
  )
  recorded(
    'is pinned',
    two,
    act('POST', `${USER}/pin`, { credential: '{credential 2}', until: '2099-01-01T00:00:00Z' }),
    {},
    act('DELETE', `${USER}/pin`),
    act('POST', `${USER}/pin`, { credential: 'none', until: '2099-01-01T00:00:00Z' }),
    act('POST', `${USER}/pin`, { credential: '{credential 2}', until: null }),
  )
  recorded('of one is turned', {}, act('POST', ROTATE, { user: '{user}' }))
})

describe('acts', () => {
  const once = { headers: { 'idempotency-key': 'once' } }
  recorded(
    'are done once',
    {},
    { ...act('POST', USERS, { label: 'x' }), ...once },
    { ...act('POST', USERS, { label: 'x' }), ...once },
    { ...act('POST', USERS, { label: 'y' }), ...once },
    { ...act('POST', USERS, {}), headers: { 'idempotency-key': 'a b' } },
  )
  recorded(
    'are in the audit',
    {},
    act('PATCH', USER, { label: 'x' }),
    get(`${USER}/audit`),
    get(`${USER}/audit?after=1&limit=1`),
    get(`${USER}/audit?limit=0`),
    get(`${USERS}/${NOBODY}/audit`),
  )
})

describe('recovery', () => {
  recorded(
    'restores',
    {},
    act('POST', '/v1/config/restore', {}),
    act('POST', '/v1/config/restore', { cursor: 5 }),
    act('POST', '/v1/config/restore', { x: 1 }),
  )
  recorded(
    'reseals',
    {},
    act('POST', '/v1/config/reseal', {}),
    act('POST', '/v1/config/reseal', { after: 'x' }),
  )
  recorded(
    'imports',
    {},
    act('POST', '/v1/config/import', {}),
    act('POST', '/v1/config/import', { bundle: {} }),
    act('POST', '/v1/config/import', { bundle: 5 }),
  )
  recorded('exports nobody', {}, get(`${USERS}/${NOBODY}/export`), get(`${USERS}/x/export`))
})

describe('diagnosis', () => {
  const three = { ring: ['api_key', 'service_account', 'authorized_user'] as const }
  for (const path of ['/v1/test', '/v1/debug/test', '/v1/token-test', '/v1/debug/token-test']) {
    recorded(
      `POST ${path}`,
      three,
      { ...act('POST', path, { user: '{user}' }), as: 'admin' },
      { ...act('POST', path, { user: NOBODY }), as: 'admin' },
      { ...act('POST', path, {}), as: 'admin' },
    )
  }
  recorded(
    'GET /v1/debug/cache',
    three,
    get('/v1/debug/cache'),
    {},
    get('/v1/debug/cache'),
    { ...get('/v1/debug/cache?user={user}'), as: 'admin' },
    { ...get('/v1/debug/cache'), as: 'admin' },
  )
  for (const path of ['/debug/explain', '/v1/debug/explain']) {
    recorded(
      `POST ${path}`,
      three,
      act('POST', path, { model: 'gemini-2.5-flash' }),
      act('POST', path, { model: 'gemini-2.5-flash', session: 's' }),
      act('POST', path, {}),
      act('POST', path, { model: 5 }),
      { ...act('POST', path, { model: 'gemini-2.5-flash', user: '{user}' }), as: 'admin' },
      { ...act('POST', path, { model: 'gemini-2.5-flash', user: NOBODY }), as: 'admin' },
      { ...act('POST', path, { model: 'gemini-2.5-flash' }), as: 'admin' },
    )
  }
  for (const path of ['/debug/stats', '/v1/debug/stats']) {
    recorded(
      `GET ${path}`,
      {},
      get(path),
      {},
      get(path),
      { ...get(`${path}?user={user}`), as: 'admin' },
      { ...get(path), as: 'admin' },
      { ...get(`${path}?x=1`), as: 'admin' },
    )
  }
  recorded(
    'GET /debug/stats of a ring that is out',
    { google: [{ error: 'gemini_429_day' }] },
    {},
    get('/debug/stats'),
  )
})
