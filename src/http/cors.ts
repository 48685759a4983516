/** What a browser must be told before it lets a page talk to Pollux (docs/clients.md: Paths and browsers). */

/** `*` for every origin, or the origins that are allowed; an empty list allows none. */
export type Origins = '*' | readonly string[]

/** Headers that clients in browsers send: keys, and what the SDKs report about themselves. */
const REQUEST_HEADERS =
  /^(?:authorization|content-type|accept|x-api-key|x-goog-api-key|x-goog-api-client|idempotency-key|if-none-match|x-request-id|x-session-id|http-referer|x-title|user-agent|openai-[\w-]+|anthropic-[\w-]+|x-stainless-[\w-]+|x-goog-upload-[\w-]+|x-server-timeout|api-revision|x-goog-user-project)$/

const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE'
/** Headers of an answer that a page may read, besides those that it may always read. */
const EXPOSED = [
  'x-request-id',
  'request-id',
  'retry-after',
  'retry-after-ms',
  'x-should-retry',
  'etag',
  'content-range',
  'accept-ranges',
  ...['url', 'status', 'chunk-granularity', 'size-received'].map((it) => `x-goog-upload-${it}`),
  ...['limit', 'remaining', 'reset'].flatMap((what) =>
    ['requests', 'tokens'].flatMap((of) => [
      `x-ratelimit-${what}-${of}`,
      `anthropic-ratelimit-${of}-${what}`,
    ]),
  ),
  'idempotent-replayed',
  ...[
    'attempts',
    'credential',
    'affinity',
    'model',
    'fallback',
    'ignored',
    'cost',
    'copied-files',
    'truncated',
  ].map((name) => `x-pollux-${name}`),
].join(', ')
/** No browser keeps the answer to a preflight longer than this. */
const MAX_AGE_SECONDS = 86_400

export function isPreflight(request: Request): boolean {
  const { method, headers } = request
  return (
    method === 'OPTIONS' && headers.has('origin') && headers.has('access-control-request-method')
  )
}

/**
 * The answer to a preflight. If the origin is not allowed, the headers that allow it are missing, and the browser
 * refuses the call.
 */
export function preflight(request: Request, origins: Origins): Response {
  const response = new Response(null, { status: 204 })
  const { headers } = response
  if (!allow(headers, request, origins)) return response
  const asked = (request.headers.get('access-control-request-headers') ?? '').toLowerCase()
  const names = asked.split(',').map((name) => name.trim())
  headers.set('access-control-allow-methods', METHODS)
  headers.set(
    'access-control-allow-headers',
    names.filter((name) => REQUEST_HEADERS.test(name)).join(', '),
  )
  headers.set('access-control-max-age', String(MAX_AGE_SECONDS))
  headers.append('vary', 'access-control-request-headers')
  return response
}

/**
 * Lets a page read an answer, including errors. Only browsers need the list of exposed headers, which is as long as
 * many answers.
 */
export function expose(headers: Headers, request: Request, origins: Origins): void {
  if (!allow(headers, request, origins) || !request.headers.has('origin')) return
  headers.set('access-control-expose-headers', EXPOSED)
}

/** Never allows credentials in the sense of CORS: keys travel in headers, and Pollux uses no cookies. */
function allow(headers: Headers, request: Request, origins: Origins): boolean {
  if (origins === '*') {
    headers.set('access-control-allow-origin', '*')
    return true
  }
  if (origins.length > 0) headers.append('vary', 'origin')
  const origin = request.headers.get('origin')
  if (origin === null || !origins.includes(origin)) return false
  headers.set('access-control-allow-origin', origin)
  return true
}
