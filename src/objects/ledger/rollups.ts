import { RollupTable, type SeriesQuery } from './rollup-table.ts'
import { oldestKept, type Span, startOf } from './time-spans.ts'
import {
  addUsage,
  fold,
  keyOf,
  noUsage,
  type Usage,
  type UsageKey,
  type UsageRow,
} from './usage.ts'

/** A sum that is kept up to date from the first time somebody asks for it. */
interface Sum {
  readonly span: Span
  readonly start: number
  readonly usage: Usage
}

/**
 * How much each credential and model was used, over time. An attempt counts in the minute it was settled, a lost one
 * in that of its sweep. If a late report turns a lost one into another outcome, the minute of the report gets `lost`
 * −1 and the new outcome: past minutes are never rewritten.
 *
 * A row for each request would be expensive, so the current minute is part of the counters' own row
 * (`runningMinute`), which every group of settlements writes anyway. So nothing is missing after a crash.
 */
export class Rollups {
  readonly #table: RollupTable
  readonly #running = new Map<string, UsageRow>()
  #over: UsageRow[] = []
  #sums: Sum[] = []

  constructor(sql: SqlStorage) {
    this.#table = new RollupTable(sql)
  }

  /** Restores what `runningMinute` returned. */
  restore({ credentialId, model }: UsageKey, text: string | null): void {
    if (text === null) return
    const minute = JSON.parse(text) as Usage & { start: number }
    const row = { ...noUsage(), ...minute, credentialId, model }
    this.#running.set(keyOf(row), row)
  }

  /** The key's current minute, to be written with each change of it. */
  runningMinute(key: UsageKey): string | null {
    const minute = this.#running.get(keyOf(key))
    if (minute === undefined) return null
    const { credentialId: _credentialId, model: _model, ...rest } = minute
    return JSON.stringify(rest)
  }

  /** All sums to which a change at this instant must be added. */
  at(now: number, key: UsageKey): readonly Usage[] {
    const running = this.#runningAt(startOf('minute', now), key)
    const sums = this.#sums.filter(({ span, start }) => start === startOf(span, now))
    return [running, ...sums.map(({ usage }) => usage)]
  }

  #runningAt(start: number, { credentialId, model }: UsageKey): UsageRow {
    const key = keyOf({ credentialId, model })
    const known = this.#running.get(key)
    if (known?.start === start) return known
    if (known !== undefined) this.#over.push(known)
    const row = { start, credentialId, model, ...noUsage() }
    this.#running.set(key, row)
    return row
  }

  /**
   * Writes the minutes that are over. To be called in the same transaction that writes the current ones, and
   * `flushed` after its commit.
   */
  flush(): void {
    this.#table.add(this.#over)
  }

  flushed(): void {
    this.#over = []
  }

  /** To be called now and then, within a transaction, after `flush`. */
  foldAndPrune(now: number): void {
    this.#table.foldAndPrune(now)
  }

  /**
   * What the user has used in the minute, hour or day (UTC) that contains the instant, without latencies. Read once,
   * and then kept in memory.
   */
  usedIn(span: Span, at: number): Readonly<Usage> {
    const start = startOf(span, at)
    const known = this.#sums.find((sum) => sum.span === span && sum.start === start)
    if (known !== undefined) return known.usage
    const usage = noUsage()
    for (const row of this.#read({ span, since: start, per: 'user' })) {
      if (row.start === start) addUsage(usage, row)
    }
    // Two sums of each span are kept: callers ask for the current one and the one before.
    const others = this.#sums.filter((sum) => sum.span !== span)
    const last = this.#sums.filter((sum) => sum.span === span).slice(-1)
    this.#sums = [...others, ...last, { span, start, usage }]
    return usage
  }

  /**
   * One row for each span in which anything ended, and for each key if the query asks so, oldest first; as far back
   * as rows of the span are kept.
   */
  usageSince(query: SeriesQuery, now: number): UsageRow[] {
    const { span, since } = query
    return this.#read({ ...query, since: Math.max(since, oldestKept(span, now)) })
  }

  #read(query: SeriesQuery): UsageRow[] {
    const { span, since, per } = query
    const from = startOf(span, since)
    const unwritten = [...this.#over, ...this.#running.values()]
      .filter(({ start }) => start >= from)
      .map((row) => (per === 'key' ? row : { ...row, credentialId: '*', model: '*' }))
    return fold([...this.#table.read(query), ...unwritten], span)
  }
}
