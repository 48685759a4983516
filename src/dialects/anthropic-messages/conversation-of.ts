import { parsed } from '../../json/parsed.ts'
import type { Fields } from './body/fields.ts'
import { recordOf } from '../../json/record.ts'

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

/** Null if the text is no JSON with a session: then it is itself the name. */
function sessionIn(user: string): string | null {
  if (!user.startsWith('{')) return null
  const { session_id: session } = recordOf(parsed(user))
  return typeof session === 'string' && session !== '' ? session : null
}
