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
      'A gateway to Google Gemini. Give a client an API key and this address: those of OpenAI with /v1, those of Anthropic and Google as it is.',
  })
}

/** Says that the Worker runs. It checks neither Google nor any user, since each would cost a call. */
export function health(): Response {
  return jsonResponse({ status: 'ok' })
}
