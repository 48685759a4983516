import { toUsd } from '../../json/money.ts'
import { iso } from '../../json/time.ts'
import type { RollupStats, SpanStats } from '../../wire/stats.ts'
import type { Rollups } from '../ledger/rollups.ts'
import { type Span, startOfLast } from '../ledger/time-spans.ts'
import { terminalSum } from '../ledger/usage.ts'

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
        cost_usd: toUsd(row.costNano),
      }))
  return { minutes: last(60, 'minute'), hours: last(48, 'hour'), days: last(30, 'day') }
}
