import { type IRequest, Router } from 'itty-router'
import { expose, isPreflight, type Origins, preflight } from '../http/cors.ts'
import { type Failure, errorResponse, reasonOf } from '../failure/failure.ts'
import { lazy } from '../lazy.ts'
import { log } from '../http/log.ts'
import { readSettings } from '../settings.ts'
import { addCredential } from './admin/additions.ts'
import { readAudit } from './admin/audit.ts'
import { type Access, admin, everyone, leasingUser, user, userOrAdmin } from './access.ts'
import { addCredentials } from './admin/bulk.ts'
import type { Call, Reply } from './call.ts'
import { chatCompletions } from './service/chat.ts'
import { rotateRing, updateConfig } from './admin/ring-acts.ts'
import { crashedRequest } from './crash.ts'
import {
  deleteCredential,
  listCredentials,
  orderCredentials,
  patchCredential,
  resetCredential,
  verifyCredential,
} from './admin/credentials.ts'
import { testRing, testTokens, tokenCache } from './debug/diagnosis.ts'
import { explainAny, explainOwn } from './debug/explain.ts'
import { completions } from './service/completions.ts'
import { images } from './service/images.ts'
import { speech } from './service/speech.ts'
import { embeddings } from './service/embeddings.ts'
import { health, welcome } from './public/health.ts'
import { getKey } from './service/key.ts'
import { getModel, listModels, modelInfo } from './service/models.ts'
import { getStored, listStored, notServedAt } from './service/not-served.ts'
import { openapi } from './public/openapi.ts'
import { exportUser, importUser, resealUsers, restoreUsers } from './admin/recovery.ts'
import { readiness } from './public/readiness.ts'
import { OTHER_ROOTS } from './service/roots.ts'
import { allStats, ownStats } from './debug/stats.ts'
import { transcriptions, translations } from './service/transcriptions.ts'
import { replaceKey } from './admin/user-key.ts'
import {
  createUser,
  deleteUser,
  getUser,
  listUsers,
  patchUser,
  pinRing,
  unpinRing,
} from './admin/users.ts'

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

type Route = readonly [Method, string, Access]

/** Whoever asks here does so every few seconds: as long as all is well, those lines would be most of the log. */
const HEALTH = '/health'
const READY = '/health/ready'

/** OpenAI's routes: method, path, who may call, handler. HEAD is answered wherever GET is. */
const OPENAI: readonly Route[] = [
  ['POST', '/v1/chat/completions', leasingUser(chatCompletions)],
  ['GET', '/v1/chat/completions', user(listStored)],
  ['GET', '/v1/chat/completions/:id+', user(getStored)],
  ['POST', '/v1/chat/completions/:id+', user(getStored)],
  ['DELETE', '/v1/chat/completions/:id+', user(getStored)],
  ['POST', '/v1/completions', leasingUser(completions)],
  ['POST', '/v1/images/generations', leasingUser(images)],
  ['POST', '/v1/audio/speech', leasingUser(speech)],
  ['POST', '/v1/audio/transcriptions', user(transcriptions)],
  ['POST', '/v1/audio/translations', user(translations)],
  ['POST', '/v1/embeddings', leasingUser(embeddings)],
  ['GET', '/v1/models', leasingUser(listModels)],
  ['GET', '/v1/models/:id+', leasingUser(getModel)],
  ['GET', '/v1/model/info', leasingUser(modelInfo)],
]

const SERVICE: readonly Route[] = [
  ['GET', '/', everyone(welcome)],
  ['GET', HEALTH, everyone(health)],
  ['GET', READY, everyone(readiness)],
  ['GET', '/openapi.json', everyone(openapi)],
  ['GET', '/v1/key', user(getKey)],
  ...OPENAI,
  ...OTHER_ROOTS.flatMap((root) =>
    OPENAI.map(([method, path, access]): Route => [method, path.replace(/^\/v1/, root), access]),
  ),
]

/** Routes that take the master key. */
const ADMIN: readonly Route[] = [
  ['POST', '/v1/config/update', admin(updateConfig)],
  ['POST', '/v1/config/rotate', admin(rotateRing)],

  ['POST', '/v1/config/restore', admin(restoreUsers)],
  ['POST', '/v1/config/import', admin(importUser)],
  ['POST', '/v1/config/reseal', admin(resealUsers)],
  ['POST', '/v1/config/users', admin(createUser)],
  ['GET', '/v1/config/users', admin(listUsers)],
  ['GET', '/v1/config/users/:id', admin(getUser)],
  ['PATCH', '/v1/config/users/:id', admin(patchUser)],
  ['DELETE', '/v1/config/users/:id', admin(deleteUser)],
  ['GET', '/v1/config/users/:id/export', admin(exportUser)],
  ['GET', '/v1/config/users/:id/audit', admin(readAudit)],
  ['POST', '/v1/config/users/:id/key', admin(replaceKey)],
  ['POST', '/v1/config/users/:id/pin', admin(pinRing)],
  ['DELETE', '/v1/config/users/:id/pin', admin(unpinRing)],
  ['GET', '/v1/config/users/:id/credentials', admin(listCredentials)],
  ['POST', '/v1/config/users/:id/credentials', admin(addCredential)],
  ['POST', '/v1/config/users/:id/credentials/bulk', admin(addCredentials)],
  ['PUT', '/v1/config/users/:id/credentials/order', admin(orderCredentials)],
  ['PATCH', '/v1/config/users/:id/credentials/:credential', admin(patchCredential)],
  ['DELETE', '/v1/config/users/:id/credentials/:credential', admin(deleteCredential)],
  ['POST', '/v1/config/users/:id/credentials/:credential/reset', admin(resetCredential)],
  ['POST', '/v1/config/users/:id/credentials/:credential/verify', admin(verifyCredential)],

  ['POST', '/v1/test', admin(testRing)],
  ['POST', '/v1/debug/test', admin(testRing)],
  ['POST', '/v1/token-test', admin(testTokens)],
  ['POST', '/v1/debug/token-test', admin(testTokens)],
  ['GET', '/v1/debug/cache', userOrAdmin(tokenCache)],
  ['POST', '/debug/explain', userOrAdmin({ user: explainOwn, admin: explainAny })],
  ['POST', '/v1/debug/explain', userOrAdmin({ user: explainOwn, admin: explainAny })],
  ['GET', '/debug/stats', userOrAdmin({ user: ownStats, admin: allStats })],
  ['GET', '/v1/debug/stats', userOrAdmin({ user: ownStats, admin: allStats })],
]

/** The whole API. */
export const ROUTES: readonly Route[] = [...SERVICE, ...ADMIN]

/** What a request's method and path lead to. */
interface Found {
  readonly pattern: string
  readonly params: Readonly<Record<string, string>>
  readonly run: (call: Call) => Promise<Reply>
}

/** A path that is known, with another method. */
interface Misused {
  readonly pattern: string
  readonly reply: Reply
}

const VERBS = { GET: 'get', POST: 'post', PUT: 'put', PATCH: 'patch', DELETE: 'delete' } as const

/** The service's routes that have no parameters, by method and path: what is called for every answer is found without a search. */
const fixed = new Map<string, Found>()
for (const [method, pattern, run] of SERVICE) {
  if (!pattern.includes(':')) fixed.set(`${method} ${pattern}`, { pattern, params: {}, run })
}

/** All routes. Each has two patterns to compile, which a start leaves to the first request that has to be searched for. */
const router = lazy(() => {
  const built = Router<IRequest, [], Found | Misused | undefined>()
  const methods = new Map<string, Method[]>()
  for (const [method, pattern, run] of ROUTES) {
    const found = ({ params }: IRequest): Found => ({ pattern, params: decodeParams(params), run })
    built[VERBS[method]](pattern, found)
    if (method === 'GET') built['head']?.(pattern, found)
    methods.set(pattern, [...(methods.get(pattern) ?? []), method])
  }
  for (const [pattern, allowed] of methods) {
    built.all(pattern, ({ method }) => ({ pattern, reply: methodNotAllowed(method, allowed) }))
  }
  return built
})

const adminPaths = lazy(() => {
  const patterns = new Set(ADMIN.map(([, pattern]) => pattern))
  return router()
    .routes.filter(([, , , path]) => path !== undefined && patterns.has(path))
    .map(([, matcher]) => matcher)
})

/** Answers a request: finds its route, runs it, and turns whatever comes of it into a response with its request id. */
export async function handleRequest(
  request: Request,
  env: Env,
  ctx: ExecutionContext,
): Promise<Response> {
  const began = Date.now()
  const requestId = `req_${crypto.randomUUID().replaceAll('-', '')}`
  const { method } = request
  const known = fixed.get(`${method} ${plainPath(request.url)}`)
  const origins = originsFor(env, known === undefined && isAdminRoute(request))
  let route = 'none'
  let reply: Reply
  try {
    if (origins.length > 0 && isPreflight(request)) {
      route = 'preflight'
      reply = preflight(request, origins)
    } else {
      const found = known ?? (await router().fetch(request))
      route = found?.pattern ?? route
      if (found === undefined) reply = unknownUrl(request)
      else if ('reply' in found) ({ reply } = found)
      else reply = await answer(found, request, env, ctx, requestId)
    }
  } catch (error) {
    route = 'failed'
    reply = crashedRequest(error, requestId)
  }
  const response = reply instanceof Response ? reply : errorResponse(reply)
  const { headers } = response
  if (origins.length > 0 && route !== 'preflight') expose(headers, request, origins)
  headers.set('x-request-id', requestId)
  headers.set('x-content-type-options', 'nosniff')
  if ((route !== HEALTH && route !== READY) || !response.ok) {
    log('request', {
      request_id: requestId,
      method,
      route,
      status: response.status,
      reason: reasonOf(response),
      credential: headers.get('x-pollux-credential'),
      attempts: Number(headers.get('x-pollux-attempts')),
      ms: Date.now() - began,
    })
  }
  return method === 'HEAD' ? new Response(null, response) : response
}

/** The path as it is written: one that is written otherwise than the table has it is searched for. */
function plainPath(url: string): string {
  const from = url.indexOf('/', url.indexOf('//') + 2)
  const to = url.indexOf('?', from)
  return to === -1 ? url.slice(from) : url.slice(from, to)
}

function isAdminRoute(request: Request): boolean {
  const { pathname } = new URL(request.url)
  return adminPaths().some((matcher) => matcher.test(pathname))
}

/** Which origins may reach the route; also where nothing is, so that a page can read the 404. */
function originsFor(env: Env, isAdmin: boolean): Origins {
  const checked = readSettings(env)
  if (!checked.ok) return []
  return isAdmin ? checked.settings.corsAdminOrigins : checked.settings.corsOrigins
}

function answer(
  { params, run }: Found,
  request: Request,
  env: Env,
  ctx: ExecutionContext,
  requestId: string,
): Failure | Promise<Reply> {
  const checked = readSettings(env)
  if (!checked.ok) {
    const message = `This gateway is misconfigured: ${checked.message}`
    return { reason: 'misconfigured', message }
  }
  const by = { requestId, operation: requestId }
  return run({ request, params, env, ctx, settings: checked.settings, requestId, by })
}

function decodeParams(
  params: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const decoded: Record<string, string> = {}
  for (const [name, value] of Object.entries(params)) {
    try {
      decoded[name] = decodeURIComponent(value ?? '')
    } catch {
      decoded[name] = value ?? '' // a stray % is taken as it stands, and will name nothing
    }
  }
  return decoded
}

function unknownUrl(request: Request): Reply {
  const { pathname } = new URL(request.url)
  return (
    notServedAt(pathname) ?? {
      reason: 'unknown_url',
      message: `Invalid URL (${request.method} ${pathname.slice(0, 200)})`,
    }
  )
}

function methodNotAllowed(method: string, allowed: readonly Method[]): Response {
  const response = errorResponse({
    reason: 'method_not_allowed',
    message: `Not allowed to ${method} here; allowed: ${allowed.join(', ')}.`,
  })
  response.headers.set(
    'allow',
    allowed.includes('GET') ? [...allowed, 'HEAD'].join(', ') : allowed.join(', '),
  )
  return response
}
