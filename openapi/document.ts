import { anthropic } from './anthropic.ts'
import { config } from './config.ts'
import { credentials } from './credentials.ts'
import { debug } from './debug.ts'
import { google } from './google.ts'
import { components, schemaOf } from './json-schema.ts'
import { ANTHROPIC_ROOTS, OTHER_ROOTS } from '../src/routes/service/roots.ts'
import type { Answer, Operation, Operations, Who } from './operation.ts'
import { openai } from './openai.ts'
import { service } from './service.ts'
import { overview } from './overview.ts'
import { usage } from './usage.ts'
import { users } from './users.ts'

/** Every route must be described here: a test fails for a row of src/routes/index.ts without a description. */
const OPERATIONS: Operations = {
  ...service,
  ...openai,
  ...google,
  ...anthropic,
  ...config,
  ...users,
  ...overview,
  ...usage,
  ...credentials,
  ...debug,
}

/** Which keys open a route. Any one of the headers is enough. */
const SECURITY: Readonly<Record<Who, readonly object[]>> = {
  everyone: [],
  user: ['userKey', 'userKeyInXApiKey', 'userKeyInXGoogApiKey'].map(scheme),
  admin: ['masterKey', 'masterKeyInXApiKey', 'masterKeyInXGoogApiKey'].map(scheme),
  user_or_admin: [
    ...['userKey', 'userKeyInXApiKey', 'userKeyInXGoogApiKey'].map(scheme),
    ...['masterKey', 'masterKeyInXApiKey', 'masterKeyInXGoogApiKey'].map(scheme),
  ],
}

function scheme(name: string): object {
  return { [name]: [] }
}

/** The OpenAPI 3.1 document of the whole API. */
export function openapiDocument(): object {
  const paths: Record<string, Record<string, object | string>> = {}
  for (const [route, operation] of Object.entries(OPERATIONS)) {
    const [method = '', path = ''] = route.split(' ')
    paths[path] = { ...paths[path], [method.toLowerCase()]: described(method, path, operation) }
  }
  Object.assign(paths, moved(openai, OTHER_ROOTS), moved(anthropic, ANTHROPIC_ROOTS))
  return {
    openapi: '3.1.1',
    info: {
      title: 'Pollux',
      version: '1',
      description: 'A gateway to Google Gemini for clients of OpenAI, Anthropic and Google.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    paths,
    components: {
      schemas: components(),
      responses: { Refused: refusal() },
      securitySchemes: {
        ...schemes('userKey', 'the key of a user'),
        ...schemes('masterKey', 'the master key'),
      },
    },
  }
}

/**
 * A Path Item may refer to another (OpenAPI 3.1, section 4.8.9), so nothing is repeated, and every operation keeps
 * its only id.
 */
function moved(operations: Operations, roots: readonly string[]): Record<string, { $ref: string }> {
  const paths: Record<string, { $ref: string }> = {}
  for (const route of Object.keys(operations)) {
    const [, path = ''] = route.split(' ')
    const same = { $ref: `#/paths/${path.replaceAll('~', '~0').replaceAll('/', '~1')}` }
    for (const root of roots) paths[path.replace(/^\/v1/, root)] = same
  }
  return paths
}

function schemes(name: string, what: string): Record<string, object> {
  const inHeader = (header: string): object => ({
    type: 'apiKey',
    in: 'header',
    name: header,
    description: `As ${name}, in another header`,
  })
  return {
    [name]: { type: 'http', scheme: 'bearer', description: `Authorization: Bearer with ${what}` },
    [`${name}InXApiKey`]: inHeader('x-api-key'),
    [`${name}InXGoogApiKey`]: inHeader('x-goog-api-key'),
  }
}

function described(method: string, path: string, operation: Operation): object {
  const { who, summary, description, body, bodyType = 'application/json', answers } = operation
  const isMutating = who === 'admin' && method !== 'GET'
  const parameters = [
    ...inPath(path),
    ...inQuery(operation),
    ...(isMutating ? [IDEMPOTENCY_KEY] : []),
  ]
  return {
    operationId: operationId(method, path),
    tags: [tagOf(path)],
    summary,
    ...(description === undefined ? {} : { description }),
    security: SECURITY[who],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { [bodyType]: { schema: schemaOf(body) } },
          },
        }),
    responses: {
      ...Object.fromEntries(Object.entries(answers).map(([code, answer]) => [code, shown(answer)])),
      ...refusals(method, path, operation),
    },
  }
}

function inPath(path: string): readonly object[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
}

function inQuery({ query }: Operation): readonly object[] {
  if (query === undefined) return []
  const { properties = {}, required = [] } = schemaOf(query)
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema,
  }))
}

const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description:
    'With one, the act is done once: the same request again within 24 hours gets the first answer again, with `idempotent-replayed: true`.',
  schema: { type: 'string', pattern: '^[\\x21-\\x7e]{1,255}$' },
}

function shown({ description, schema, mediaTypes = ['application/json'] }: Answer): object {
  const json = schema === undefined ? {} : { schema: schemaOf(schema) }
  const content = mediaTypes.map((type) => [type, type === 'application/json' ? json : {}] as const)
  return { description, content: Object.fromEntries(content) }
}

/** The refusals that follow from who may call a route and what it takes. */
function refusals(
  method: string,
  path: string,
  { who, body, query, refusals: own = [] }: Operation,
): Record<string, object> {
  const statuses = new Set<number>(own)
  if (who !== 'everyone') for (const status of [401, 403, 500]) statuses.add(status)
  if (body !== undefined) for (const status of [400, 413, 415]) statuses.add(status)
  if (query !== undefined) statuses.add(400)
  if (path.includes('{') || (who !== 'user' && body !== undefined)) statuses.add(404)
  if (who === 'admin' && method !== 'GET')
    for (const status of [400, 409, 422]) statuses.add(status)
  return Object.fromEntries(
    [...statuses].map((status) => [status, { $ref: '#/components/responses/Refused' }]),
  )
}

function refusal(): object {
  return {
    description: 'Refused; `error.param` names the field, `error.code` says why',
    content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
  }
}

/** `PATCH /v1/config/users/{id}` becomes `patchConfigUsersId`. */
function operationId(method: string, path: string): string {
  // Both `/debug/stats` and `/v1/debug/stats` exist, and Google's routes exist under several versions, so their ids
  // keep the version.
  const isGoogles = path.includes(':') || path.includes('/publishers/')
  const words = (isGoogles ? path : path.replace(/^\/v1(?=\/)(?!\/debug)/, '')).match(/\w+/g) ?? [
    'root',
  ]
  return method.toLowerCase() + words.map((word) => word[0]?.toUpperCase() + word.slice(1)).join('')
}

function tagOf(path: string): string {
  if (path.startsWith('/v1/config')) return 'administration'
  return /\/debug\/|test$/.test(path) ? 'looking' : 'service'
}
