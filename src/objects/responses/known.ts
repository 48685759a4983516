/** How many of each kind are remembered. */
const MAX = 500

/**
 * What is known to be stored, so that what comes again with each turn (instructions, tools, the beginning of a
 * conversation) is not looked up again. It must be forgotten whenever rows are deleted or a transaction is undone:
 * otherwise a response would refer to what is not there.
 */
export class Known<Value> {
  readonly #values = new Map<string, Value>()

  get(key: string): Value | undefined {
    return this.#values.get(key)
  }

  remember(key: string, value: Value): void {
    if (this.#values.size >= MAX) this.#values.clear()
    this.#values.set(key, value)
  }

  forget(): void {
    this.#values.clear()
  }
}
