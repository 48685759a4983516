import { SPAN_MS, type Span, SPANS, startOf } from '../ledger/time-spans.ts'
import { USAGE_COLUMNS } from '../ledger/usage.ts'

const SUMS = USAGE_COLUMNS.map((column) => `sum(${column})`).join(', ')

/**
 * A chart of all users would read one row for each user and hour. So minutes, hours and days that are over are summed
 * up once over all users, when the first push after them arrives. Those sums are stored under the negative length of
 * the span.
 */
export function allUsersSpan(span: Span): number {
  return -SPAN_MS[span]
}

/** The end of the last span that has been summed up, in epoch milliseconds. */
export function closedUntil(sql: SqlStorage, span: Span): number {
  const rows = sql.exec<{ until: number }>(
    'SELECT until FROM closed WHERE span_ms = ?',
    SPAN_MS[span],
  )
  return rows.toArray()[0]?.until ?? 0
}

/** Sums up the spans that are over. To be called within a transaction. */
export function close(sql: SqlStorage, now: number): void {
  for (const span of SPANS) {
    const since = closedUntil(sql, span)
    const until = startOf(span, now)
    if (since >= until) continue
    const range = [allUsersSpan(span), SPAN_MS[span], since, until]
    sql.exec(
      `INSERT INTO sums (span_ms, start, user_id, upstream, model, ${USAGE_COLUMNS.join(', ')})
       SELECT ?, start, '', upstream, model, ${SUMS} FROM sums
       WHERE span_ms = ? AND start >= ? AND start < ? GROUP BY start, upstream, model`,
      ...range,
    )
    sql.exec(
      `INSERT INTO tallies (span_ms, start, user_id, name, count)
       SELECT ?, start, '', name, sum(count) FROM tallies
       WHERE span_ms = ? AND start >= ? AND start < ? GROUP BY start, name`,
      ...range,
    )
    sql.exec('INSERT OR REPLACE INTO closed (span_ms, until) VALUES (?, ?)', SPAN_MS[span], until)
  }
}
