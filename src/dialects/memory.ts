import type { Parsed } from '../failure/check.ts'

/**
 * What a client may have stored, as the dialect sees it. The route that is served knows where it is kept. Items are
 * JSON texts.
 */
export interface Memory {
  /**
   * Looks up what stands before a request's input, and the items that it refers to. Also says whether this user may
   * have anything stored.
   */
  recall(asked: RecallAsked): Promise<Recalled>
  /** Resolves with true once the response is on disk; with false if that failed. */
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
      /** In the order asked for; null if no item has that id. */
      readonly referenced: readonly (string | null)[]
    }
  | { readonly ok: false; readonly why: WhyNotRecalled }

/** `off`: nothing is stored here, or nothing for this user. */
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

/** How a dialect tells stored responses again, and reads items that a client wants stored. */
export interface StoredTelling {
  /** A response as one JSON text. */
  whole(response: StoredResponse): string
  /** The events of a response as a stream would have them, beginning after event number `after`. */
  events(response: StoredResponse, after: number): string
  list(items: readonly ListedItem[], hasMore: boolean): object
  item(item: ListedItem): object
  /** The stored item to which an item only refers; null if it is whole. */
  reference(item: unknown): Reference | null
  /** `mint` makes the random part of an id, a new one at each call. */
  read(items: readonly unknown[], mint: () => string): Parsed<readonly StoredItem[]>
}

/** What stands for a stored item. */
export interface Reference {
  readonly id: string
  /** Whether it says nothing without that item; otherwise it stays as it is where that is not stored. */
  readonly isNeeded: boolean
}

/** The parts of a stored response, as JSON texts. */
export interface StoredResponse {
  readonly body: string
  readonly settings: string
  readonly output: readonly string[]
}

export interface ListedItem {
  readonly id: string
  /** Whether the id was derived from the content. Such an id is shown with a prefix for the item's kind. */
  readonly isDerived: boolean
  readonly text: string
}
