import type { Call } from '../call.ts'

/**
 * GET /openapi.json, which `npm run openapi` writes from the schemas that check requests, and `npm run check` holds against them. A
 * static file: Cloudflare serves it without asking the Worker, so this is for where nothing stands before it.
 */
export async function openapi({ env }: Call): Promise<Response> {
  const { status, body } = await env.ASSETS.fetch('http://assets/openapi.json')
  return new Response(body, { status, headers: { 'content-type': 'application/json' } })
}
