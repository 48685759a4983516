import { sha256Hex } from '../bytes/sha256.ts'

/**
 * JSON for somebody who asks again and again: with an `etag`, and 304 without a body where nothing has changed since. The clock in
 * `now` is not part of what may change. Weak, since two answers of one tag differ in it.
 */
export async function conditional<T extends { readonly now: string }>(
  request: Request,
  answer: T,
): Promise<Response> {
  const { now: _now, ...rest } = answer
  return withTag(request, JSON.stringify(rest), () => Response.json(answer))
}

/** The same of any text; `same` is what has to stay as it is. */
export async function withTag(
  request: Request,
  same: string,
  whole: () => Response,
): Promise<Response> {
  const etag = `W/"${(await sha256Hex(same)).slice(0, 32)}"`
  // Answers hang on the key that asks, and belong into no cache that others use.
  const headers = { etag, 'cache-control': 'private, no-cache', vary: 'authorization, accept' }
  if (isKnown(request.headers.get('if-none-match'), etag)) {
    return new Response(null, { status: 304, headers })
  }
  const response = whole()
  for (const [name, value] of Object.entries(headers)) response.headers.set(name, value)
  return response
}

/** Weak comparison, as If-None-Match asks for. */
function isKnown(given: string | null, etag: string): boolean {
  if (given === null) return false
  const opaque = (tag: string): string => tag.trim().replace(/^W\//, '')
  return given.split(',').some((tag) => tag.trim() === '*' || opaque(tag) === opaque(etag))
}
