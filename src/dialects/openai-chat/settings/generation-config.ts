/** Sampling and limits (docs/clients.md: Fields). Leaving out what a model refuses or ignores is up to `fit`. */
import * as v from 'valibot'
import type { GenerationConfig } from '../../../gemini/types.ts'
import { present } from '../../../json/record.ts'
import { stop, stopsIn } from '../../openai/stops.ts'
import { boolean, integer, number } from '../../words.ts'
import { count } from '../../openai/counts.ts'
import { lazy } from '../../../lazy.ts'

function between(min: number, max: number) {
  const message = `must be between ${min} and ${max}`
  return v.nullish(v.pipe(number(), v.minValue(min, message), v.maxValue(max, message)))
}

export const generationEntries = lazy(() => ({
  max_completion_tokens: count(),
  max_tokens: count(),
  temperature: between(0, 2),
  top_p: between(0, 1),
  top_k: count(),
  stop: stop(),
  seed: v.nullish(integer()),
  presence_penalty: between(-2, 2),
  frequency_penalty: between(-2, 2),
  logprobs: v.nullish(boolean()),
  top_logprobs: v.nullish(
    v.pipe(
      integer(),
      v.minValue(0, 'must be between 0 and 20'),
      v.maxValue(20, 'must be between 0 and 20'),
    ),
  ),
}))

const generationFields = lazy(() => v.object(generationEntries()))
type GenerationFields = v.InferOutput<ReturnType<typeof generationFields>>

/** `logit_bias`, `user` and the like are dropped: Google has no such fields (docs/google.md: Generation settings). */
export function toGenerationConfig(chat: GenerationFields): GenerationConfig {
  const stopSequences = stopsIn(chat.stop)
  return present({
    maxOutputTokens: positive(chat.max_completion_tokens) ?? positive(chat.max_tokens),
    temperature: chat.temperature,
    topP: positive(chat.top_p),
    topK: positive(chat.top_k),
    stopSequences: stopSequences.length > 0 ? stopSequences : null,
    // OpenAI's seeds have 64 bits, Google's 32: the low bits are kept.
    seed: typeof chat.seed === 'number' ? chat.seed | 0 : null,
    // Clients send 0 for "no penalty", but some models refuse penalties of any value.
    presencePenalty: chat.presence_penalty || null,
    frequencyPenalty: chat.frequency_penalty || null,
    responseLogprobs: chat.logprobs || null,
    logprobs: chat.logprobs ? chat.top_logprobs : null,
  })
}

/** Zero and negative values mean "not set" (docs/clients.md: Fields). */
function positive(value: number | null | undefined): number | undefined {
  return typeof value === 'number' && value > 0 ? value : undefined
}
