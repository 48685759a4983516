import { DAY_MS, MINUTE_MS, type Use } from '../config/limits.ts'

/** Requests and tokens of the running minute and day, as they are kept on disk. */
export interface MeterReading {
  readonly minute: number
  readonly minuteRequests: number
  readonly minuteTokens: number
  readonly day: number
  readonly dayRequests: number
  readonly dayTokens: number
}

const ZERO: MeterReading = {
  minute: 0,
  minuteRequests: 0,
  minuteTokens: 0,
  day: 0,
  dayRequests: 0,
  dayTokens: 0,
}

/**
 * Counts what limits are about. A request counts, and its estimated tokens are reserved, in the same synchronous step as its
 * first lease; when it ends, the reservation gives way to what Google counted. So no number of concurrent requests can get
 * past a limit. The reading is written with the ledger's row; reservations live in memory, like open leases.
 */
export class Meter {
  #reading: MeterReading
  readonly #reserved = new Map<string, number>()

  constructor(reading: Partial<MeterReading>) {
    this.#reading = { ...ZERO, ...reading }
  }

  /** A request begins, with an estimate of the tokens it will use. */
  begin(requestId: string, estimate: number, now: number): void {
    const current = this.#at(now)
    this.#reserved.set(requestId, estimate)
    this.#reading = {
      ...current,
      minuteRequests: current.minuteRequests + 1,
      dayRequests: current.dayRequests + 1,
    }
  }

  /** A request of an earlier life that is still under way. */
  hold(requestId: string, tokens: number): void {
    this.#reserved.set(requestId, tokens)
  }

  heldBy(requestId: string): number {
    return this.#reserved.get(requestId) ?? 0
  }

  /** Tokens of a settled attempt. */
  used(tokens: number, now: number): void {
    const current = this.#at(now)
    this.#reading = {
      ...current,
      minuteTokens: current.minuteTokens + tokens,
      dayTokens: current.dayTokens + tokens,
    }
  }

  /** The request is over, however. */
  end(requestId: string): void {
    this.#reserved.delete(requestId)
  }

  use(totalTokens: number, now: number): Use {
    const { minuteRequests, minuteTokens, dayRequests, dayTokens } = this.#at(now)
    let reservedTokens = 0
    for (const tokens of this.#reserved.values()) reservedTokens += tokens
    const openRequests = this.#reserved.size
    return {
      openRequests,
      reservedTokens,
      minuteRequests,
      minuteTokens,
      dayRequests,
      dayTokens,
      totalTokens,
    }
  }

  reading(): MeterReading {
    return this.#reading
  }

  /** The reading as it stands in the minute and day of `now`. */
  #at(now: number): MeterReading {
    const [minute, day] = [Math.floor(now / MINUTE_MS), Math.floor(now / DAY_MS)]
    let current = this.#reading
    if (current.minute !== minute) {
      current = { ...current, minute, minuteRequests: 0, minuteTokens: 0 }
    }
    return current.day === day ? current : { ...current, day, dayRequests: 0, dayTokens: 0 }
  }
}
