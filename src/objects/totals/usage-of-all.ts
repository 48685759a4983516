import type { RequestCounts } from '../ledger/counters.ts'
import { REQUEST_OUTCOMES } from '../ledger/lease.ts'
import { SPAN_MS } from '../ledger/time-spans.ts'
import { USAGE_COLUMNS, type UsageColumns, usageFrom } from '../ledger/usage.ts'
import {
  linesOf,
  MAX_LINES,
  requestLine,
  type UsageQuery,
  type UsageTold,
} from '../views/usage-lines.ts'
import { REQUESTS } from './take-push.ts'
import { allUsersSpan, closedUntil } from './closing.ts'

const SUMS = USAGE_COLUMNS.map((column) => `sum(${column}) AS ${column}`).join(', ')

/**
 * What lines can be grouped by, and the columns. Credentials are missing: only the user's object knows which one was
 * used.
 */
const COLUMNS = { user: 'user_id', model: 'model', upstream: 'upstream' } as const
type Key = keyof typeof COLUMNS

/** The use of all users, by the time at which their objects reported it. Pure, except that it reads the tables. */
export function usageOfAll(sql: SqlStorage, query: UsageQuery): UsageTold {
  const { by } = query
  const keys = by.filter((name): name is Key => name in COLUMNS)
  const selected = keys.map((name) => `${COLUMNS[name]} AS ${name},`).join(' ')
  const groups = ['start', ...keys].join(', ')
  const rows = sql
    .exec<UsageColumns & { start: number } & Partial<Record<Key, string>>>(
      `SELECT start, ${selected} ${SUMS} FROM ${WITHIN('sums')} GROUP BY ${groups} ORDER BY ${groups} LIMIT ?`,
      ...rangesOf(sql, query),
      MAX_LINES + 1,
    )
    .toArray()
  const items = rows.map((row) => {
    const own = Object.fromEntries(keys.map((name) => [name, row[name] ?? '']))
    return { start: row.start, keys: own, usage: usageFrom(row) }
  })
  const { usage, truncated } = linesOf(items, by)
  const told = sql.exec<{ at: number | null }>('SELECT max(at) AS at FROM told').one()
  return { usage, truncated, requests: requestsOf(sql, query), asOf: told.at }
}

/** Selects both kinds of rows: sums over all users as far as they exist, and otherwise those of each user. */
const WITHIN = (table: string): string =>
  `(SELECT * FROM ${table} WHERE span_ms = ? AND start >= ? AND start < ?
    UNION ALL SELECT * FROM ${table} WHERE span_ms = ? AND start >= ? AND start < ?)`

function rangesOf(sql: SqlStorage, { from, to, span, by }: UsageQuery): readonly number[] {
  const closed = by.includes('user') ? from : Math.max(from, closedUntil(sql, span))
  return [allUsersSpan(span), from, Math.min(to, closed), SPAN_MS[span], closed, to]
}

function requestsOf(sql: SqlStorage, query: UsageQuery): UsageTold['requests'] {
  const isByUser = query.by.includes('user')
  const user = isByUser ? 'user_id' : "''"
  const counts = REQUEST_OUTCOMES.map(
    (outcome) => `sum(CASE name WHEN '${REQUESTS}${outcome}' THEN count ELSE 0 END) AS ${outcome}`,
  )
  return sql
    .exec<{ start: number; user: string } & RequestCounts>(
      `SELECT start, ${user} AS user, ${counts.join(', ')} FROM ${WITHIN('tallies')}
       WHERE name LIKE '${REQUESTS}%' GROUP BY 1, 2 ORDER BY 1, 2 LIMIT ?`,
      ...rangesOf(sql, query),
      MAX_LINES,
    )
    .toArray()
    .map((row) => requestLine(row.start, row, isByUser ? row.user : undefined))
}
