import type { UsageMetadata } from '../../../gemini/types.ts'
import { countTokens } from '../../../gemini/usage.ts'

export interface Usage {
  /** Without tokens that were read from a cache. */
  readonly input_tokens: number
  readonly cache_creation_input_tokens: number
  readonly cache_read_input_tokens: number
  /** Thoughts included. */
  readonly output_tokens: number
  readonly output_tokens_details: { readonly thinking_tokens: number }
  readonly server_tool_use?: {
    readonly web_search_requests: number
    readonly web_fetch_requests: number
  }
}

/** All fields are always present: some clients take the last value of a field, others the first (docs/clients.md). */
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
 * Usage at the beginning of a message. Vertex AI and Code Assist count the prompt only at the end, but some clients
 * read its tokens only here (docs/clients.md). So `estimate`, the estimated tokens of the prompt, stands in until
 * they are counted. Clients add the output from the end of the message.
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
