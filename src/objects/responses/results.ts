/**
 * What crosses RPC between the Worker and a `ResponsesObject`. Items are JSON texts, which the object does not look
 * into.
 */

/** An item as a client or the model said it. */
export interface Item {
  /** The id by which it can be found again; null if nobody gave it one. */
  readonly id: string | null
  readonly text: string
}

/** An item of a list, with the id by which it can be found: its own, or one derived from its content and place. */
export interface ListedItem {
  readonly id: string
  /** Whether `id` is derived from the item's content: 32 hex digits and its place. */
  readonly isDerived: boolean
  readonly text: string
}

export interface ResponseToStore {
  /** Null: the response will not be found again, and only its conversation grows. */
  readonly id: string | null
  /** The response as JSON, without `output` and `settings`. */
  readonly body: string
  /** What stays the same from turn to turn (instructions, tools), as JSON. Stored once. */
  readonly settings: string
  /** The response before this one: its input and output stand before this one's input. */
  readonly previous: string | null
  /** The conversation whose items stand before the input. Input and output are added to it. */
  readonly conversation: string | null
  /** The items of the request itself. In a conversation each of them must have an id. */
  readonly input: readonly Item[]
  readonly output: readonly Item[]
}

/**
 * Why nothing can be stored or read. `unreadable`: VAULT_KEY does not hold the key that sealed the data, or the data
 * were changed.
 */
export type Unusable = 'vault_not_configured' | 'unreadable'

export type StoreResult =
  | { readonly ok: true }
  | {
      readonly ok: false
      readonly reason:
        | Unusable
        | 'user_deleted'
        | 'too_large'
        | 'response_not_found'
        | 'conversation_not_found'
    }

export interface RecallRequest {
  readonly previous: string | null
  readonly conversation: string | null
  /** Ids of items to which the input refers. */
  readonly references: readonly string[]
}

/** What stands before a request's own input, and the items to which it refers. */
export type RecallResult =
  | {
      readonly ok: true
      readonly items: readonly string[]
      /** In the order asked for; null if there is none with this id. */
      readonly referenced: readonly (string | null)[]
    }
  | {
      readonly ok: false
      readonly reason: Unusable | 'too_large' | 'response_not_found' | 'conversation_not_found'
    }

export interface StoredResponse {
  readonly body: string
  readonly settings: string
  readonly output: readonly string[]
}

export type ResponseResult =
  | { readonly ok: true; readonly response: StoredResponse }
  | { readonly ok: false; readonly reason: Unusable | 'response_not_found' }

export interface PageRequest {
  /** The id of the item before the page; null: the first page. */
  readonly after: string | null
  readonly limit: number
  readonly order: 'asc' | 'desc'
}

export type ItemsResult =
  | { readonly ok: true; readonly items: readonly ListedItem[]; readonly hasMore: boolean }
  | {
      readonly ok: false
      readonly reason: Unusable | 'response_not_found' | 'conversation_not_found' | 'item_not_found'
    }

export interface StoredConversation {
  readonly id: string
  readonly createdAtMs: number
  /** As JSON. */
  readonly metadata: string
}

export type ConversationResult =
  | { readonly ok: true; readonly conversation: StoredConversation }
  | {
      readonly ok: false
      readonly reason:
        | Unusable
        | 'user_deleted'
        | 'too_large'
        | 'conversation_not_found'
        | 'item_not_found'
    }
