/**
 * The client that waits for an answer, and a way to hear that it has left. An AbortSignal and listeners for each part of a
 * request would cost several calls into the runtime; this is plain JavaScript.
 */
export class Client {
  /** Aborted when the client leaves; null if the client is no request's. */
  readonly signal: AbortSignal | null
  #hasLeft = false
  readonly #watchers = new Set<() => void>()

  constructor(signal: AbortSignal | null = null) {
    this.signal = signal
  }

  /** The client of a request, whose signal is aborted when it leaves. */
  static of({ signal }: Request): Client {
    const client = new Client(signal)
    // `onabort` and no listener: a listener would cost more than everything it tells. Nobody else sets `onabort` on this
    // signal.
    if (signal.aborted) client.leave()
    else signal.onabort = () => client.leave()
    return client
  }

  /** Also called when a write to the client fails, since that means it has left. */
  leave(): void {
    if (this.#hasLeft) return
    this.#hasLeft = true
    for (const watcher of this.#watchers) watcher()
    this.#watchers.clear()
  }

  /** Calls back once, when the client leaves; at once if it has left already. Returns a function that cancels this. */
  whenLeft(watcher: () => void): () => void {
    if (this.#hasLeft) watcher()
    else this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }
}
