/** A body is given up if nothing of it arrives for so long: its sender may be gone, or may want to hold memory. */
export const IDLE_MS = 30_000
/**
 * The same for a client with many uploads under way. A client that means to complete a body sends it without long
 * pauses.
 */
export const CROWDED_IDLE_MS = 5000
const WHOLE_MS = 600_000

/** How long to wait for a body: between two pieces, and in all. */
export class Patience {
  readonly #endsAt = Date.now() + WHOLE_MS

  /**
   * The result of the work, or null if it takes too long. The work then goes on, and its result or error is ignored.
   */
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
