import { vi } from 'vitest'

/** Longer than any answer waits for; the ten seconds before a lease is written down are the only such wait. */
const LONG_MS = 5000

/** Short waits are made shorter, because they are many: the window in which settlements are collected, above all. */
const HURRY = 10

/** The object's long waits, which end when a test's clock says so and not when ten real seconds are over. */
export class LongWaits {
  readonly #pending = new Set<() => void>()

  /** Puts itself in the place of `scheduler.wait`, which fake timers leave alone. */
  install(): void {
    const real = scheduler.wait.bind(scheduler)
    const wait = (ms: number, options?: SchedulerWaitOptions): Promise<void> =>
      ms < LONG_MS ? real(ms / HURRY, options) : this.#wait(real, ms, options?.signal)
    vi.stubGlobal('scheduler', { wait })
  }

  get count(): number {
    return this.#pending.size
  }

  /** To be called within the object, which goes on from here. */
  end(): void {
    for (const fire of this.#pending) fire()
  }

  /** Those of a life that is over. */
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
      // A real wait stands behind it: the platform ends what waits for nothing.
      real(ms, { signal: over.signal }).then(fire, () => undefined)
    })
  }
}
