import type { TokenCounts } from '../../gemini/usage.ts'
import { OUTCOMES, type Outcome } from '../../upstreams/verdict.ts'
import {
  LATENCY_COLUMNS,
  type Latency,
  latencyFrom,
  NO_LATENCY,
  plus,
  type Took,
  withAttempt,
} from './latency.ts'
import { type Span, startOf } from './time-spans.ts'

/** Attempts by terminal state, and the tokens they used. */
export interface Usage extends Record<Outcome, number> {
  promptTokens: number
  cachedTokens: number
  outputTokens: number
  reasoningTokens: number
  toolUseTokens: number
  /** The known part of the cost, in 1e-9 dollars. */
  costNano: number
  /** Attempts whose tokens have no known price; they are not in `costNano`. */
  unpriced: number
  /** Web searches that Google bills. */
  searches: number
  latency: Latency
}

/** Attempts are counted by credential and model. */
export interface UsageKey {
  readonly credentialId: string
  readonly model: string
}

/** Use of one credential on one model in the minute, hour or day that begins at `start` (epoch milliseconds). */
export interface UsageRow extends Usage, UsageKey {
  readonly start: number
}

/** The columns of every table that stores a usage, in the order of `countValues`. */
export const COUNT_COLUMNS = [
  ...OUTCOMES,
  'prompt_tokens',
  'cached_tokens',
  'output_tokens',
  'reasoning_tokens',
  'tool_use_tokens',
  'cost_nano',
  'unpriced',
  'searches',
] as const
export type CountColumns = Record<(typeof COUNT_COLUMNS)[number], number>

/** The columns of tables that SQL sums up, latencies included; in the order of `usageValues`. */
export const USAGE_COLUMNS: readonly string[] = [...COUNT_COLUMNS, ...LATENCY_COLUMNS]
export type UsageColumns = CountColumns & Record<string, SqlStorageValue>

export function noUsage(): Usage {
  return {
    ok: 0,
    client_fault: 0,
    credential_fault: 0,
    quota: 0,
    upstream_fault: 0,
    cancelled: 0,
    lost: 0,
    promptTokens: 0,
    cachedTokens: 0,
    outputTokens: 0,
    reasoningTokens: 0,
    toolUseTokens: 0,
    costNano: 0,
    unpriced: 0,
    searches: 0,
    latency: NO_LATENCY,
  }
}

/** What an attempt used, cost and took. */
export interface Spent {
  readonly tokens: TokenCounts
  /** In 1e-9 dollars; null: not known. */
  readonly costNano: number | null
  readonly searches: number
  readonly took: Took | null
}

export function addSpent(usage: Usage, { tokens, costNano, searches, took }: Spent): void {
  addTokens(usage, tokens)
  if (costNano === null) usage.unpriced++
  else usage.costNano += costNano
  usage.searches += searches
  if (took !== null) usage.latency = withAttempt(usage.latency, took)
}

/** Counts each token once: cached tokens are part of the prompt. */
export function tokensIn({ prompt, output, reasoning, toolUse }: TokenCounts): number {
  return prompt + output + reasoning + toolUse
}

export function addTokens(usage: Usage, tokens: TokenCounts): void {
  usage.promptTokens += tokens.prompt
  usage.cachedTokens += tokens.cached
  usage.outputTokens += tokens.output
  usage.reasoningTokens += tokens.reasoning
  usage.toolUseTokens += tokens.toolUse
}

export function addUsage(sum: Usage, more: Usage): void {
  for (const outcome of OUTCOMES) sum[outcome] += more[outcome]
  sum.promptTokens += more.promptTokens
  sum.cachedTokens += more.cachedTokens
  sum.outputTokens += more.outputTokens
  sum.reasoningTokens += more.reasoningTokens
  sum.toolUseTokens += more.toolUseTokens
  sum.costNano += more.costNano
  sum.unpriced += more.unpriced
  sum.searches += more.searches
  sum.latency = plus(sum.latency, more.latency)
}

/** Σ terminal states: how many attempts ended. */
export function terminalSum(usage: Usage): number {
  return OUTCOMES.reduce((sum, outcome) => sum + usage[outcome], 0)
}

export function usageValues(usage: Usage): number[] {
  return [...countValues(usage), ...usage.latency]
}

export function countValues(usage: Usage): number[] {
  return [
    ...OUTCOMES.map((outcome) => usage[outcome]),
    usage.promptTokens,
    usage.cachedTokens,
    usage.outputTokens,
    usage.reasoningTokens,
    usage.toolUseTokens,
    usage.costNano,
    usage.unpriced,
    usage.searches,
  ]
}

export function usageFrom(row: UsageColumns): Usage {
  const usage = countsFrom(row)
  usage.latency = latencyFrom(LATENCY_COLUMNS.map((column) => row[column]))
  return usage
}

export function countsFrom(row: CountColumns): Usage {
  const usage = noUsage()
  for (const outcome of OUTCOMES) usage[outcome] = row[outcome]
  usage.promptTokens = row.prompt_tokens
  usage.cachedTokens = row.cached_tokens
  usage.outputTokens = row.output_tokens
  usage.reasoningTokens = row.reasoning_tokens
  usage.toolUseTokens = row.tool_use_tokens
  usage.costNano = row.cost_nano
  usage.unpriced = row.unpriced
  usage.searches = row.searches
  return usage
}

/**
 * Adds up rows of finer spans to one row for each span and key, oldest first. Rows that already have this span stay
 * as they are.
 */
export function fold(rows: Iterable<UsageRow>, span: Span): UsageRow[] {
  const sums = new Map<string, UsageRow>()
  for (const row of rows) {
    const start = startOf(span, row.start)
    const key = `${start} ${keyOf(row)}`
    const sum = sums.get(key)
    if (sum === undefined) sums.set(key, { ...row, start })
    else addUsage(sum, row)
  }
  return [...sums.values()].toSorted((a, b) => a.start - b.start)
}

export function keyOf({ credentialId, model }: UsageKey): string {
  return `${credentialId} ${model}`
}
