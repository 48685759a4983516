import { isRecord } from '../http/record.ts'

const MAX_CHARS = 512

/**
 * What names the conversation of a request, for users whose conversations keep to a credential: the header `x-session-id`,
 * else `prompt_cache_key`, else `user`. Hashed here, so that the client's own word goes no further.
 */
export async function sessionOf(headers: Headers, body: unknown): Promise<string | null> {
  const fields = isRecord(body) ? [body['prompt_cache_key'], body['user']] : []
  const name = [headers.get('x-session-id'), ...fields].find(
    (value): value is string => typeof value === 'string' && value !== '',
  )
  if (name === undefined) return null
  const bytes = new TextEncoder().encode(name.slice(0, MAX_CHARS))
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)).toHex().slice(0, 32)
}
