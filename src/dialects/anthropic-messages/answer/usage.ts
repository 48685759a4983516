import type { UsageMetadata } from '../../../gemini/types.ts'
import { countTokens } from '../../../gemini/usage.ts'

export interface Usage {
  /** Without what was read from a cache. */
  readonly input_tokens: number
  readonly cache_creation_input_tokens: number
  readonly cache_read_input_tokens: number
  /** With thoughts. */
  readonly output_tokens: number
  readonly output_tokens_details: { readonly thinking_tokens: number }
  readonly server_tool_use?: {
    readonly web_search_requests: number
    readonly web_fetch_requests: number
  }
}

/** All fields always: of some clients the last one to come overrides, others take the first (docs/clients.md). */
export function toUsage(meta: UsageMetadata | undefined, searches = 0): Usage {
  const { prompt, cached, output, reasoning, toolUse } = countTokens(meta)
  return {
    input_tokens: Math.max(0, prompt - cached) + toolUse,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: cached,
    output_tokens: output + reasoning,
    output_tokens_details: { thinking_tokens: reasoning },
    ...(searches > 0 && {
      server_tool_use: { web_search_requests: searches, web_fetch_requests: 0 },
    }),
  }
}

/**
 * As a message begins: clients add what the end says to it. `estimate`: of the prompt, since Vertex AI and Code Assist count it
 * only at the end, and some clients look for it only here (docs/clients.md).
 */
export function toOpeningUsage(meta: UsageMetadata | undefined, estimate: () => number): Usage {
  const usage = toUsage(meta)
  const isCounted = usage.input_tokens + usage.cache_read_input_tokens > 0
  return {
    ...usage,
    ...(!isCounted && { input_tokens: estimate() }),
    output_tokens: 0,
    output_tokens_details: { thinking_tokens: 0 },
  }
}
