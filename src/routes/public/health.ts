import { jsonResponse } from '../../json/json-response.ts'
import type { Call } from '../call.ts'

/**
 * What a person or a probe finds at the root. Claude Code, for example, asks `HEAD /` (docs/clients.md: Paths and
 * browsers). A browser is redirected to the page.
 */
export function welcome({ request }: Call): Response {
  if (request.headers.get('accept')?.includes('text/html') === true) {
    return new Response(null, { status: 302, headers: { location: '/page/', vary: 'accept' } })
  }
  return jsonResponse({
    name: 'pollux',
    description:
      'An OpenAI-compatible gateway to Google Gemini. Point a client at /v1 with an API key.',
  })
}

/** Says that the Worker runs. It checks neither Google nor any user, since each would cost a call. */
export function health(): Response {
  return jsonResponse({ status: 'ok' })
}
