import type { ChatContext } from '../../../src/dialects/openai-chat/answer/context.ts'
import type { ChatPlan } from '../../../src/dialects/openai-chat/plan.ts'
import {
  toChatCompletionOf,
  type TranslatedResponse,
} from '../../../src/dialects/openai-chat/answer/whole.ts'
import type { GenerateContentResponse } from '../../../src/gemini/types.ts'

/** A completion of one choice. */
export function toChatCompletion(
  response: GenerateContentResponse,
  context: ChatContext,
  plan: ChatPlan,
): TranslatedResponse {
  return toChatCompletionOf([{ response, plan }], context)
}
