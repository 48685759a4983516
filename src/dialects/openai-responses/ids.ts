import type { Context } from '../dialect.ts'

/**
 * The ids of one answer. Each has the request's own random part in it, so nobody can guess one; a call and its item share what
 * follows the prefix, and no two of a conversation are equal.
 */
export class Ids {
  readonly response: string
  readonly #unique: string
  #next = 0

  constructor({ requestId }: Context) {
    this.#unique = requestId.slice('req_'.length)
    this.response = `resp_${this.#unique}`
  }

  /** For an item of this kind. */
  item(prefix: string): string {
    return `${prefix}_${this.suffix()}`
  }

  /** What an item's id has after its prefix, each time another. Never of digits alone: LiteLLM replaces such call ids. */
  suffix(): string {
    return `${this.#unique}x${this.#next++}`
  }
}
