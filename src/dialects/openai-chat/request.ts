/**
 * An OpenAI chat request as Gemini's (client-protocols §1.1, §1.2; google-upstreams §4.1, §4.7,
 * §4.8).
 */
import type { Failure } from '../../failure/failure.ts'
import type { Content, GenerateContentRequest, Part, Tool } from '../../gemini/types.ts'
import { conflictIn } from './conflicts.ts'
import { FunctionNames } from '../../gemini/ask/function-names.ts'
import { calledNames, toConversation } from './messages.ts'
import { type AnswerPlan, PLAIN } from './plan.ts'
import type { ChatRequest } from './body/schema.ts'
import { toSettings, verbosityText } from './settings/settings.ts'
import { toReasoningFormat } from './settings/thinking.ts'
import { offeredFunctions, toTools } from './tools.ts'

export type TranslatedRequest =
  | { readonly ok: true; readonly request: GenerateContentRequest; readonly plan: AnswerPlan }
  | { readonly ok: false; readonly failure: Failure }

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
  const called = calledNames(chat.messages)
  const names =
    offered.size + called.length === 0
      ? FunctionNames.NONE
      : new FunctionNames([...offered.keys(), ...called])
  const translated = toTools(chat, offered, names)
  if (!translated.ok) return translated
  const { system, contents: turns } = toConversation(chat.messages, names)
  const contents = turns.length === 0 ? onlySystem(system) : framed(turns)
  if (contents === undefined) {
    const message = 'The messages hold no text. Send at least one message that is not empty.'
    return { ok: false, failure: { reason: 'invalid_value', message, param: 'messages' } }
  }
  const { tools, toolConfig, customTools, legacyFunctions } = translated
  const settings = toSettings(chat)
  const verbosity = verbosityText(chat)
  if (verbosity !== null && settings.cachedContent === undefined) system.push({ text: verbosity })
  const request: GenerateContentRequest = { ...settings, contents }
  if (turns.length > 0 && system.length > 0) request.systemInstruction = { parts: system }
  if (tools.length > 0) request.tools = tools
  if (toolConfig !== undefined) request.toolConfig = toolConfig
  const failure = conflictIn(request, chat)
  if (failure !== null) return { ok: false, failure }
  const { reasoning, reasoningAsked } = toReasoningFormat(chat)
  const plan: AnswerPlan = {
    ...PLAIN,
    reasoning,
    reasoningAsked,
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
function framed(turns: Content[]): Content[] {
  if (turns.at(0)?.role !== 'model' && turns.at(-1)?.role !== 'model') return turns
  const contents = [...turns]
  if (contents.at(0)?.role === 'model') contents.unshift({ role: 'user', parts: [{ text: BLANK }] })
  if (contents.at(-1)?.role === 'model')
    contents.push({ role: 'user', parts: [{ text: CONTINUE }] })
  return contents
}
