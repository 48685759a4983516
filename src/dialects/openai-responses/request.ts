/** Translates a request of the Responses API into Gemini's. */
import type { Failure } from '../../failure/failure.ts'
import { type AnswerPlan, calleeOf, PLAIN_ANSWER } from '../../gemini/answer/plan.ts'
import { FunctionNames } from '../../gemini/ask/function-names.ts'
import { declare, toToolConfig } from '../../gemini/ask/functions.ts'
import type {
  GenerateContentRequest,
  GenerationConfig,
  ThinkingConfig,
} from '../../gemini/types.ts'
import { present } from '../../json/record.ts'
import { cacheIn } from '../cached-content.ts'
import { EFFORTS } from '../efforts.ts'
import { cacheConflict } from '../openai/cache-conflict.ts'
import { stopsIn } from '../openai/stops.ts'
import type { ResponsesRequest } from './body.ts'
import { COMPACT } from './compaction.ts'
import { toConversation } from './conversation.ts'
import type { Item } from './items.ts'
import { toChoice } from './tool-choice.ts'
import { builtInTools, Offers } from './tools.ts'

export type Translation =
  | {
      readonly ok: true
      readonly request: GenerateContentRequest
      readonly plan: AnswerPlan
      readonly offers: Offers
    }
  | { readonly ok: false; readonly failure: Failure }

/** Tiers of OpenAI's that Google has too. The others are not sent to Google. */
const TIERS: ReadonlySet<string> = new Set(['flex', 'priority'])

/**
 * `items`: the whole input, including what was stored before it. `compacts`: the request asks for a summary of it
 * instead of an answer.
 */
export function toGeminiRequest(
  given: ResponsesRequest,
  items: readonly Item[],
  compacts: boolean,
): Translation {
  const asked = configured(given, items)
  const offers = offersOf(asked, items)
  const all = [...instructionsOf(asked), ...items]
  const conversation = toConversation(all, offers)
  // The model would make up a summary of nothing.
  if (conversation.isEmpty) return { ok: false, failure: EMPTY }
  if (compacts) conversation.user([{ text: COMPACT }])
  const names = FunctionNames.of(offers.functions, conversation.calledNames)
  const chosen = toChoice(asked.tool_choice, offers)
  if (!chosen.ok) return chosen
  const cache = cacheIn(asked)
  const verbosity = compacts || cache.cachedContent ? null : verbosityOf(asked)
  if (verbosity !== null) conversation.system([{ text: verbosity }])
  const { choice } = chosen
  const declared = compacts ? null : declare(offers.functions.values(), choice, names)
  const googles = compacts || choice.mode === 'NONE' ? [] : builtInTools(offers)
  if (declared === null && googles.length > 0) {
    conversation.system(offers.notes.map((text) => ({ text })))
  }
  const tools = declared === null ? googles : [declared, ...googles]
  const toolConfig = declared === null ? undefined : toToolConfig(choice, names)
  const tier = asked.service_tier
  const request: GenerateContentRequest = {
    generationConfig: toGenerationConfig(asked, compacts),
    ...(tier && TIERS.has(tier) && { serviceTier: tier }),
    ...cache,
    ...conversation.toGemini(names),
    ...(tools.length > 0 && { tools }),
    ...(toolConfig !== undefined && { toolConfig }),
  }
  const failure = cacheConflict(request, 'instructions, system messages and tools')
  if (failure !== null) return { ok: false, failure }
  const plan: AnswerPlan = {
    ...PLAIN_ANSWER,
    callee: compacts ? 'nobody' : calleeOf(request),
    functionNames: names.changed(),
    parallelToolCalls: asked.parallel_tool_calls !== false,
  }
  return { ok: true, request, plan, offers }
}

/** What is asked, as the updates among the items have changed it. */
function configured(asked: ResponsesRequest, items: readonly Item[]): ResponsesRequest {
  let { reasoning, text } = asked
  for (const item of items) {
    if (item.type !== 'configuration_update') continue
    if (item.reasoning?.effort) reasoning = { ...reasoning, effort: item.reasoning.effort }
    if (item.text?.format) text = { ...text, format: item.text.format }
  }
  return { ...asked, reasoning, text }
}

/** The tools of the request, and those that came with its items. */
function offersOf(asked: ResponsesRequest, items: readonly Item[]): Offers {
  const offers = new Offers()
  offers.add(asked.tools)
  for (const item of items) {
    if (item.type === 'additional_tools') offers.add(item.tools)
    if (item.type === 'tool_search_output') offers.addFound(item.tools)
  }
  return offers
}

function instructionsOf({ instructions }: ResponsesRequest): readonly Item[] {
  if (!instructions) return []
  if (typeof instructions !== 'string') return instructions
  return [{ type: 'message', role: 'system', content: [instructions] }]
}

function toGenerationConfig(asked: ResponsesRequest, compacts: boolean): GenerationConfig {
  const { text, include } = asked
  const format = compacts ? undefined : text?.format
  const isJson = format !== undefined && format !== null && format.type !== 'text'
  const schema = isJson ? (format.schema ?? format.json_schema?.schema) : undefined
  const wantsLogprobs =
    (asked.top_logprobs ?? 0) > 0 || include.includes('message.output_text.logprobs')
  const stopSequences = stopsIn(asked.stop)
  return present({
    maxOutputTokens: compacts ? undefined : positive(asked.max_output_tokens),
    temperature: asked.temperature,
    topP: positive(asked.top_p),
    topK: positive(asked.top_k),
    stopSequences: stopSequences.length > 0 && !compacts ? stopSequences : null,
    // OpenAI's seeds have 64 bits, Google's 32: the low bits are kept.
    seed: typeof asked.seed === 'number' ? asked.seed | 0 : null,
    presencePenalty: asked.presence_penalty || null,
    frequencyPenalty: asked.frequency_penalty || null,
    responseLogprobs: wantsLogprobs || null,
    logprobs: wantsLogprobs ? asked.top_logprobs : null,
    responseMimeType: isJson ? 'application/json' : null,
    responseJsonSchema: schema,
    thinkingConfig: thinkingOf(asked, compacts),
  })
}

/** Thoughts are requested only if the client wants a summary of them. */
function thinkingOf({ reasoning }: ResponsesRequest, compacts: boolean): ThinkingConfig {
  const amount = reasoning?.effort ? EFFORTS[reasoning.effort] : {}
  const summary = reasoning?.summary ?? reasoning?.generate_summary
  const isTold = Boolean(summary) && summary !== 'none'
  return { ...amount, includeThoughts: isTold && !compacts }
}

/** Zero and negative values mean "not set". */
function positive(value: number | null | undefined): number | undefined {
  return typeof value === 'number' && value > 0 ? value : undefined
}

/** Gemini has no such setting, so the model is asked in words. */
const IN_WORDS = {
  low: 'Keep your answers short.',
  medium: null,
  high: 'Answer at length and in detail.',
} as const

export function verbosityOf({ text }: ResponsesRequest): string | null {
  return text?.verbosity ? IN_WORDS[text.verbosity] : null
}

const EMPTY: Failure = {
  reason: 'missing_required_parameter',
  message: "Missing required parameter: 'input'.",
  param: 'input',
}
