import type { UsageMetadata } from './types.ts'

/** Tokens of one attempt, as Google counted them (google-upstreams §5.6). */
export interface TokenCounts {
  readonly prompt: number
  /** Part of `prompt`. */
  readonly cached: number
  /** Visible output, without reasoning. */
  readonly output: number
  readonly reasoning: number
  readonly toolUse: number
}

export const NO_TOKENS: TokenCounts = { prompt: 0, cached: 0, output: 0, reasoning: 0, toolUse: 0 }

/** Counts of the last metadata seen. Always integers: what protobuf JSON left out is zero, and so is what is no count. */
export function countTokens(usage: UsageMetadata | undefined): TokenCounts {
  return {
    prompt: count(usage?.promptTokenCount),
    cached: count(usage?.cachedContentTokenCount),
    output: count(usage?.candidatesTokenCount),
    reasoning: count(usage?.thoughtsTokenCount),
    toolUse: count(usage?.toolUsePromptTokenCount),
  }
}

function count(value: number | undefined): number {
  return value !== undefined && Number.isSafeInteger(value) && value > 0 ? value : 0
}
