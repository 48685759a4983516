import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../json/time.ts'

/**
 * The spans that use is rolled up by. All of them are UTC, where every minute, hour and day begins at a multiple of its
 * length since the epoch; when Google's day begins is another matter (pacific-midnight.ts). Pure.
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

/** When the span began that the instant is in, in epoch milliseconds. */
export function startOf(span: Span, at: number): number {
  return at - (at % SPAN_MS[span])
}

/** The start of the oldest one that is kept. */
export function oldestKept(span: Span, now: number): number {
  return startOf(span, now - KEPT_MS[span])
}

/** The start of the first of the last `count`, the running one included. */
export function startOfLast(count: number, span: Span, now: number): number {
  return startOf(span, now) - (count - 1) * SPAN_MS[span]
}
