import type { Failure } from '../../failure/failure.ts'

type Why =
  | 'response_not_found'
  | 'conversation_not_found'
  | 'item_not_found'
  | 'user_deleted'
  | 'too_large'
  | 'vault_not_configured'
  | 'unreadable'

/**
 * The failure for a stored thing that cannot be had. It is the same whether the thing never existed, is deleted or
 * belongs to another user.
 */
export function refusalFor(why: Why, id: string): Failure {
  const named = id.slice(0, 128)
  switch (why) {
    case 'response_not_found':
      return {
        reason: why,
        message: `Response with id '${named}' not found.`,
        param: 'response_id',
      }
    case 'conversation_not_found':
    case 'user_deleted': {
      const message = `Conversation with id '${named}' not found.`
      return { reason: 'conversation_not_found', message, param: 'conversation_id' }
    }
    case 'item_not_found':
      return { reason: 'stored_item_not_found', message: `Item '${named}' not found.` }
    case 'too_large':
      return {
        reason: 'invalid_value',
        message: 'The conversation would be larger than what is stored of one; begin another.',
        param: 'items',
      }
    case 'vault_not_configured':
    case 'unreadable':
      return {
        reason: 'response_not_found',
        message: `What was stored as '${named}' cannot be read any more: the key that sealed it is gone.`,
      }
  }
}

export const STORES_NOTHING: Failure = {
  reason: 'response_not_found',
  message:
    'Nothing is stored for this key: keep the conversation in the client, and send all of it in input.',
}
