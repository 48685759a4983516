/** On the wire, times are ISO 8601 in UTC; inside, they are epoch milliseconds. */

export function iso(instant: number): string {
  return new Date(instant).toISOString()
}

export function isoOrNull(instant: number | null): string | null {
  return instant === null ? null : iso(instant)
}

/** `seconds`: whole ones since the epoch. */
export function isoOfSeconds(seconds: number): string {
  return iso(seconds * 1000).replace('.000Z', 'Z')
}

export const MINUTE_MS = 60_000
export const HOUR_MS = 60 * MINUTE_MS
export const DAY_MS = 24 * HOUR_MS
