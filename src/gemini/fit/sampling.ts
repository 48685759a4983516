/**
 * Leaves out sampling settings that a model refuses or ignores. Where it ignores them, the answer is the same without
 * (docs/google.md: Generation settings).
 */
import type { GenerateContentRequest } from '../types.ts'
import { changeConfig } from './config.ts'
import type { Aim } from './aim.ts'

/** Google's range ends before 2, while OpenAI's includes 2. */
const MAX_PENALTY = 1.99

export function fitSampling(
  request: GenerateContentRequest,
  { upstream, traits }: Aim,
): GenerateContentRequest {
  const config = request.generationConfig
  if (config === undefined) return request
  const { temperature, topP, topK, responseLogprobs, logprobs, candidateCount = 1 } = config
  const hasLogprobs = responseLogprobs === true && traits.logprobs.includes(upstream)
  return changeConfig(request, {
    temperature: traits.sampling ? temperature : undefined,
    topP: traits.sampling ? topP : undefined,
    topK: traits.sampling ? topK : undefined,
    presencePenalty: traits.penalties ? below(config.presencePenalty, MAX_PENALTY) : undefined,
    frequencyPenalty: traits.penalties ? below(config.frequencyPenalty, MAX_PENALTY) : undefined,
    candidateCount:
      candidateCount > 1 && candidateCount <= traits.candidates ? candidateCount : undefined,
    responseLogprobs: hasLogprobs || undefined,
    logprobs: hasLogprobs ? logprobs : undefined,
    // Google refuses a limit above the model's own. The model's own limit gives the same answer.
    maxOutputTokens: below(config.maxOutputTokens, traits.maxOutput),
  })
}

function below(value: number | undefined, limit: number): number | undefined {
  return value === undefined ? undefined : Math.min(value, limit)
}
