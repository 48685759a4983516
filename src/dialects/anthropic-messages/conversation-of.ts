import type { Fields } from './body/fields.ts'
import { isRecord } from '../../json/record.ts'

const SESSION_HEADER = 'x-claude-code-session-id'

/**
 * The client's own name for the conversation: the session of Claude Code, which it also puts into a JSON text under
 * `metadata.user_id`. Null if there is none.
 */
export function conversationOf(headers: Headers, { metadata }: Fields): string | null {
  const session = headers.get(SESSION_HEADER)
  if (session) return session
  const user = metadata?.user_id
  if (!user) return null
  return sessionIn(user) ?? user
}

function sessionIn(user: string): string | null {
  if (!user.startsWith('{')) return null
  try {
    const parsed: unknown = JSON.parse(user)
    const session = isRecord(parsed) ? parsed['session_id'] : null
    return typeof session === 'string' && session !== '' ? session : null
  } catch {
    return null // not JSON: the text itself is the name
  }
}
