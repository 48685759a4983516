/** Calls that wait until a test releases them, by the name under which they are held. */
export class Holds {
  readonly #waiting = new Map<string, Set<() => void>>()

  /** Resolves when the name is released. Rejects when `signal` aborts. */
  wait(name: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiting = this.#waiting.get(name) ?? new Set()
      this.#waiting.set(name, waiting)
      const go = (): void => {
        signal.removeEventListener('abort', leave)
        resolve()
      }
      const leave = (): void => {
        waiting.delete(go)
        reject(new Error('the client left while it was held'))
      }
      waiting.add(go)
      if (signal.aborted) leave()
      else signal.addEventListener('abort', leave, { once: true })
    })
  }

  /** Returns how many calls were released. */
  release(name: string): number {
    const waiting = this.#waiting.get(name) ?? new Set()
    this.#waiting.delete(name)
    for (const go of waiting) go()
    return waiting.size
  }

  list(): { hold: string; calls: number }[] {
    return [...this.#waiting].map(([hold, waiting]) => ({ hold, calls: waiting.size }))
  }

  clear(): void {
    for (const name of this.#waiting.keys()) this.release(name)
  }
}
