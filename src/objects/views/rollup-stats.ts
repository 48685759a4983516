import { iso } from '../../json/time.ts'
import type { Rollups } from '../ledger/rollups.ts'
import { type Span, startOfLast } from '../ledger/spans.ts'
import { terminalSum } from '../ledger/usage.ts'

/** What the user used of late, over all credentials and models. Spans in which nothing ended are left out; all are UTC. */
export interface RollupStats {
  /** The last 60. */
  readonly minutes: readonly SpanStats[]
  /** The last 48. */
  readonly hours: readonly SpanStats[]
  /** The last 30. */
  readonly days: readonly SpanStats[]
}

export interface SpanStats {
  readonly start: string
  /** Attempts that ended in it, whatever their state. */
  readonly attempts: number
  readonly ok: number
  /** Prompt and tool use. */
  readonly input_tokens: number
  /** Visible output and reasoning. */
  readonly output_tokens: number
  readonly cost_usd: number
}

export function rollupStats(rollups: Rollups, now: number): RollupStats {
  const last = (count: number, span: Span): SpanStats[] =>
    rollups
      .usageSince({ span, since: startOfLast(count, span, now), per: 'user' }, now)
      .map((row) => ({
        start: iso(row.start),
        attempts: terminalSum(row),
        ok: row.ok,
        input_tokens: row.promptTokens + row.toolUseTokens,
        output_tokens: row.outputTokens + row.reasoningTokens,
        cost_usd: row.costNano / 1e9,
      }))
  return { minutes: last(60, 'minute'), hours: last(48, 'hour'), days: last(30, 'day') }
}
