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
  /** When the piece that is waited for is given up. Epoch milliseconds. */
  #giveUpAt = Infinity
  #giveUp: () => void = () => undefined
  /** One timer for all pieces. It may go off too early, and then goes on. */
  #timer: ReturnType<typeof setTimeout> | null = null
  #timerAt = Infinity

  /**
   * The result of the work, or null if it takes too long. The work then goes on, and its result or error is ignored.
   */
  for<T>(work: Promise<T>, idleMs = IDLE_MS): Promise<T | null> {
    const { promise, resolve } = Promise.withResolvers<null>()
    this.#giveUp = () => resolve(null)
    this.#giveUpAt = Math.min(Date.now() + idleMs, this.#endsAt)
    if (this.#giveUpAt < this.#timerAt) this.#setTimer()
    return Promise.race([work, promise])
  }

  /** To be called when nothing more is waited for. */
  end(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
  }

  #setTimer(): void {
    this.end()
    this.#timerAt = this.#giveUpAt
    this.#timer = setTimeout(() => this.#tick(), Math.max(0, this.#giveUpAt - Date.now()))
  }

  #tick(): void {
    this.#timerAt = Infinity
    if (Date.now() >= this.#giveUpAt) this.#giveUp()
    else this.#setTimer()
  }
}
