import { vi } from 'vitest'
import { DAY_MS, MINUTE_MS } from '../../src/json/time.ts'

/**
 * Makes it ten past noon, tomorrow (UTC): no minute, hour or day ends within a case that does not mean it to. Whoever calls this
 * gives the real time back afterwards.
 */
export function atTenPastNoon(): void {
  const now = Date.now()
  vi.useFakeTimers({
    toFake: ['Date'],
    now: now - (now % DAY_MS) + 1.5 * DAY_MS + 10.3 * MINUTE_MS,
  })
}
