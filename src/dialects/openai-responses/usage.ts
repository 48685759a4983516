/**
 * Token counts in the form of the Responses API. Codex decides by `total_tokens` when to compact a conversation, so
 * it must be the true sum.
 */
import type { UsageMetadata } from '../../gemini/types.ts'
import { countTokens } from '../../gemini/usage.ts'

export interface Usage {
  readonly input_tokens: number
  readonly input_tokens_details: {
    readonly cached_tokens: number
    readonly cache_write_tokens: number
  }
  readonly output_tokens: number
  readonly output_tokens_details: { readonly reasoning_tokens: number }
  readonly total_tokens: number
}

export function toUsage(meta: UsageMetadata | undefined): Usage {
  const { prompt, toolUse, cached, output, reasoning } = countTokens(meta)
  const input = prompt + toolUse
  // Google's candidates exclude thoughts, OpenAI's output includes them.
  const all = output + reasoning
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: cached, cache_write_tokens: 0 },
    output_tokens: all,
    output_tokens_details: { reasoning_tokens: reasoning },
    total_tokens: input + all,
  }
}
