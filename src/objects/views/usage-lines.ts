import { toUsd } from '../../json/money.ts'
import { iso } from '../../json/time.ts'
import { OUTCOMES } from '../../upstreams/verdict.ts'
import type {
  LatencyLine,
  RequestLine,
  UsageKeyName,
  UsageLine,
  UsageSpan,
} from '../../wire/usage.ts'
import type { RequestCounts } from '../ledger/counters.ts'
import { type Histogram, histograms } from '../ledger/latency.ts'
import { addUsage, noUsage, terminalSum, type Usage } from '../ledger/usage.ts'

/**
 * The use that is asked for. Times are epoch milliseconds. It includes spans that begin at `from` or later and before
 * `to`.
 */
export interface UsageQuery {
  readonly from: number
  readonly to: number
  readonly span: UsageSpan
  readonly by: readonly UsageKeyName[]
}

/** The use, as far as an object knows it. */
export interface UsageTold {
  readonly usage: readonly UsageLine[]
  readonly requests: readonly RequestLine[]
  readonly truncated: boolean
  /** Epoch milliseconds; null: as of now. */
  readonly asOf: number | null
}

type TextKey = Exclude<UsageKeyName, 'outcome'>

/** The use in one span, with everything by which it may be grouped. */
export interface UsageItem {
  readonly start: number
  readonly keys: Readonly<Partial<Record<TextKey, string>>>
  readonly usage: Usage
}

/** The most lines of one answer. */
export const MAX_LINES = 2000

/** Items added up by the requested keys, oldest first. Pure. */
export function linesOf(
  items: readonly UsageItem[],
  by: readonly UsageKeyName[],
): Pick<UsageTold, 'usage' | 'truncated'> {
  const names = by.filter((name): name is TextKey => name !== 'outcome')
  const sums = new Map<string, UsageItem>()
  for (const { start, keys, usage } of items) {
    const kept = Object.fromEntries(names.map((name) => [name, keys[name] ?? '']))
    const key = `${start} ${JSON.stringify(kept)}`
    const sum = sums.get(key) ?? { start, keys: kept, usage: noUsage() }
    addUsage(sum.usage, usage)
    sums.set(key, sum)
  }
  const lines = [...sums.values()]
    .toSorted((one, other) => one.start - other.start)
    .flatMap((item) => (by.includes('outcome') ? byOutcome(item) : [lineOf(item)]))
  return { usage: lines.slice(0, MAX_LINES), truncated: lines.length > MAX_LINES }
}

function lineOf({ start, keys, usage }: UsageItem): UsageLine {
  const { firstByte, whole } = histograms(usage.latency)
  return {
    start: iso(start),
    ...keys,
    attempts: terminalSum(usage),
    ok: usage.ok,
    prompt_tokens: usage.promptTokens,
    cached_tokens: usage.cachedTokens,
    output_tokens: usage.outputTokens,
    reasoning_tokens: usage.reasoningTokens,
    tool_use_tokens: usage.toolUseTokens,
    searches: usage.searches,
    cost_usd: toUsd(usage.costNano),
    unpriced: usage.unpriced,
    first_byte: latencyLine(firstByte),
    whole: latencyLine(whole),
  }
}

const TOGETHER = {
  prompt_tokens: null,
  cached_tokens: null,
  output_tokens: null,
  reasoning_tokens: null,
  tool_use_tokens: null,
  searches: null,
  cost_usd: null,
  unpriced: null,
  first_byte: null,
  whole: null,
}

/**
 * Tokens, money and times are counted for all outcomes together, so here they are null: they must not be taken for 0.
 */
function byOutcome({ start, keys, usage }: UsageItem): UsageLine[] {
  return OUTCOMES.filter((outcome) => usage[outcome] !== 0).map((outcome) => ({
    start: iso(start),
    ...keys,
    outcome,
    attempts: usage[outcome],
    ok: outcome === 'ok' ? usage.ok : 0,
    ...TOGETHER,
  }))
}

function latencyLine({ counts, count, sumMs }: Histogram): LatencyLine {
  return { count, sum_ms: sumMs, counts }
}

export function requestLine(start: number, counts: RequestCounts, user?: string): RequestLine {
  const { ok, failed, refused, cancelled, lost } = counts
  const whose = user === undefined ? {} : { user }
  return { start: iso(start), ...whose, ok, failed, refused, cancelled, lost }
}
