import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { answers, COMPONENTS } from '../../openapi/answers.ts'
import { ROUTES } from '../../src/routes/index.ts'
import {
  fetchPollux,
  givenUser,
  google,
  MASTER_KEY,
  MODEL,
  post,
  type User,
} from '../support/pollux.ts'

interface Described {
  readonly operationId: string
  readonly security: readonly Readonly<Record<string, unknown>>[]
  readonly parameters?: readonly { name: string; in: string }[]
  readonly requestBody?: object
  readonly responses: Readonly<Record<string, object>>
}

interface Document {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>
  readonly components: Readonly<Record<string, Readonly<Record<string, object>>>>
}

async function documentOf(): Promise<Document> {
  const answer = await fetchPollux('/openapi.json')
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-type')).toBe('application/json')
  return answer.json<Document>()
}

/** `/v1/models/:id+` → `/v1/models/{id}`. A segment with Google's method in it is split by its handler. */
function toPath(pattern: string): string {
  return pattern.replace('/:call+', '/{model}:{method}').replace(/:(\w+)\+?/g, '{$1}')
}

const TABLE = ROUTES.map(([method, pattern]) => `${method} ${toPath(pattern)}`)

/** The operations of a path, or of the path that it refers to. */
function operationsAt(paths: Document['paths'], path: string): Document['paths'][string] {
  const { $ref, ...operations } = paths[path] ?? {}
  if (typeof $ref !== 'string') return operations
  const other = String($ref).replace('#/paths/', '').replaceAll('~1', '/')
  expect([path, paths[other]]).toEqual([path, expect.any(Object)])
  return paths[other] ?? {}
}

function described({ paths }: Document): readonly (readonly [string, Described])[] {
  return Object.keys(paths).flatMap((path) =>
    Object.entries(operationsAt(paths, path)).map(
      ([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const,
    ),
  )
}

describe('/openapi.json', () => {
  it('describes every route of the table, and no other', async () => {
    const document = await documentOf()
    expect(document.openapi).toMatch(/^3\.1\./)
    const routes = described(document).map(([route]) => route)
    expect(
      TABLE.filter((route) => !routes.includes(route)),
      'Routes of src/routes/index.ts that nobody describes: add each to a file in openapi/ and run `npm run openapi`.',
    ).toEqual([])
    expect(
      routes.filter((route) => !TABLE.includes(route)),
      'Described routes that are not in src/routes/index.ts: take each out of openapi/ and run `npm run openapi`.',
    ).toEqual([])
  })

  it('says of each who may call it, as the table does', async () => {
    const operations = new Map(described(await documentOf()))
    const opensFor = (route: string): string => {
      const names = (operations.get(route)?.security ?? []).flatMap((scheme) => Object.keys(scheme))
      const [forUser, forMaster] = ['userKey', 'masterKey'].map((name) => names.includes(name))
      if (forUser === true && forMaster === true) return 'user_or_admin'
      if (forUser === true) return 'user'
      return forMaster === true ? 'admin' : 'everyone'
    }
    const table = ROUTES.map(([method, pattern, { who }]) => [`${method} ${toPath(pattern)}`, who])
    expect(table.map(([route = '']) => [route, opensFor(route)])).toEqual(table)
  })

  it('hangs together: every reference leads somewhere, every id is one, every parameter of a path is named', async () => {
    const document = await documentOf()
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/(\w+)\/(\w+)\/(\w+)"/g)]
    expect(references.length).toBeGreaterThan(50)
    const toPaths = JSON.stringify(document).match(/"\$ref":"#\/paths\//g) ?? []
    expect(JSON.stringify(document).match(/"\$ref"/g)?.length).toBe(
      references.length + toPaths.length,
    )
    for (const [, , kind = '', name = ''] of references) {
      expect([name, document.components[kind]?.[name]]).toEqual([name, expect.any(Object)])
    }
    const { paths } = document
    const own = Object.values(paths).filter((methods) => !('$ref' in methods))
    const ids = own.flatMap((methods) => Object.values(methods).map((one) => one.operationId))
    expect(new Set(ids).size).toBe(ids.length)
    for (const [route, { parameters = [] }] of described(document)) {
      const inPath = parameters.filter((parameter) => parameter.in === 'path')
      expect(inPath.map(({ name }) => `{${name}}`)).toEqual(route.match(/\{\w+\}/g) ?? [])
    }
  })

  it('tells of each mutating admin act that it takes an Idempotency-Key, and of each refusal what it looks like', async () => {
    for (const [route, { parameters = [], responses, security }] of described(await documentOf())) {
      const isAct = !route.startsWith('GET') && 'masterKey' in (security.at(0) ?? {})
      expect([route, parameters.some(({ name }) => name === 'Idempotency-Key')]).toEqual([
        route,
        isAct,
      ])
      if (route === 'GET /health/ready') continue // Its 503 is an answer, not a refusal.
      const refused = Object.entries(responses).filter(([status]) => Number(status) >= 400)
      // An upload's bytes go to an address that is itself the permission, and a page may not exist. Both can be
      // refused.
      const opens = security.length === 0 && !/ \/(?:upload|page)\//.test(route)
      expect([route, refused.length > 0]).toEqual([route, !opens])
      for (const [, response] of refused) {
        expect(response).toEqual({ $ref: '#/components/responses/Refused' })
      }
    }
  })

  it('has the schemas that check requests: what is refused for its name is not in it', async () => {
    const { paths } = await documentOf()
    expect(paths['/v1/config/users/{id}']?.['patch']?.requestBody).toMatchObject({
      content: {
        'application/json': {
          schema: {
            type: 'object',
            additionalProperties: false,
            properties: { mode: { enum: ['sticky', 'round_robin', 'least_used'] } },
          },
        },
      },
    })
  })
})

describe('what is described of answers', () => {
  const wrong: unknown[] = []

  /** Checks an answer against its description: nothing is missing, and nothing is undescribed. */
  async function expectAs(schema: v.GenericSchema, answer: Promise<Response>): Promise<void> {
    const body: unknown = await (await answer).json()
    const parsed = v.safeParse(schema, body)
    const isWhole = JSON.stringify(sorted(parsed.output)) === JSON.stringify(sorted(body))
    if (!parsed.success || !isWhole)
      wrong.push({ body, issues: parsed.issues?.map((issue) => v.getDotPath(issue)) })
  }

  function sorted(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(sorted)
    if (typeof value !== 'object' || value === null) return value
    const entries = Object.entries(value).map(([name, of]) => [name, sorted(of)] as const)
    return Object.fromEntries(entries.toSorted(([a], [b]) => a.localeCompare(b)))
  }

  function admin(method: string, path: string, body?: unknown): Promise<Response> {
    const init = { method, headers: { authorization: `Bearer ${MASTER_KEY}` } }
    return fetchPollux(path, body === undefined ? init : { ...init, body: JSON.stringify(body) })
  }

  function asUser(path: string, { key }: User): Promise<Response> {
    return fetchPollux(path, { headers: { authorization: `Bearer ${key}` } })
  }

  it('is what is answered', async () => {
    const user = await givenUser(['service_account', 'api_key'])
    const at = `/v1/config/users/${user.userId}`
    const [first, second] = user.credentials.map(({ id }) => id)
    const one = async () => ({ gcpServiceAccount: (await google.registerApiKey()).credential })
    const until = '2099-01-01T00:00:00Z'

    await expectAs(answers.root, fetchPollux('/'))
    await expectAs(answers.health, fetchPollux('/health'))
    await expectAs(answers.health, fetchPollux('/health/ready'))
    await expectAs(answers.key, asUser('/v1/key', user))
    await expectAs(answers.models, asUser('/v1/models', user))
    await expectAs(answers.model, asUser(`/v1/models/${MODEL}`, user))
    await expectAs(answers.tokens, asUser('/v1/debug/cache', user))
    await expectAs(answers.stats, asUser('/debug/stats', user))
    await expectAs(answers.explanation, post('/debug/explain', user.key, { model: MODEL }))
    await expectAs(
      answers.chat,
      post('/v1/chat/completions', user.key, {
        model: MODEL,
        messages: [{ role: 'user', content: 'Hello' }],
      }),
    )

    const apiKey = `key-${crypto.randomUUID()}`
    await expectAs(
      answers.userCreated,
      admin('POST', '/v1/config/users', { apiKey, expires_at: until }),
    )
    await expectAs(answers.userCreated, admin('POST', '/v1/config/users', {}))
    await expectAs(answers.keyReplaced, admin('POST', `${at}/key`, {}))
    await expectAs(answers.users, admin('GET', '/v1/config/users?limit=1'))
    await expectAs(answers.user, admin('PATCH', at, { limits: { requests_per_day: 5 } }))
    await expectAs(answers.user, admin('POST', `${at}/pin`, { credential: first, until }))
    await expectAs(answers.user, admin('GET', at))
    await expectAs(answers.user, admin('DELETE', `${at}/pin`))
    await expectAs(answers.bundle, admin('GET', `${at}/export`))
    await expectAs(answers.credentials, admin('GET', `${at}/credentials`))
    await expectAs(answers.added, admin('POST', `${at}/credentials`, await one()))
    await expectAs(answers.added, admin('POST', `${at}/credentials?dry_run=1`, await one()))
    await expectAs(
      answers.added,
      post('/v1/config/update', MASTER_KEY, { apiKey: user.key, ...(await one()) }),
    )
    const lines = { credentials: [await one(), {}] }
    await expectAs(answers.bulk, admin('POST', `${at}/credentials/bulk?dry_run=1`, lines))
    await expectAs(answers.bulk, admin('POST', `${at}/credentials/bulk`, lines))
    await expectAs(
      answers.credential,
      admin('PATCH', `${at}/credentials/${first}`, { paused_until: until }),
    )
    await expectAs(answers.credential, admin('POST', `${at}/credentials/${first}/reset`))
    await expectAs(answers.verified, admin('POST', `${at}/credentials/${first}/verify`))
    await expectAs(answers.ringTested, post('/v1/test', MASTER_KEY, { user: user.userId }))
    await expectAs(answers.ringTested, post('/v1/token-test', MASTER_KEY, { user: user.userId }))
    await expectAs(answers.rotated, post('/v1/config/rotate', MASTER_KEY, { apiKey: user.key }))
    await expectAs(answers.audit, admin('GET', `${at}/audit`))
    await expectAs(answers.restored, post('/v1/config/restore', MASTER_KEY, {}))
    await expectAs(answers.resealed, post('/v1/config/reseal', MASTER_KEY, {}))
    await expectAs(answers.credentialDeleted, admin('DELETE', `${at}/credentials/${second}`))
    await expectAs(COMPONENTS.Error, admin('PUT', `${at}/credentials/order`, { credentials: [] }))
    await expectAs(answers.userDeleted, admin('DELETE', at))
    expect(wrong).toEqual([])
  })
})
