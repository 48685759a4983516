import { DAY_MS, MINUTE_MS } from '../../json/time.ts'
import type { Use } from '../config/limits.ts'

/** Requests and tokens of the current minute and day, as stored on disk. */
export interface MeterReading {
  readonly minute: number
  readonly minuteRequests: number
  readonly minuteTokens: number
  readonly day: number
  readonly dayRequests: number
  readonly dayTokens: number
  /** In 1e-9 dollars. */
  readonly dayCostNano: number
  /** Months since the epoch, UTC. */
  readonly month: number
  readonly monthCostNano: number
  readonly totalCostNano: number
}

const ZERO: MeterReading = {
  minute: 0,
  minuteRequests: 0,
  minuteTokens: 0,
  day: 0,
  dayRequests: 0,
  dayTokens: 0,
  dayCostNano: 0,
  month: 0,
  monthCostNano: 0,
  totalCostNano: 0,
}

/** What a request under way has reserved of the limits. */
interface Reservation {
  readonly tokens: number
  readonly costNano: number
  /** Calls that were counted for it in advance. */
  readonly calls: number
  /**
   * Epoch milliseconds. A reservation without a lease is dropped then, since the Worker that was to ask may be gone.
   */
  readonly until: number
}

/** A request that was told to come again must ask for its lease at most this long after it may. */
const ASKS_WITHIN_MS = 10_000

/**
 * Counts what the limits are about. Concurrent requests cannot exceed a limit: a request is counted, and its
 * estimated tokens are reserved, in the same synchronous step as its first lease. When it ends, Google's count
 * replaces the reservation. The reading is written with the ledger's row; reservations live in memory, like open
 * leases.
 */
export class Meter {
  #reading: MeterReading
  readonly #reserved = new Map<string, Reservation>()

  constructor(reading: Partial<MeterReading>) {
    this.#reading = { ...ZERO, ...reading }
  }

  /** A request begins, with an estimate of the tokens and calls that it will take. */
  begin(requestId: string, tokens: number, now: number, calls = 1, costNano = 0): void {
    this.#reserved.set(requestId, { tokens, costNano, calls, until: Infinity })
    this.#count(calls, now)
  }

  /**
   * A further choice of the request, asked for at the same time as the first. It is counted now, so that it cannot
   * find the limit reached.
   */
  beginSoon(requestId: string, tokens: number, now: number, costNano = 0): void {
    this.#reserved.set(requestId, { tokens, costNano, calls: 1, until: now + ASKS_WITHIN_MS })
    this.#count(1, now)
  }

  hasBegun(requestId: string): boolean {
    return this.#reserved.has(requestId)
  }

  /**
   * How many calls of a request are not counted yet, since another upstream may need more calls. 0 if the request is
   * not known.
   */
  uncounted(requestId: string, calls: number): number {
    return Math.max(0, calls - (this.#reserved.get(requestId)?.calls ?? calls))
  }

  /** Counts further calls for a request under way. */
  countMore(requestId: string, more: number, now: number): void {
    const held = this.#reserved.get(requestId)
    if (held !== undefined) this.#reserved.set(requestId, { ...held, calls: held.calls + more })
    this.#count(more, now)
  }

  /** Counts calls of a lease whose count was lost with the memory, if their minute or day still lasts. */
  countLate(calls: number, grantedAt: number, now: number): void {
    const current = this.#at(now)
    const isOf = (period: number, ms: number): boolean => Math.floor(grantedAt / ms) === period
    this.#reading = {
      ...current,
      minuteRequests: current.minuteRequests + (isOf(current.minute, MINUTE_MS) ? calls : 0),
      dayRequests: current.dayRequests + (isOf(current.day, DAY_MS) ? calls : 0),
    }
  }

  #count(calls: number, now: number): void {
    const current = this.#at(now)
    this.#reading = {
      ...current,
      minuteRequests: current.minuteRequests + calls,
      dayRequests: current.dayRequests + calls,
    }
  }

  /** A request of an earlier life that is still under way. Its calls were counted then. */
  hold(requestId: string, tokens: number, costNano = 0): void {
    this.#reserved.set(requestId, { tokens, costNano, calls: Infinity, until: Infinity })
  }

  /** A request that holds no lease and will ask for one at about `at` (epoch milliseconds). */
  await(requestId: string, at: number): void {
    const held = this.#reserved.get(requestId)
    if (held !== undefined) this.#reserved.set(requestId, { ...held, until: at + ASKS_WITHIN_MS })
  }

  /** A request has a lease again. */
  goesOn(requestId: string): void {
    const held = this.#reserved.get(requestId)
    if (held !== undefined && held.until !== Infinity) {
      this.#reserved.set(requestId, { ...held, until: Infinity })
    }
  }

  heldBy(requestId: string): { readonly tokens: number; readonly costNano: number } {
    const { tokens = 0, costNano = 0 } = this.#reserved.get(requestId) ?? {}
    return { tokens, costNano }
  }

  /** Tokens of a settled attempt. */
  used(tokens: number, now: number, costNano = 0): void {
    const current = this.#at(now)
    this.#reading = {
      ...current,
      minuteTokens: current.minuteTokens + tokens,
      dayTokens: current.dayTokens + tokens,
      dayCostNano: current.dayCostNano + costNano,
      monthCostNano: current.monthCostNano + costNano,
      totalCostNano: current.totalCostNano + costNano,
    }
  }

  /** The request is over, in whatever way. */
  end(requestId: string): void {
    this.#reserved.delete(requestId)
  }

  use(totalTokens: number, now: number): Use {
    const { minuteRequests, minuteTokens, dayRequests, dayTokens, ...money } = this.#at(now)
    let [reservedTokens, reservedCostNano] = [0, 0]
    for (const [requestId, { tokens, costNano, until }] of this.#reserved) {
      if (until <= now) this.#reserved.delete(requestId)
      else {
        reservedTokens += tokens
        reservedCostNano += costNano
      }
    }
    const openRequests = this.#reserved.size
    return {
      openRequests,
      reservedTokens,
      minuteRequests,
      minuteTokens,
      dayRequests,
      dayTokens,
      totalTokens,
      reservedCostNano,
      dayCostNano: money.dayCostNano,
      monthCostNano: money.monthCostNano,
      totalCostNano: money.totalCostNano,
    }
  }

  reading(): MeterReading {
    return this.#reading
  }

  /**
   * The reading for the minute, day and month of `now`. If the clock was set back, what was counted meanwhile counts
   * for the present: otherwise each wrong clock would open a used-up budget again. It is kept so, also where nothing
   * more is counted: otherwise a user who is refused would be refused until the day that the clock showed.
   */
  #at(now: number): MeterReading {
    const [minute, day, month] = [
      Math.floor(now / MINUTE_MS),
      Math.floor(now / DAY_MS),
      monthOf(now),
    ]
    const { minute: minuteBefore, day: dayBefore, month: monthBefore } = this.#reading
    if (minute === minuteBefore && day === dayBefore && month === monthBefore) return this.#reading
    this.#reading = {
      ...this.#reading,
      minute,
      day,
      month,
      ...(minute > minuteBefore && { minuteRequests: 0, minuteTokens: 0 }),
      ...(day > dayBefore && { dayRequests: 0, dayTokens: 0, dayCostNano: 0 }),
      ...(month > monthBefore && { monthCostNano: 0 }),
    }
    return this.#reading
  }
}

let known = { day: -1, month: -1 }

/** Months since the epoch. Computed only once a day, since it is asked several times a request. */
function monthOf(now: number): number {
  const day = Math.floor(now / DAY_MS)
  if (known.day !== day) {
    const date = new Date(now)
    known = { day, month: (date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth() }
  }
  return known.month
}
