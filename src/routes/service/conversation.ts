import { isRecord } from '../../json/record.ts'

const MAX_CHARS = 512

/**
 * What names the conversation of a request, for users whose conversations keep to a credential: the header `x-session-id`,
 * else `prompt_cache_key`, else `user`. Hashed here, so that the client's own word goes no further. Null where there is none.
 */
export function sessionOf(headers: Headers, body: unknown): Promise<string> | null {
  const name = headers.get('x-session-id') || (isRecord(body) ? namedIn(body) : null)
  return name === null ? null : hashed(name)
}

function namedIn({
  prompt_cache_key: key,
  user,
}: Readonly<Record<string, unknown>>): string | null {
  if (typeof key === 'string' && key !== '') return key
  return typeof user === 'string' && user !== '' ? user : null
}

async function hashed(name: string): Promise<string> {
  const bytes = new TextEncoder().encode(name.slice(0, MAX_CHARS))
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)).toHex().slice(0, 32)
}
