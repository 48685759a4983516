import type { Call } from '../call.ts'

/**
 * GET /openapi.json. `npm run openapi` writes the file from the schemas that check requests, and `npm run check`
 * compares the two. Cloudflare serves the file without the Worker; this handler is for the container, where nothing
 * stands before it.
 */
export async function openapi({ env }: Call): Promise<Response> {
  const { status, body } = await env.ASSETS.fetch('http://assets/openapi.json')
  return new Response(body, { status, headers: { 'content-type': 'application/json' } })
}
