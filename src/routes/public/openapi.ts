import { OPENAPI_DOCUMENT } from './openapi-document.ts'

/** GET /openapi.json. `npm run openapi` writes the document from the schemas that check requests; `npm run check` sees that it is fresh. */
export function openapi(): Response {
  return new Response(OPENAPI_DOCUMENT, { headers: { 'content-type': 'application/json' } })
}
