import * as v from 'valibot'
import type { Failure } from '../../failure/failure.ts'
import { type Parsed, wordOf } from '../../failure/check.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../json/time.ts'
import { SPAN_MS } from '../../objects/ledger/time-spans.ts'
import type { UsageQuery } from '../../objects/views/usage-lines.ts'
import { USAGE_KEYS, USAGE_SPANS, type UsageKeyName, type UsageSpan } from '../../wire/usage.ts'
import { readQuery } from '../admin/query.ts'
import type { Call } from '../call.ts'
import { lazy } from '../../lazy.ts'

const WHEN =
  'must be a day such as 2027-01-31 or a time such as 2027-01-31T12:00:00Z (UTC), or a time ago, such as 24h, 7d or 90m'
const AGO = /^([1-9]\d{0,4})([mhdw])$/
const UNIT_MS = { m: MINUTE_MS, h: HOUR_MS, d: DAY_MS, w: 7 * DAY_MS }
const INSTANT = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)?)?$/

/** An unescaped `+` in an address is read as a blank. */
const instant = lazy(() =>
  v.pipe(
    v.string('a time'),
    v.transform((text) => instantOf(text.trim().replace(' ', '+'))),
    v.finite(WHEN),
  ),
)

/** Epoch milliseconds; NaN if the text is not a time. Times without a zone are UTC. */
function instantOf(text: string): number {
  const [, count, unit] = AGO.exec(text) ?? []
  if (count !== undefined) return Date.now() - Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS]
  if (!INSTANT.test(text)) return Number.NaN
  const isLocal = text.includes('T') && !/(?:Z|[+-]\d\d:\d\d)$/.test(text)
  const at = Date.parse(isLocal ? `${text}Z` : text)
  // Date.parse takes February 31 for a day in March.
  const [year, month, day] = text.slice(0, 10).split('-').map(Number)
  const isDay = new Date(Date.UTC(year ?? 0, (month ?? 0) - 1, day)).getUTCDate() === day
  return isDay ? at : Number.NaN
}

const KEYS = `must be some of: ${USAGE_KEYS.join(', ')}, with commas between`

export const usageQuery = lazy(() =>
  v.strictObject({
    from: v.optional(instant()),
    to: v.optional(instant()),
    span: v.optional(wordOf(USAGE_SPANS), 'hour'),
    by: v.optional(
      v.pipe(
        v.string(),
        v.transform((text) => [
          ...new Set(
            text
              .split(',')
              .map((name) => name.trim())
              .filter((name) => name !== ''),
          ),
        ]),
        // Not a list of choices: the fault would be told of `by[0]`, which nobody has written.
        v.check((names) => names.every(isUsageKey), KEYS),
        v.transform((names) => names.filter(isUsageKey)),
      ),
      '',
    ),
    format: v.optional(v.picklist(['json', 'csv'], 'must be one of: json, csv')),
  }),
)

function isUsageKey(name: string): name is UsageKeyName {
  return USAGE_KEYS.some((key) => key === name)
}

/** How much of the past is meant if `from` is missing. */
const DEFAULT_MS: Readonly<Record<UsageSpan, number>> = {
  minute: HOUR_MS,
  hour: 2 * DAY_MS,
  day: 30 * DAY_MS,
}

export interface UsageAsked {
  readonly query: UsageQuery
  readonly isCsv: boolean
}

/** What a query string asks of the use. `from` moves back to the beginning of its span. */
export function readUsageQuery(call: Call): Parsed<UsageAsked> {
  const read = readQuery(call, usageQuery())
  if (!read.ok) return read
  const { span, by, format } = read.value
  const now = Date.now()
  // Until the end of the current span, so that an unchanged answer to a repeated question stays equal.
  const to = read.value.to ?? now - (now % SPAN_MS[span]) + SPAN_MS[span]
  const since = read.value.from ?? to - DEFAULT_MS[span]
  if (since > to) return { ok: false, failure: BACKWARDS }
  const from = Math.max(0, since - (since % SPAN_MS[span]))
  const accepts = call.request.headers.get('accept') ?? ''
  const isCsv = format === undefined ? /\btext\/csv\b/.test(accepts) : format === 'csv'
  return { ok: true, value: { query: { from, to, span, by: by as UsageKeyName[] }, isCsv } }
}

const BACKWARDS: Failure = {
  reason: 'invalid_value',
  message: "Invalid value for 'from': must not be later than 'to'.",
  param: 'from',
}
