const ATTEMPTS = 3
const BACKOFF_MS = 50

/**
 * Calls an object, and calls it again after a passing failure of the platform (the object moved or was reset). Does
 * not call again if the object is overloaded, which more calls would make worse, nor after an error of Pollux's own.
 * A passing failure breaks the stub, so `call` must make its own stub, and must be safe to repeat.
 */
export async function persistently<T>(call: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call()
    } catch (error) {
      const { retryable, overloaded } = error as { retryable?: boolean; overloaded?: boolean }
      if (retryable !== true || overloaded === true || attempt === ATTEMPTS) throw error
      await scheduler.wait(BACKOFF_MS * 2 ** attempt * (0.5 + Math.random()))
    }
  }
}
