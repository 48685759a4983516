import { oldestKept, type Span, SPAN_MS, SPANS, startOf } from './time-spans.ts'
import {
  COUNT_COLUMNS,
  countsFrom,
  USAGE_COLUMNS,
  type UsageColumns,
  usageFrom,
  type UsageRow,
  usageValues,
} from './usage.ts'

const COLUMNS = USAGE_COLUMNS.join(', ')
const sumsOf = (columns: readonly string[]): string =>
  columns.map((column) => `sum(${column}) AS ${column}`).join(', ')
const SUMS = sumsOf(USAGE_COLUMNS)
const COUNT_SUMS = sumsOf(COUNT_COLUMNS)
const INTO = `INSERT INTO rollups (span_ms, start, credential_id, model, ${COLUMNS})`
const ADD = `ON CONFLICT DO UPDATE SET ${USAGE_COLUMNS.map((column) => `${column} = ${column} + excluded.${column}`).join(', ')}`
const VALUES = `VALUES (?, ?, ?, ?, ${USAGE_COLUMNS.map(() => '?').join(', ')})`

export interface SeriesQuery {
  readonly span: Span
  /** Epoch milliseconds. The whole span that contains it counts. */
  readonly since: number
  /** `key`: a row for each credential and model. `user`: one row for all of them, with `*` for both. */
  readonly per: 'key' | 'user'
  /** Whether latencies are wanted, which are two thirds of a row. */
  readonly withLatency?: boolean
}

/**
 * Roll-ups on disk. When an hour is over, its minutes are folded into it, and hours are folded into days in the same
 * way. What is not folded yet is only in the finer rows, and reading adds it up.
 *
 * It keeps nothing in memory, so a transaction that is rolled back leaves nothing wrong behind.
 */
export class RollupTable {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  /** Adds minutes that are over. To be called within a transaction. */
  add(minutes: readonly UsageRow[]): void {
    if (minutes.length === 0) return
    const { hours, days } = this.#folded()
    for (const minute of minutes) {
      this.#add('minute', minute)
      // A late minute: its credential was used again only now, or the clock was set back. Its hour has already been
      // folded without it.
      if (minute.start < hours) this.#add('hour', minute)
      if (minute.start < days) this.#add('day', minute)
    }
  }

  #add(span: Span, row: UsageRow): void {
    this.#sql.exec(
      `${INTO} ${VALUES} ${ADD}`,
      SPAN_MS[span],
      startOf(span, row.start),
      row.credentialId,
      row.model,
      ...usageValues(row),
    )
  }

  /** Folds hours and days that are over, and drops what is too old. To be called within a transaction. */
  foldAndPrune(now: number): void {
    const { hours, days } = this.#folded()
    const until = startOf('hour', now)
    if (until > hours) {
      this.#fold('minute', 'hour', hours, until)
      this.#fold('hour', 'day', days, startOf('day', until))
      this.#sql.exec('INSERT OR REPLACE INTO rollups_folded (only_row, until) VALUES (1, ?)', until)
    }
    for (const span of SPANS) {
      this.#sql.exec(
        'DELETE FROM rollups WHERE span_ms = ? AND start < ?',
        SPAN_MS[span],
        oldestKept(span, now),
      )
    }
  }

  #fold(finer: Span, coarser: Span, from: number, until: number): void {
    this.#sql.exec(
      `${INTO}
       SELECT ${SPAN_MS[coarser]}, start - start % ${SPAN_MS[coarser]}, credential_id, model, ${SUMS}
       FROM rollups WHERE span_ms = ? AND start >= ? AND start < ? GROUP BY 2, 3, 4 ${ADD}`,
      SPAN_MS[finer],
      from,
      until,
    )
  }

  /** One row for each span, and for each key if the query asks so, in no order. */
  read({ span, since, per, withLatency = false }: SeriesQuery): UsageRow[] {
    const from = startOf(span, since)
    const { hours, days } = this.#folded()
    const parts = [[SPAN_MS[span], from]]
    if (span === 'day') parts.push([SPAN_MS.hour, Math.max(from, days)])
    if (span !== 'minute') parts.push([SPAN_MS.minute, Math.max(from, hours)])
    const rows = this.#sql.exec<SeriesRow>(
      `SELECT start - start % ${SPAN_MS[span]} AS start,
         ${per === 'key' ? 'credential_id, model' : "'*' AS credential_id, '*' AS model"}, ${withLatency ? SUMS : COUNT_SUMS}
       FROM (${parts.map(() => 'SELECT * FROM rollups WHERE span_ms = ? AND start >= ?').join(' UNION ALL ')})
       GROUP BY ${per === 'key' ? '1, 2, 3' : '1'}`,
      ...parts.flat(),
    )
    return Array.from(rows, (row) => ({
      start: row.start,
      credentialId: row.credential_id,
      model: row.model,
      ...(withLatency ? usageFrom(row) : countsFrom(row)),
    }))
  }

  /** Minutes before `hours` are in the rows of their hours; hours before `days` are in the rows of their days. */
  #folded(): { readonly hours: number; readonly days: number } {
    const [row] = this.#sql.exec<{ until: number }>('SELECT until FROM rollups_folded').toArray()
    const hours = row?.until ?? 0
    return { hours, days: startOf('day', hours) }
  }
}

type SeriesRow = UsageColumns & { start: number; credential_id: string; model: string }
