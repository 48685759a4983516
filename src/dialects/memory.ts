import type { Parsed } from '../failure/check.ts'

/** What a client may have kept, as the dialect sees it: whoever serves the route knows where it is. Items are JSON texts. */
export interface Memory {
  /** What stands before a request's input, and items that it refers to. Also says whether this user may have anything stored. */
  recall(asked: RecallAsked): Promise<Recalled>
  /** Resolves once it is on disk; false where that failed. */
  store(response: ToStore): Promise<boolean>
}

export interface RecallAsked {
  readonly previous: string | null
  readonly conversation: string | null
  readonly references: readonly string[]
}

export type Recalled =
  | {
      readonly ok: true
      readonly items: readonly string[]
      /** In the order asked for; null: there is none of this id. */
      readonly referenced: readonly (string | null)[]
    }
  | { readonly ok: false; readonly why: WhyNotRecalled }

/** `off`: nothing is stored here, or for this user. */
export type WhyNotRecalled =
  | 'off'
  | 'response_not_found'
  | 'conversation_not_found'
  | 'too_large'
  | 'unreadable'

export interface ToStore {
  /** Null: only the conversation grows. */
  readonly id: string | null
  readonly body: string
  readonly settings: string
  readonly previous: string | null
  readonly conversation: string | null
  readonly input: readonly StoredItem[]
  readonly output: readonly StoredItem[]
}

export interface StoredItem {
  readonly id: string | null
  readonly text: string
}

/** How a dialect tells again what was stored, and reads what is to be stored by itself. */
export interface StoredTelling {
  /** A response as one JSON text. */
  whole(response: StoredResponse): string
  /** Its events, from the one after the number `after` on, as they come in a stream. */
  events(response: StoredResponse, after: number): string
  list(items: readonly ListedItem[], hasMore: boolean): object
  item(item: ListedItem): object
  /** `mint`: the random part of an id, another each time. */
  read(items: readonly unknown[], mint: () => string): Parsed<readonly StoredItem[]>
}

/** JSON texts of a response's parts. */
export interface StoredResponse {
  readonly body: string
  readonly settings: string
  readonly output: readonly string[]
}

export interface ListedItem {
  readonly id: string
  /** Whether the id follows from the content: it is shown with the item's kind before it. */
  readonly isDerived: boolean
  readonly text: string
}
