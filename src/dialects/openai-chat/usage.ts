/** Token counts in OpenAI's terms (client-protocols §1.3, google-upstreams §5.6). */
import type { UsageMetadata } from '../../gemini/types.ts'

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
}

/**
 * Always integers: clients do arithmetic on them unseen (E49), and protobuf JSON leaves zeros out.
 */
export function toUsage(meta: UsageMetadata | undefined): Usage {
  const prompt = count(meta?.promptTokenCount) + count(meta?.toolUsePromptTokenCount)
  const thoughts = count(meta?.thoughtsTokenCount)
  // Google's candidates are without thoughts, OpenAI's completion is with them.
  const completion = count(meta?.candidatesTokenCount) + thoughts
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    // Summed, so that it is the sum: Google's own total may leave a part out.
    total_tokens: prompt + completion,
    prompt_tokens_details: {
      cached_tokens: count(meta?.cachedContentTokenCount),
      audio_tokens: 0,
    },
    completion_tokens_details: {
      reasoning_tokens: thoughts,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  }
}

function count(value: number | undefined): number {
  return value !== undefined && Number.isSafeInteger(value) && value > 0 ? value : 0
}
