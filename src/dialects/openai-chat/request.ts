/**
 * Translates an OpenAI chat request into Gemini's (docs/clients.md: Fields, Messages; docs/google.md: Turns,
 * Generation settings).
 */
import type { Failure } from '../../failure/failure.ts'
import type { GenerateContentRequest } from '../../gemini/types.ts'
import { conflictIn } from './conflicts.ts'
import { calleeOf } from '../../gemini/answer/plan.ts'
import { FunctionNames } from '../../gemini/ask/function-names.ts'
import { toConversation } from './messages.ts'
import { type ChatPlan, PLAIN } from './plan.ts'
import type { ChatRequest } from './body/schema.ts'
import { toSettings, verbosityText } from './settings/settings.ts'
import { toReasoningFormat } from './settings/thinking.ts'
import { offeredFunctions, toTools } from './tools.ts'

export type TranslatedRequest =
  | { readonly ok: true; readonly request: GenerateContentRequest; readonly plan: ChatPlan }
  | { readonly ok: false; readonly failure: Failure }

export function toGeminiRequest(chat: ChatRequest): TranslatedRequest {
  const conversation = toConversation(chat.messages)
  const offered = offeredFunctions(chat)
  const names = FunctionNames.of(offered, conversation.calledNames)
  const translated = toTools(chat, offered, names)
  if (!translated.ok) return translated
  if (conversation.isEmpty) {
    const message = 'The messages hold no text. Send at least one message that is not empty.'
    return { ok: false, failure: { reason: 'invalid_value', message, param: 'messages' } }
  }
  const { tools, toolConfig, customTools, legacyFunctions } = translated
  const settings = toSettings(chat)
  const verbosity = verbosityText(chat)
  if (verbosity !== null && settings.cachedContent === undefined) {
    conversation.system([{ text: verbosity }])
  }
  const request: GenerateContentRequest = { ...settings, ...conversation.toGemini(names) }
  if (tools.length > 0) request.tools = tools
  if (toolConfig !== undefined) request.toolConfig = toolConfig
  const failure = conflictIn(request, chat)
  if (failure !== null) return { ok: false, failure }
  const { reasoning, reasoningAsked } = toReasoningFormat(chat)
  const plan: ChatPlan = {
    ...PLAIN,
    reasoning,
    reasoningAsked,
    includeUsage: chat.stream_options?.include_usage === true || chat.usage?.include === true,
    includesCost: chat.usage?.include === true,
    callee: calleeOf(request),
    functionNames: names.changed(),
    customTools,
    legacyFunctions,
    // The form older than tools allows only one call a message.
    parallelToolCalls: chat.parallel_tool_calls !== false && !legacyFunctions,
  }
  return { ok: true, request, plan }
}
