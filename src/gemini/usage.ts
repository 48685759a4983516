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

/** Counts of the last metadata seen; what protobuf JSON left out is zero. */
export function countTokens(usage: UsageMetadata | undefined): TokenCounts {
  if (usage === undefined) return NO_TOKENS
  return {
    prompt: usage.promptTokenCount ?? 0,
    cached: usage.cachedContentTokenCount ?? 0,
    output: usage.candidatesTokenCount ?? 0,
    reasoning: usage.thoughtsTokenCount ?? 0,
    toolUse: usage.toolUsePromptTokenCount ?? 0,
  }
}
