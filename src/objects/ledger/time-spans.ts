import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../json/time.ts'

/**
 * The spans by which use is rolled up. All are UTC, so that every minute, hour and day begins at a multiple of its
 * length since the epoch. Google's day begins at another time (pacific-midnight.ts). Pure.
 */
export const SPANS = ['minute', 'hour', 'day'] as const
export type Span = (typeof SPANS)[number]

export const SPAN_MS: Readonly<Record<Span, number>> = {
  minute: MINUTE_MS,
  hour: HOUR_MS,
  day: DAY_MS,
}

/** How long the roll-ups of a span are kept. */
export const KEPT_MS: Readonly<Record<Span, number>> = {
  minute: 2 * DAY_MS,
  hour: 60 * DAY_MS,
  day: 730 * DAY_MS,
}

/** The beginning of the span that contains the instant, in epoch milliseconds. */
export function startOf(span: Span, at: number): number {
  return at - (at % SPAN_MS[span])
}

/** The start of the oldest span that is kept. */
export function oldestKept(span: Span, now: number): number {
  return startOf(span, now - KEPT_MS[span])
}

/** The start of the first of the last `count` spans, including the current one. */
export function startOfLast(count: number, span: Span, now: number): number {
  return startOf(span, now) - (count - 1) * SPAN_MS[span]
}
