import type { Call } from '../call.ts'

/** What a person or a probe finds at the root: Claude Code, for one, asks `HEAD /` (docs/clients.md: Paths and browsers). A browser is led to the page. */
export function welcome({ request }: Call): Response {
  if (request.headers.get('accept')?.includes('text/html') === true) {
    return new Response(null, { status: 302, headers: { location: '/page/', vary: 'accept' } })
  }
  return Response.json({
    name: 'pollux',
    description:
      'An OpenAI-compatible gateway to Google Gemini. Point a client at /v1 with an API key.',
  })
}

/** The Worker runs. It says nothing of Google or of any user, which cost a call each. */
export function health(): Response {
  return Response.json({ status: 'ok' })
}
