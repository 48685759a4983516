/** Translates a request of Anthropic's into Gemini's. */
import type { Cuttings } from '../../bytes/cuttings.ts'
import type { Failure } from '../../failure/failure.ts'
import { calleeOf, PLAIN_ANSWER, type AnswerPlan } from '../../gemini/answer/plan.ts'
import { FunctionNames } from '../../gemini/ask/function-names.ts'
import { declare, toToolConfig } from '../../gemini/ask/functions.ts'
import type { Attachment } from '../../gemini/media/attachment.ts'
import type { GenerateContentRequest, GenerationConfig, Tool } from '../../gemini/types.ts'
import { present } from '../../json/record.ts'
import { cacheIn, conflictWithCache } from '../cached-content.ts'
import { readTools, toChoice } from './ask/tools.ts'
import { type Thoughts, toThoughts } from './ask/thinking.ts'
import type { Fields } from './body/fields.ts'
import { readMessages } from './body/messages.ts'
import { problemOf, Reading } from './body/reading.ts'

/** What the answer must know about the request. */
export interface MessagePlan extends AnswerPlan {
  /** Whether the client accepts blocks of thoughts and sends them back with their signatures. */
  readonly knowsThoughts: boolean
  /** Whether the model searches the web. The result of the search then comes before the text. */
  readonly searches: boolean
  readonly runsCode: boolean
  /** Stop sequences may end an answer before its first word, so an empty one is fine. */
  readonly mayBeEmpty: boolean
}

export type TranslatedRequest =
  | { readonly ok: true; readonly request: GenerateContentRequest; readonly plan: MessagePlan }
  | { readonly ok: false; readonly failure: Failure }

export type ReadRequest =
  | {
      readonly ok: true
      readonly attachments: readonly Attachment[]
      /** As in Reading. */
      readonly unread: ReadonlySet<string>
      /** To be called once the attachments have been fetched. */
      translate(): TranslatedRequest
    }
  | { readonly ok: false; readonly failure: Failure }

export function readRequest(fields: Fields, cuttings: Cuttings): ReadRequest {
  const reading = new Reading(cuttings)
  const { system } = fields
  const said = readMessages(fields.messages, system, reading)
  const { conversation, changes } = said
  const offers = readTools(fields.tools, changes, reading)
  const choice = toChoice(fields.tool_choice, offers, reading)
  if (conversation.isEmpty)
    reading.refuse('messages', 'must hold at least one message that is not empty')
  if (reading.failure !== null) return { ok: false, failure: reading.failure }
  return {
    ok: true,
    attachments: reading.attachments,
    unread: reading.unread,
    translate() {
      const { functions, googles, notes } = offers
      const names = FunctionNames.of(functions, conversation.calledNames)
      const declared = declare(functions.values(), choice, names)
      const usable = choice.mode === 'NONE' ? [] : googles
      // Beside functions Google's tools are left out (gemini/fit/tools.ts), and there is nothing to say of them.
      if (declared === null && usable.length > 0) {
        conversation.system(notes.map((text) => ({ text })))
      }
      const thoughts = toThoughts(fields, changes.effort ?? fields.output_config?.effort ?? null)
      const generationConfig = toConfig(fields, thoughts)
      const request: GenerateContentRequest = {
        ...cacheIn(fields),
        ...conversation.toGemini(names),
        generationConfig,
      }
      const tools = declared === null ? usable : [declared, ...usable]
      if (tools.length > 0) request.tools = tools
      const toolConfig = declared === null ? undefined : toToolConfig(choice, names)
      if (toolConfig !== undefined) request.toolConfig = toolConfig
      const conflict = conflictWithCache(request, 'system and tools')
      if (conflict !== null) {
        return { ok: false, failure: problemOf('cached_content', conflict) }
      }
      const plan: MessagePlan = {
        ...PLAIN_ANSWER,
        callee: calleeOf(request),
        functionNames: names.changed(),
        parallelToolCalls: fields.tool_choice?.disable_parallel_tool_use !== true,
        knowsThoughts: thoughts.areKnown,
        ...googlesIn(tools),
        mayBeEmpty: generationConfig.stopSequences !== undefined,
      }
      return { ok: true, request, plan }
    },
  }
}

/** If there are functions, Google's own tools are left out of the request. */
function googlesIn(tools: readonly Tool[]): Pick<MessagePlan, 'searches' | 'runsCode'> {
  const isAlone = tools.every(({ functionDeclarations }) => functionDeclarations === undefined)
  return {
    searches: isAlone && tools.some(({ googleSearch }) => googleSearch !== undefined),
    runsCode: isAlone && tools.some(({ codeExecution }) => codeExecution !== undefined),
  }
}

function toConfig(fields: Fields, { config }: Thoughts): GenerationConfig {
  const format = fields.output_config?.format ?? fields.output_format
  const { stop_sequences: stops, top_k: topK } = fields
  return present({
    maxOutputTokens: fields.max_tokens,
    temperature: fields.temperature,
    topP: fields.top_p,
    topK: typeof topK === 'number' && topK > 0 ? topK : null,
    stopSequences: stops && stops.length > 0 ? stops : null,
    thinkingConfig: config,
    responseMimeType: format ? 'application/json' : null,
    responseJsonSchema: format?.schema,
  })
}
