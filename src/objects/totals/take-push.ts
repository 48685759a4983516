import { OUTCOMES } from '../../upstreams/verdict.ts'
import { REQUEST_OUTCOMES } from '../ledger/lease.ts'
import { KEPT_MS, SPAN_MS, type Span, SPANS, startOf } from '../ledger/time-spans.ts'
import { noUsage, type Usage, USAGE_COLUMNS, usageValues } from '../ledger/usage.ts'
import { allUsersSpan, close, closedUntil } from './closing.ts'
import type { Push, PushRow } from './push.ts'

/** Sums are kept by the minute, hour and day of arrival, for as long as users' objects keep theirs. */
const ARRIVALS: readonly Span[] = SPANS

/**
 * Adds what is new in a push; false if nothing is. A push that was taken before has no newer version, so a repetition
 * counts nothing twice, however late. If the push is of another life, all its counts are new. To be called within a
 * transaction.
 */
export function take(sql: SqlStorage, push: Push, now: number): boolean {
  const told = toldBy(sql, push.user)
  const isSameLife = told?.life === push.life
  if (isSameLife && push.version <= told.version) return false
  close(sql, now)
  const places = placesOf(sql, push.user, now)
  const before = new Map(isSameLife ? told.rows.map((row) => [keyOf(row), row.usage]) : [])
  for (const row of push.rows) {
    const more = minus(row.usage, before.get(keyOf(row)))
    if (more === null) continue
    for (const place of places) addTo(sql, place, row, more)
  }
  const tallies = talliesOf(push)
  for (const [name, count] of Object.entries(tallies)) {
    const more = count - ((isSameLife ? told.tallies[name] : undefined) ?? 0)
    if (more === 0) continue
    for (const place of places) tally(sql, place, name, more)
  }
  sql.exec(
    'INSERT OR REPLACE INTO told (user_id, life, version, at, rows, tallies, summary) VALUES (?, ?, ?, ?, ?, ?, ?)',
    push.user,
    push.life,
    push.version,
    now,
    JSON.stringify(push.rows),
    JSON.stringify(tallies),
    push.isDeleted ? null : JSON.stringify(push.summary),
  )
  return true
}

/** Deletes hours and days past their age. */
export function prune(sql: SqlStorage, now: number): void {
  for (const span of ARRIVALS) {
    for (const table of ['sums', 'tallies']) {
      for (const kept of [SPAN_MS[span], allUsersSpan(span)]) {
        sql.exec(`DELETE FROM ${table} WHERE span_ms = ? AND start < ?`, kept, now - KEPT_MS[span])
      }
    }
  }
}

interface Told {
  readonly life: string
  readonly version: number
  readonly rows: readonly PushRow[]
  readonly tallies: Readonly<Record<string, number>>
}

function toldBy(sql: SqlStorage, user: string): Told | undefined {
  const [row] = sql
    .exec<{ life: string; version: number; rows: string; tallies: string }>(
      'SELECT life, version, rows, tallies FROM told WHERE user_id = ?',
      user,
    )
    .toArray()
  if (row === undefined) return undefined
  const rows = JSON.parse(row.rows) as PushRow[]
  const tallies = JSON.parse(row.tallies) as Record<string, number>
  return { life: row.life, version: row.version, rows, tallies }
}

/** Prefix of the tallies for requests, which stand beside those for the ring. */
export const REQUESTS = 'requests '

function talliesOf({ requests, tallies }: Push): Record<string, number> {
  const counts: Record<string, number> = { ...tallies }
  for (const outcome of REQUEST_OUTCOMES) {
    if (requests[outcome] !== 0) counts[REQUESTS + outcome] = requests[outcome]
  }
  return counts
}

interface Place {
  /** In milliseconds; 0: over all time. */
  readonly span: number
  readonly start: number
  readonly user: string
}

/** The sums to which a push of this instant must be added. */
function placesOf(sql: SqlStorage, user: string, now: number): readonly Place[] {
  const places: Place[] = [{ span: 0, start: 0, user: '' }]
  for (const span of ARRIVALS) {
    const start = startOf(span, now)
    places.push({ span: SPAN_MS[span], start, user })
    // Another machine's clock may be behind. The sum of a span that is already closed must then be corrected too.
    if (start < closedUntil(sql, span)) places.push({ span: allUsersSpan(span), start, user: '' })
  }
  return places
}

function addTo(sql: SqlStorage, { span, start, user }: Place, row: PushRow, more: Usage): void {
  sql.exec(ADD, span, start, user, row.upstream, row.model, ...usageValues(more))
}

function tally(sql: SqlStorage, { span, start, user }: Place, name: string, more: number): void {
  sql.exec(
    `INSERT INTO tallies (span_ms, start, user_id, name, count) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET count = count + excluded.count`,
    span,
    start,
    user,
    name,
    more,
  )
}

const ADD = `INSERT INTO sums (span_ms, start, user_id, upstream, model, ${USAGE_COLUMNS.join(', ')})
  VALUES (?, ?, ?, ?, ?, ${USAGE_COLUMNS.map(() => '?').join(', ')})
  ON CONFLICT DO UPDATE SET ${USAGE_COLUMNS.map((column) => `${column} = ${column} + excluded.${column}`).join(', ')}`

/** What is new; null if nothing is. */
function minus(usage: Usage, before: Usage | undefined): Usage | null {
  const values = usageValues(usage)
  const old = before === undefined ? [] : usageValues(before)
  if (values.every((value, at) => value === (old[at] ?? 0))) return null
  const more = noUsage()
  for (const outcome of OUTCOMES) more[outcome] = usage[outcome] - (before?.[outcome] ?? 0)
  for (const name of COUNTS) more[name] = usage[name] - (before?.[name] ?? 0)
  more.latency = usage.latency.map((count, at) => count - (before?.latency[at] ?? 0))
  return more
}

const COUNTS = [
  'promptTokens',
  'cachedTokens',
  'outputTokens',
  'reasoningTokens',
  'toolUseTokens',
  'costNano',
  'unpriced',
  'searches',
] as const

function keyOf({ upstream, model }: PushRow): string {
  return `${upstream} ${model}`
}
