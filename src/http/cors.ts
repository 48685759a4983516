/** What a browser needs to be told before it lets a page talk to Pollux (docs/clients.md: Paths and browsers). */

/** `*`, or the origins that may; empty: none. */
export type Origins = '*' | readonly string[]

/** Headers that clients in browsers send: keys, and what the SDKs say of themselves. */
const REQUEST_HEADERS =
  /^(?:authorization|content-type|accept|x-api-key|x-goog-api-key|x-goog-api-client|anthropic-version|anthropic-beta|anthropic-dangerous-direct-browser-access|idempotency-key|if-none-match|x-request-id|x-session-id|http-referer|x-title|user-agent|openai-[\w-]+|x-stainless-[\w-]+|x-goog-upload-[\w-]+|x-server-timeout|x-goog-user-project)$/

const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE'
/** What a page may read of an answer, beside what it always may. */
const EXPOSED = [
  'x-request-id',
  'request-id',
  'retry-after',
  'retry-after-ms',
  'x-should-retry',
  'etag',
  ...['url', 'status', 'chunk-granularity', 'size-received'].map((it) => `x-goog-upload-${it}`),
  ...['limit', 'remaining', 'reset'].flatMap((what) =>
    ['requests', 'tokens'].map((of) => `x-ratelimit-${what}-${of}`),
  ),
  ...['attempts', 'credential', 'affinity', 'model', 'fallback', 'ignored', 'cost'].map(
    (name) => `x-pollux-${name}`,
  ),
].join(', ')
/** As long as any browser keeps it. */
const MAX_AGE_SECONDS = 86_400

export function isPreflight(request: Request): boolean {
  const { method, headers } = request
  return (
    method === 'OPTIONS' && headers.has('origin') && headers.has('access-control-request-method')
  )
}

/** The answer to a preflight; without permission where the origin has none, which is how a browser learns of it. */
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

/** Lets a page read an answer, errors as well. Only browsers need the list of exposed headers, and it is as long as many answers. */
export function expose(headers: Headers, request: Request, origins: Origins): void {
  if (!allow(headers, request, origins) || !request.headers.has('origin')) return
  headers.set('access-control-expose-headers', EXPOSED)
}

/** Never with credentials: keys travel in headers, and a cookie would mean nothing. */
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
