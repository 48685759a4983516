import type { Context } from '../dialect.ts'

/**
 * The ids of one answer. Each contains the request's random part, so ids cannot be guessed. A call and its item share
 * what follows the prefix. No two ids of a conversation are equal.
 */
export class Ids {
  readonly response: string
  readonly #unique: string
  #next = 0

  constructor({ requestId }: Context) {
    this.#unique = requestId.slice('req_'.length)
    this.response = `resp_${this.#unique}`
  }

  /** A new id for an item with this prefix. */
  item(prefix: string): string {
    return `${prefix}_${this.suffix()}`
  }

  /** What follows the prefix of an id, a new one at each call. Never only digits: LiteLLM replaces such call ids. */
  suffix(): string {
    return `${this.#unique}x${this.#next++}`
  }
}
