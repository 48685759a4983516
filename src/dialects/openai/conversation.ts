import { isRecord } from '../../json/record.ts'

/** The name of the conversation in an OpenAI body: `prompt_cache_key`, otherwise `user`. Null if both are missing. */
export function conversationIn(body: unknown): string | null {
  if (!isRecord(body)) return null
  const { prompt_cache_key: key, user } = body
  if (typeof key === 'string' && key !== '') return key
  return typeof user === 'string' && user !== '' ? user : null
}
