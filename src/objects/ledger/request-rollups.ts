import type { RequestCounts } from './counters.ts'
import { REQUEST_OUTCOMES, type RequestOutcome } from './lease.ts'
import { oldestKept, SPAN_MS, startOf } from './time-spans.ts'

/** How requests ended in the span that begins at `start` (epoch milliseconds). */
export interface RequestRow {
  readonly start: number
  readonly counts: RequestCounts
}

/** Not by minutes: that would cost a row for each minute in which somebody asks. */
const REQUEST_SPANS = ['hour', 'day'] as const
export type RequestSpan = (typeof REQUEST_SPANS)[number]

type Running = Partial<Record<RequestSpan, RequestRow>>

/**
 * How requests ended, over time. The current hour and day are part of the ledger's own row, which every group of
 * settlements writes anyway. Each gets a row of its own once it is over.
 */
export class RequestRollups {
  readonly #sql: SqlStorage
  #running: Running
  #over: [RequestSpan, RequestRow][] = []

  constructor(sql: SqlStorage, kept: string | undefined) {
    this.#sql = sql
    this.#running = JSON.parse(kept ?? '{}') as Running
  }

  ended(outcome: RequestOutcome, by: 1 | -1, now: number): void {
    for (const span of REQUEST_SPANS) {
      const start = startOf(span, now)
      let row = this.#running[span]
      if (row?.start !== start) {
        if (row !== undefined) this.#over.push([span, row])
        row = { start, counts: noRequests() }
        this.#running[span] = row
      }
      row.counts[outcome] += by
    }
  }

  /** The current spans, to be written with each change. */
  running(): string {
    return JSON.stringify(this.#running)
  }

  /**
   * Writes the spans that are over. To be called in the same transaction that writes `running`, and `flushed` after
   * its commit.
   */
  flush(): void {
    for (const [span, { start, counts }] of this.#over) {
      this.#sql.exec(WRITE, SPAN_MS[span], start, ...REQUEST_OUTCOMES.map((name) => counts[name]))
    }
  }

  flushed(): void {
    this.#over = []
  }

  prune(now: number): void {
    for (const span of REQUEST_SPANS) {
      this.#sql.exec(
        'DELETE FROM request_rollups WHERE span_ms = ? AND start < ?',
        SPAN_MS[span],
        oldestKept(span, now),
      )
    }
  }

  /** The spans from `since` up to but not including `until` in which any request ended, oldest first. */
  read(span: RequestSpan, since: number, until: number): RequestRow[] {
    const rows = this.#sql.exec<Row>(
      'SELECT * FROM request_rollups WHERE span_ms = ? AND start >= ? AND start < ?',
      SPAN_MS[span],
      startOf(span, since),
      until,
    )
    const sums = new Map<number, RequestCounts>()
    const add = (start: number, counts: RequestCounts): void => {
      const sum = sums.get(start) ?? noRequests()
      for (const name of REQUEST_OUTCOMES) sum[name] += counts[name]
      sums.set(start, sum)
    }
    for (const { start, ok, failed, refused, cancelled, lost } of rows) {
      add(start, { ok, failed, refused, cancelled, lost })
    }
    const unwritten = this.#over.filter(([of]) => of === span).map(([, row]) => row)
    const running = this.#running[span]
    for (const { start, counts } of running === undefined ? unwritten : [...unwritten, running]) {
      if (start >= startOf(span, since) && start < until) add(start, counts)
    }
    return [...sums]
      .map(([start, counts]) => ({ start, counts }))
      .toSorted((a, b) => a.start - b.start)
  }
}

function noRequests(): RequestCounts {
  return { ok: 0, failed: 0, refused: 0, cancelled: 0, lost: 0 }
}

type Row = { span_ms: number; start: number } & RequestCounts

// Added instead of replaced: if the clock was set back, the same span may end twice.
const WRITE = `INSERT INTO request_rollups (span_ms, start, ${REQUEST_OUTCOMES.join(', ')})
  VALUES (?, ?, ${REQUEST_OUTCOMES.map(() => '?').join(', ')})
  ON CONFLICT DO UPDATE SET ${REQUEST_OUTCOMES.map((name) => `${name} = ${name} + excluded.${name}`).join(', ')}`
