import { lazy } from '../../lazy.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../json/time.ts'

/** Made at its first use: time zone data take 20 ms to load, which would slow down every start of the Worker. */
const clock = lazy(
  () =>
    new Intl.DateTimeFormat('en-US', {
      timeZone: 'America/Los_Angeles',
      hourCycle: 'h23',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    }),
)

/** When Google's daily quotas reset next: midnight in Los Angeles (docs/google.md: Limits), in epoch milliseconds. Pure. */
export function nextPacificMidnight(now: number): number {
  const guess = now + DAY_MS - sinceMidnight(now)
  // When the clocks change, the day has 23 or 25 hours. The wall clock at the guess tells how far off it is.
  const off = sinceMidnight(guess)
  return off < 12 * HOUR_MS ? guess - off : guess + (DAY_MS - off)
}

function sinceMidnight(instant: number): number {
  const parts = clock().formatToParts(instant)
  const read = (type: string): number => Number(parts.find((part) => part.type === type)?.value)
  return (read('hour') * 60 + read('minute')) * MINUTE_MS + read('second') * 1000 + (instant % 1000)
}
