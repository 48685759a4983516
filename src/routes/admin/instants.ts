import { MINUTE_MS, HOUR_MS, DAY_MS, iso } from '../../json/time.ts'
import * as v from 'valibot'
import { lazy } from '../../lazy.ts'

/** A date in ISO 8601, or null for none. It becomes epoch milliseconds. */
export const instant = lazy(() =>
  v.nullable(
    v.pipe(
      v.string('a date in ISO 8601, or null'),
      v.isoTimestamp('must be a date in ISO 8601, such as 2027-01-31T12:00:00Z'),
      v.check(isInCalendar, 'must be a day that the month has'),
      // An offset without minutes passes as ISO 8601, but Date.parse refuses it.
      v.transform((text) => Date.parse(text)),
      v.finite('must be a date in ISO 8601, such as 2027-01-31T12:00:00Z'),
    ),
  ),
)

const WHEN =
  'must be a date in ISO 8601, such as 2027-01-31T12:00:00Z or 2027-01-31 (the end of that day, UTC), or a time from now, such as 30d, 12h or 90m'
const DATE = /^\d{4}-\d\d-\d\d$/
const FROM_NOW = /^([1-9]\d{0,4})([mhdw])$/
const UNIT_MS = { m: MINUTE_MS, h: HOUR_MS, d: DAY_MS, w: 7 * DAY_MS }

/** The same, but a day or a time from now is accepted too. What ends on a day lasts until that day's end. */
export const ending = lazy(() =>
  v.nullable(
    v.pipe(
      v.string('a date in ISO 8601 or a time from now such as 30d, or null'),
      v.transform((text) => spelledOut(text.trim())),
      v.isoTimestamp(WHEN),
      v.check(isInCalendar, 'must be a day that the month has'),
      v.transform((text) => Date.parse(text)),
      v.finite(WHEN),
    ),
  ),
)

function spelledOut(text: string): string {
  if (DATE.test(text)) return `${text}T23:59:59.999Z`
  const [, count, unit] = FROM_NOW.exec(text) ?? []
  if (count === undefined) return text
  return iso(Date.now() + Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS])
}

/** Date.parse takes February 31 for a day in March. */
function isInCalendar(text: string): boolean {
  const day = text.slice(0, 'YYYY-MM-DD'.length)
  const at = Date.parse(day)
  return !Number.isFinite(at) || iso(at).startsWith(day)
}
