interface Alarm {
  /** Epoch milliseconds. */
  readonly at: number
  readonly ring: () => void
}

/**
 * The one timer of a request goes off at least this often, and finds out what is due. So an alarm that is set later,
 * but due sooner, needs no other timer.
 */
const TICK_MS = 5000

/**
 * All that a request waits for with a time limit. A timer is two calls into the runtime, and a short request with one for each
 * limit would spend more on them than on its translation. So there is one timer. Nobody stops it, since the runtime ends it with
 * its request: so this is for requests, and not for objects.
 */
export class Clock {
  readonly #alarms: Alarm[] = []
  #timer: ReturnType<typeof setTimeout> | null = null
  #timerAt = Infinity

  /** Calls back once, after so many milliseconds. Returns a function that cancels this. */
  after(ms: number, ring: () => void): () => void {
    const now = Date.now()
    const alarm = { at: now + ms, ring }
    this.#alarms.push(alarm)
    this.#setTimer(now)
    return () => void this.#drop(alarm)
  }

  /** False if it was cancelled, or has rung. */
  #drop(alarm: Alarm): boolean {
    const at = this.#alarms.indexOf(alarm)
    if (at !== -1) this.#alarms.splice(at, 1)
    return at !== -1
  }

  #setTimer(now: number): void {
    let at = now + TICK_MS
    for (const alarm of this.#alarms) at = Math.min(at, alarm.at)
    if (this.#timerAt <= at) return
    this.#stop()
    this.#timerAt = at
    this.#timer = setTimeout(() => this.#tick(), Math.max(0, at - now))
  }

  #stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.#timerAt = Infinity
  }

  #tick(): void {
    this.#timer = null
    this.#timerAt = Infinity
    const now = Date.now()
    for (const alarm of this.#alarms.filter(({ at }) => at <= now)) {
      // One that is due may be cancelled by the one before it.
      if (this.#drop(alarm)) alarm.ring()
    }
    if (this.#alarms.length > 0) this.#setTimer(now)
  }
}
