import type { Call, Reply } from '../call.ts'

/** The headers of `public/_headers`, for the container, where Cloudflare does not read that file. */
export const PAGE_HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
} as const
const FOREVER = 'public, max-age=31536000, immutable'

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
}

/**
 * GET /page/…: the static files that Vite built. Cloudflare and `wrangler dev` serve them without the Worker. This
 * handler is for the container, where workerd serves the folder without types and headers.
 */
export async function page({ env, request, params }: Call): Promise<Reply> {
  const { pathname } = new URL(request.url)
  if (pathname === '/page')
    return new Response(null, { status: 307, headers: { location: '/page/' } })
  const file = params['file'] ?? 'index.html'
  const extension = file.slice(file.lastIndexOf('.') + 1)
  const type = Object.hasOwn(TYPES, extension) ? TYPES[extension] : undefined
  if (type === undefined || !/^(assets\/)?[\w-]+\.\w+$/.test(file)) return NO_SUCH_FILE
  const { ok, body } = await env.ASSETS.fetch(`http://assets/page/${file}`)
  if (!ok) {
    await body?.cancel()
    return NO_SUCH_FILE
  }
  const headers = new Headers({ ...PAGE_HEADERS, 'content-type': type })
  headers.set('cache-control', file.startsWith('assets/') ? FOREVER : 'no-cache')
  // workerd compresses the body because of this header.
  if (request.headers.get('accept-encoding')?.includes('gzip') === true) {
    headers.set('content-encoding', 'gzip')
  }
  headers.set('vary', 'accept-encoding')
  return new Response(body, { headers })
}

const NO_SUCH_FILE = {
  reason: 'unknown_url',
  message: 'The page has no such file; build it with `npm run page`.',
} as const
