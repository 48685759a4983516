import { jsonResponse } from '../json/json-response.ts'
import { sha256Hex } from '../bytes/sha256.ts'

/**
 * A JSON answer with an `etag`, for clients that poll: 304 without a body if nothing has changed. `now`, the clock,
 * does not count as a change. The tag is weak, since two answers with the same tag differ in `now`.
 */
export async function conditional<T extends { readonly now: string }>(
  request: Request,
  answer: T,
): Promise<Response> {
  const { now: _now, ...rest } = answer
  return withTag(request, JSON.stringify(rest), () => jsonResponse(answer))
}

/** The same for any answer. `same` is the text whose change makes a new tag; `whole` makes the answer. */
export async function withTag(
  request: Request,
  same: string,
  whole: () => Response,
): Promise<Response> {
  const etag = `W/"${(await sha256Hex(same)).slice(0, 32)}"`
  // The answer depends on the key that asks, so it must not be stored in a shared cache.
  const headers = { etag, 'cache-control': 'private, no-cache', vary: 'authorization, accept' }
  if (isKnown(request.headers.get('if-none-match'), etag)) {
    return new Response(null, { status: 304, headers })
  }
  const response = whole()
  for (const [name, value] of Object.entries(headers)) response.headers.set(name, value)
  return response
}

/** By weak comparison, as RFC 9110 requires for If-None-Match. */
function isKnown(given: string | null, etag: string): boolean {
  if (given === null) return false
  const opaque = (tag: string): string => tag.trim().replace(/^W\//, '')
  return given.split(',').some((tag) => tag.trim() === '*' || opaque(tag) === opaque(etag))
}
