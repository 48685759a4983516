/**
 * An OpenAI chat request as Gemini's (client-protocols §1.1, §1.2; google-upstreams §4.1, §4.7,
 * §4.8).
 */
import type { Failure } from '../../http/errors.ts'
import { findModel } from '../../gemini/catalogue.ts'
import type {
  Content,
  GenerateContentRequest,
  GenerationConfig,
  Part,
  Tool,
} from '../../gemini/types.ts'
import { FunctionNames } from './function-names.ts'
import { calledNames, toConversation } from './messages.ts'
import { type AnswerPlan, PLAIN } from './plan.ts'
import type { ChatRequest } from './schema.ts'
import { offeredFunctions, toTools } from './tools.ts'

export type TranslatedRequest =
  | { readonly ok: true; readonly request: GenerateContentRequest; readonly plan: AnswerPlan }
  | { readonly ok: false; readonly failure: Failure }

/** Google refuses a sixth (google-upstreams §4.7); OpenAI's own limit is four. */
const MAX_STOP_SEQUENCES = 5

/**
 * A turn that says nothing: Google refuses an empty part, and some models a history that begins
 * with the model.
 */
const BLANK = ' '

/**
 * OpenAI answers a conversation that ends with the assistant by another assistant turn; Gemini 3.7
 * and later refuse it (google-upstreams §4.1, E82). So the turn stays where it is, word for word,
 * and this asks for what comes next. The same for all models: the meaning of a request should not
 * depend on which model serves it.
 */
const CONTINUE = 'Continue from exactly where your last message ends.'

export function toGeminiRequest(chat: ChatRequest): TranslatedRequest {
  const offered = offeredFunctions(chat)
  const names = new FunctionNames([...offered.keys(), ...calledNames(chat.messages)])
  const translated = toTools(chat, offered, names)
  if (!translated.ok) return translated
  const { system, contents: turns } = toConversation(chat.messages, names)
  const contents = turns.length === 0 ? onlySystem(system) : framed(turns)
  if (contents === undefined) {
    const message = 'The messages hold no text. Send at least one message that is not empty.'
    return { ok: false, failure: { reason: 'invalid_value', message, param: 'messages' } }
  }
  const { tools, toolConfig, customTools, legacyFunctions } = translated
  const config = toGenerationConfig(chat)
  const request: GenerateContentRequest = {
    contents,
    ...(turns.length > 0 && system.length > 0 && { systemInstruction: { parts: system } }),
    ...(tools.length > 0 && { tools }),
    ...(toolConfig !== undefined && { toolConfig }),
    ...(Object.keys(config).length > 0 && { generationConfig: config }),
  }
  const plan: AnswerPlan = {
    ...PLAIN,
    includeUsage: chat.stream_options?.include_usage === true,
    callee: calleeOf(tools),
    functionNames: names.changed(),
    customTools,
    legacyFunctions,
    // Before tools there was one call a message.
    parallelToolCalls: chat.parallel_tool_calls !== false && !legacyFunctions,
  }
  return { ok: true, request, plan }
}

function calleeOf(tools: readonly Tool[]): AnswerPlan['callee'] {
  const declares = tools.some(({ functionDeclarations = [] }) => functionDeclarations.length > 0)
  if (declares) return 'client'
  return tools.length > 0 ? 'google' : 'nobody'
}

/** Google needs a content, so a conversation of system texts alone becomes the user's (E55). */
function onlySystem(system: Part[]): Content[] | undefined {
  return system.length === 0 ? undefined : [{ role: 'user', parts: system }]
}

/** A conversation that begins and ends with the user. */
function framed(turns: readonly Content[]): Content[] {
  const contents = [...turns]
  if (contents.at(0)?.role === 'model') contents.unshift({ role: 'user', parts: [{ text: BLANK }] })
  if (contents.at(-1)?.role === 'model')
    contents.push({ role: 'user', parts: [{ text: CONTINUE }] })
  return contents
}

/**
 * Penalties, `logit_bias`, `user` and the like are dropped: Google has no such field or refuses it
 * (google-upstreams §4.8).
 */
function toGenerationConfig(chat: ChatRequest): GenerationConfig {
  const config: GenerationConfig = {}
  const maxOutputTokens = positive(chat.max_completion_tokens) ?? positive(chat.max_tokens)
  if (maxOutputTokens !== undefined) {
    // Google refuses more than the model can give; the answer is the same with the model's own
    // limit.
    const limit = findModel(chat.model)?.maxOutput ?? maxOutputTokens
    config.maxOutputTokens = Math.min(maxOutputTokens, limit)
  }
  if (typeof chat.temperature === 'number') config.temperature = chat.temperature
  const topP = positive(chat.top_p)
  if (topP !== undefined) config.topP = topP
  const topK = positive(chat.top_k)
  if (topK !== undefined) config.topK = topK
  const stop = toStopSequences(chat.stop)
  if (stop.length > 0) config.stopSequences = stop
  // OpenAI's seeds are 64 bits wide, Google's 32: the low bits decide.
  if (typeof chat.seed === 'number') config.seed = chat.seed | 0
  return config
}

/** Trimmed rather than refused, as E76 has it: one stop too many must not cost the answer. */
function toStopSequences(stop: ChatRequest['stop']): string[] {
  const all = typeof stop === 'string' ? [stop] : (stop ?? [])
  return all.filter((text) => text !== '').slice(0, MAX_STOP_SEQUENCES)
}

/** Zero and below stand for "not set" (E77; for `top_p`, §1.1). */
function positive(value: number | null | undefined): number | undefined {
  return typeof value === 'number' && value > 0 ? value : undefined
}
