import { Clock } from '../clock.ts'
import type { Family } from '../dialects/dialect.ts'
import { withAnyHost } from '../http/any-host.ts'
import { expose, isPreflight, type Origins, preflight } from '../http/cors.ts'
import { log } from '../http/log.ts'
import { withPlainSlashes } from '../http/plain-slashes.ts'
import { readSettings } from '../settings.ts'
import type { Reply, Unanswered } from './call.ts'
import { crashedRequest } from './crash.ts'
import { familyOf } from './family-of.ts'
import { type Found, isAdminRoute, known, type Misused, routeAtEndOf, search } from './find.ts'
import { PROBES } from './index.ts'
import { genAiFields, type Telemetry } from './telemetry.ts'
import { notServedOfGoogle } from './service/google-not-served.ts'
import { notServedAt } from './service/not-served.ts'

/**
 * The life of a request: finds its route, runs it, and turns the result into a response with the request's id. Only
 * here does a failure get a status and a body.
 */
export async function handleRequest(
  given: Request,
  env: Env,
  ctx: ExecutionContext,
): Promise<Response> {
  const began = Date.now()
  const request = withPlainSlashes(withAnyHost(given))
  const requestId = `req_${crypto.randomUUID().replaceAll('-', '')}`
  const { method } = request
  const fixed = known(request)
  const origins = originsFor(env, fixed === undefined && isAdminRoute(request))
  const telemetry: Telemetry = {}
  const clock = new Clock()
  let route = 'none'
  let family: Family | null = null
  let needsKey = false
  let reply: Reply
  try {
    if (origins.length > 0 && isPreflight(request)) {
      route = 'preflight'
      reply = preflight(request, origins)
    } else {
      const found = fixed ?? (await search(request))
      route = found?.pattern ?? route
      family = found === undefined || found.family === 'shared' ? familyOf(request) : found.family
      needsKey = found !== undefined && 'run' in found && found.run.who !== 'everyone'
      if (found === undefined) reply = unknownUrl(request, family)
      else if ('allowed' in found) reply = misused(request, found, family)
      else reply = await answer(found, { request, env, ctx, family, requestId, telemetry, clock })
    }
  } catch (error) {
    route = 'failed'
    reply = crashedRequest(error, requestId)
  }
  family ??= familyOf(request)
  const response = reply instanceof Response ? reply : refuse(reply, family, requestId)
  const { headers } = response
  if (origins.length > 0 && route !== 'preflight') expose(headers, request, origins)
  headers.set('x-request-id', requestId)
  if (family.requestIdHeader !== null) headers.set(family.requestIdHeader, requestId)
  headers.set('x-content-type-options', 'nosniff')
  // Some shared caches keep what says nothing of them, and know of no key but one in Authorization.
  if (needsKey && (method === 'GET' || method === 'HEAD') && !headers.has('cache-control')) {
    headers.set('cache-control', 'private, no-store')
  }
  // Successful probes are not logged: they would be most of the log.
  if (!PROBES.includes(route) || !response.ok) {
    const failure = reply instanceof Response ? null : reply.reason
    log('request', {
      request_id: requestId,
      method,
      route,
      status: response.status,
      reason: failure,
      credential: telemetry.credential ?? headers.get('x-pollux-credential'),
      attempts: telemetry.attempts ?? 0,
      ms: Date.now() - began,
      ...genAiFields(telemetry, request.url, failure),
    })
  }
  return method === 'HEAD' ? new Response(null, response) : response
}

/** Which origins may reach the route. Holds for unknown paths too, so that a page can read the 404. */
function originsFor(env: Env, isAdmin: boolean): Origins {
  const checked = readSettings(env)
  if (!checked.ok) return []
  return isAdmin ? checked.settings.corsAdminOrigins : checked.settings.corsOrigins
}

interface Incoming {
  readonly request: Request
  readonly env: Env
  readonly ctx: ExecutionContext
  readonly family: Family
  readonly requestId: string
  readonly telemetry: Telemetry
  readonly clock: Clock
}

function answer({ params, run }: Found, incoming: Incoming): Unanswered | Promise<Reply> {
  const checked = readSettings(incoming.env)
  if (!checked.ok) {
    const message = `This gateway is misconfigured: ${checked.message}`
    return { reason: 'misconfigured', message }
  }
  const by = { requestId: incoming.requestId, operation: incoming.requestId }
  return run({ ...incoming, params, settings: checked.settings, by })
}

function refuse(failure: Unanswered, family: Family, requestId: string): Response {
  const response = family.refuse(failure, requestId)
  if (failure.headers === undefined) return response
  for (const [name, value] of failure.headers) response.headers.set(name, value)
  return response
}

function unknownUrl(request: Request, family: Family): Unanswered {
  const { pathname } = new URL(request.url)
  const known = family.name === 'google' ? notServedOfGoogle(pathname) : notServedAt(pathname)
  if (known !== null) return known
  const { method } = request
  const invalid = `Invalid URL (${method} ${pathname.slice(0, 200)})`
  const served = routeAtEndOf(method, pathname)
  return {
    reason: 'unknown_url',
    message:
      served === null ? invalid : `${invalid}. ${method} ${served} is served: check the base URL.`,
  }
}

/**
 * For a known path with a wrong method. If several families share the path, this family's own API may have the
 * method: then the client is told that Pollux does not serve it.
 */
function misused(request: Request, found: Misused, family: Family): Unanswered {
  const isOthers = found.family === 'shared' && family.name !== 'google'
  const known = isOthers ? notServedAt(new URL(request.url).pathname) : null
  return known ?? methodNotAllowed(request.method, found)
}

function methodNotAllowed(method: string, { allowed }: Misused): Unanswered {
  const answered = allowed.includes('GET') ? [...allowed, 'HEAD'] : allowed
  return {
    reason: 'method_not_allowed',
    message: `Not allowed to ${method} here; allowed: ${allowed.join(', ')}.`,
    headers: new Headers({ allow: answered.join(', ') }),
  }
}
