import { isRecord } from '../../json/record.ts'

/** What names the conversation of a request in OpenAI's bodies: `prompt_cache_key`, else `user`. Null where neither is there. */
export function conversationIn(body: unknown): string | null {
  if (!isRecord(body)) return null
  const { prompt_cache_key: key, user } = body
  if (typeof key === 'string' && key !== '') return key
  return typeof user === 'string' && user !== '' ? user : null
}
