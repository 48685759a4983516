import type { TokenCounts } from '../../gemini/usage.ts'
import { OUTCOMES, type Outcome } from '../../upstreams/verdict.ts'
import { type Span, startOf } from './spans.ts'

/** Attempts by terminal state, and the tokens they used. */
export interface Usage extends Record<Outcome, number> {
  promptTokens: number
  cachedTokens: number
  outputTokens: number
  reasoningTokens: number
  toolUseTokens: number
}

/** Whose use: attempts are counted by credential and model. */
export interface UsageKey {
  readonly credentialId: string
  readonly model: string
}

/** Use of one credential on one model in the minute, hour or day that begins at `start` (epoch milliseconds). */
export interface UsageRow extends Usage, UsageKey {
  readonly start: number
}

/** The columns of every table that keeps a usage, in the order of `usageValues`. */
export const USAGE_COLUMNS = [
  ...OUTCOMES,
  'prompt_tokens',
  'cached_tokens',
  'output_tokens',
  'reasoning_tokens',
  'tool_use_tokens',
] as const
export type UsageColumns = Record<(typeof USAGE_COLUMNS)[number], number>

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
  }
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
}

/** Σ terminal: how many attempts ended. */
export function terminalSum(usage: Usage): number {
  return OUTCOMES.reduce((sum, outcome) => sum + usage[outcome], 0)
}

export function usageValues(usage: Usage): number[] {
  return [
    ...OUTCOMES.map((outcome) => usage[outcome]),
    usage.promptTokens,
    usage.cachedTokens,
    usage.outputTokens,
    usage.reasoningTokens,
    usage.toolUseTokens,
  ]
}

export function usageFrom(row: UsageColumns): Usage {
  const usage = noUsage()
  for (const outcome of OUTCOMES) usage[outcome] = row[outcome]
  usage.promptTokens = row.prompt_tokens
  usage.cachedTokens = row.cached_tokens
  usage.outputTokens = row.output_tokens
  usage.reasoningTokens = row.reasoning_tokens
  usage.toolUseTokens = row.tool_use_tokens
  return usage
}

/** Rows of finer spans added up to one a span and key, oldest first. Rows that are of the span already stay as they are. */
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
