/** A body that brings nothing for so long is given up: whoever sends it may be gone, or may want to hold what it takes. */
export const IDLE_MS = 30_000
/** The same where a client has much under way: pieces come one after another from whoever means to end a body. */
export const CROWDED_IDLE_MS = 5000
const WHOLE_MS = 600_000

/** How long a body is waited for: between its pieces, and in all. */
export class Patience {
  readonly #endsAt = Date.now() + WHOLE_MS

  /** What the work results in, or null where it takes too long; it goes on all the same, and how it ends is nobody's concern. */
  async for<T>(work: Promise<T>, idleMs = IDLE_MS): Promise<T | null> {
    const { promise, resolve } = Promise.withResolvers<null>()
    const ms = Math.min(idleMs, Math.max(0, this.#endsAt - Date.now()))
    const timer = setTimeout(() => resolve(null), ms)
    try {
      return await Promise.race([work, promise])
    } finally {
      clearTimeout(timer)
    }
  }
}
