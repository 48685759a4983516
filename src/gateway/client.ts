/**
 * Who waits for an answer, as those see it who work for one. Plain JavaScript: an AbortSignal for each of them, and listening to
 * it, would be calls into the runtime, several a request.
 */
export class Client {
  #hasLeft = false
  readonly #watchers = new Set<() => void>()

  /** The client of a request, whose signal is aborted when it leaves. */
  static of({ signal }: Request): Client {
    const client = new Client()
    // As a property, which nobody else sets on this request's signal: a listener would cost more than all that it is told.
    if (signal.aborted) client.leave()
    else signal.onabort = () => client.leave()
    return client
  }

  /** Also called by whoever finds that nobody takes what is written. */
  leave(): void {
    if (this.#hasLeft) return
    this.#hasLeft = true
    for (const watcher of this.#watchers) watcher()
    this.#watchers.clear()
  }

  /** Calls back once, when the client leaves, or now if it has. What is returned unties the two. */
  whenLeft(watcher: () => void): () => void {
    if (this.#hasLeft) watcher()
    else this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }
}
