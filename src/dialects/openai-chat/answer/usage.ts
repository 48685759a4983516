/** Token counts in OpenAI's terms (docs/google.md: Token counts; docs/clients.md: Whole answers). */
import type { ChatPlan } from '../plan.ts'
import type { UsageMetadata } from '../../../gemini/types.ts'
import { countTokens, tokensOf } from '../../../gemini/usage.ts'

export interface Usage {
  readonly prompt_tokens: number
  readonly completion_tokens: number
  readonly total_tokens: number
  readonly prompt_tokens_details: {
    readonly cached_tokens: number
    readonly audio_tokens: number
  }
  readonly completion_tokens_details: {
    readonly reasoning_tokens: number
    readonly audio_tokens: number
    readonly accepted_prediction_tokens: number
    readonly rejected_prediction_tokens: number
  }
  /** In dollars, and only if the request asked for it; null if it is not known. */
  readonly cost?: number | null
}

/**
 * Every field is always an integer: clients calculate with them unchecked (docs/clients.md: Whole answers), and
 * protobuf JSON leaves out zeros.
 */
export function toUsage(meta: UsageMetadata | undefined, cost?: number | null): Usage {
  const tokens = countTokens(meta)
  const prompt = tokens.prompt + tokens.toolUse
  // Google's candidates exclude thoughts, OpenAI's completion includes them.
  const completion = tokens.output + tokens.reasoning
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    // Calculated here, since Google's own total may leave out a part.
    total_tokens: prompt + completion,
    prompt_tokens_details: {
      cached_tokens: tokens.cached,
      audio_tokens: tokensOf('AUDIO', meta?.promptTokensDetails),
    },
    completion_tokens_details: {
      reasoning_tokens: tokens.reasoning,
      audio_tokens: tokensOf('AUDIO', meta?.candidatesTokensDetails),
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
    ...(cost !== undefined && { cost }),
  }
}

/**
 * Adds the cost of one more choice; undefined if the client did not ask for it. Each choice is priced alone, since
 * each was a request of its own to Google.
 */
export function plusCost(
  sum: number | null | undefined,
  { costOf }: Pick<ChatPlan, 'costOf'>,
  usage: UsageMetadata | undefined,
): number | null | undefined {
  if (!costOf || sum === null) return sum
  const more = costOf(usage)
  return more === null ? null : (sum ?? 0) + more
}
