/** Calls that wait, by the name of what holds them, until a test lets them go. */
export class Holds {
  readonly #waiting = new Map<string, Set<() => void>>()

  /** Comes back when the name is released; rejects as `signal` says. */
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

  /** Answers how many went. */
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
