import { MINUTE_MS, HOUR_MS } from '../json/time.ts'

const UNIT_MS: Readonly<Record<string, number>> = { h: HOUR_MS, m: MINUTE_MS, s: 1000, ms: 1 }

/**
 * Milliseconds of a duration as Google writes it: protobuf's `34.07s`, or Go's `18h12m3.4s` and `539.47ms`
 * (docs/google.md: Limits). Null for any other text.
 */
export function parseDuration(text: string): number | null {
  const compact = text.trim()
  if (!/^(\d+(\.\d+)?(h|ms|m|s))+$/.test(compact)) return null
  let total = 0
  for (const [, amount, unit] of compact.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s)/g)) {
    total += Number(amount) * (UNIT_MS[unit ?? ''] ?? 0)
  }
  return Number.isFinite(total) ? Math.ceil(total) : null
}

/** Milliseconds from `now` to a time in RFC 3339; negative if it has passed. Null for any other text. */
export function parseInstant(text: string, now: number): number | null {
  // Date.parse alone finds a date in almost any text with a number.
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text)) return null
  const at = Date.parse(text)
  return Number.isNaN(at) ? null : at - now
}

/** Milliseconds of a `retry-after` header, which holds seconds or an HTTP date. Null for any other text. */
export function parseRetryAfter(text: string, now: number): number | null {
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000
  if (!/^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} [\d:]{8} GMT$/.test(text)) return null
  const at = Date.parse(text)
  return Number.isNaN(at) ? null : at - now
}
