import { toWellFormedJson } from './well-formed.ts'

/** A JSON answer that holds words of a model's, of Google's or of a client's. */
export function jsonResponse(value: unknown, init: ResponseInit = {}): Response {
  const headers = new Headers(init.headers)
  headers.set('content-type', 'application/json')
  return new Response(toWellFormedJson(value), { ...init, headers })
}
