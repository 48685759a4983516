import { toWellFormedJson } from './well-formed.ts'

/** A JSON answer with text of a model, of Google or of a client, which may hold half a surrogate pair. */
export function jsonResponse(value: unknown, init: ResponseInit = {}): Response {
  const headers = new Headers(init.headers)
  headers.set('content-type', 'application/json')
  return new Response(toWellFormedJson(value), { ...init, headers })
}
