import { vi } from 'vitest'

/** Longer than any wait for an answer. Only the ten seconds before a lease is written down are longer. */
const LONG_MS = 5000

/**
 * Short waits are many, above all the window in which settlements are collected, so they are shortened by this
 * factor.
 */
const HURRY = 10

/** Makes the object's long waits end when a test's clock says so, not after ten real seconds. */
export class LongWaits {
  readonly #pending = new Set<() => void>()

  /** Replaces `scheduler.wait`, which fake timers do not replace. */
  install(): void {
    const real = scheduler.wait.bind(scheduler)
    const wait = (ms: number, options?: SchedulerWaitOptions): Promise<void> =>
      ms < LONG_MS ? real(ms / HURRY, options) : this.#wait(real, ms, options?.signal)
    vi.stubGlobal('scheduler', { wait })
  }

  get count(): number {
    return this.#pending.size
  }

  /** Ends all waits. To be called within the object, whose code then goes on. */
  end(): void {
    for (const fire of this.#pending) fire()
  }

  /** Drops the waits of an object's life that has ended. */
  forget(): void {
    this.#pending.clear()
  }

  #wait(
    real: (ms: number, options?: SchedulerWaitOptions) => Promise<void>,
    ms: number,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const over = new AbortController()
    return new Promise<void>((done, fail) => {
      const fire = (): void => {
        this.#pending.delete(fire)
        done()
        over.abort()
      }
      this.#pending.add(fire)
      signal?.addEventListener('abort', () => {
        this.#pending.delete(fire)
        over.abort()
        fail(new Error('aborted'))
      })
      // A real wait must run as well: the platform ends a request that waits for nothing.
      real(ms, { signal: over.signal }).then(fire, () => undefined)
    })
  }
}
