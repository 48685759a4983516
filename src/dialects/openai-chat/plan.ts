import { emulatedJson, isJson } from '../../gemini/emulated-json.ts'
import type { Target } from '../../gemini/fit/aim.ts'
import type { Preferences } from '../../gemini/preferences.ts'
import type { ReasoningFormat } from '../../gemini/reasoning.ts'
import { isGooglesOwn } from '../../gemini/tools.ts'
import { isGemini, traitsOf } from '../../gemini/models/traits.ts'
import type { GenerateContentRequest } from '../../gemini/types.ts'

/** What the answer needs to know of the request: decided once while the request is translated, read by response.ts and stream.ts. */
export interface AnswerPlan {
  /** `stream_options.include_usage`. */
  readonly includeUsage: boolean
  /** Whom a function call is for: the client, which declared functions, or Google's own tools, which have run by then. */
  readonly callee: 'client' | 'google' | 'nobody'
  /** The client's names of functions by those that Gemini was told; only where the two differ. */
  readonly functionNames: ReadonlyMap<string, string>
  /** Functions, by the client's names, that were declared as custom tools: they are answered as such (client-protocols §1.6). */
  readonly customTools: ReadonlySet<string>
  /** The client used `functions`, and is answered with `function_call`. */
  readonly legacyFunctions: boolean
  /** False: only the first call of an answer is passed on (`parallel_tool_calls: false`). */
  readonly parallelToolCalls: boolean
  /** Name of the function whose arguments are the answer, where Google does not take care of JSON itself; null otherwise. Its text, should it come instead, may stand in a fence. */
  readonly answerFunction: string | null
  /** Whether all that is said may be needed once more at the end: Google's own tools quote it, and a sound comes with its words. */
  readonly keepsText: boolean
  readonly reasoning: ReasoningFormat
  /** Whether the request itself says so. If not, the user's own setting goes before. */
  readonly reasoningAsked: boolean
}

/** An answer to a request that asked for nothing special. */
export const PLAIN: AnswerPlan = {
  includeUsage: false,
  callee: 'nobody',
  functionNames: new Map(),
  customTools: new Set(),
  legacyFunctions: false,
  parallelToolCalls: true,
  answerFunction: null,
  keepsText: false,
  reasoning: 'reasoning_content',
  reasoningAsked: false,
}

/** What the plan depends on besides the request that the client made: who it is for, and who answers. */
export interface Terms {
  readonly request: GenerateContentRequest
  readonly target: Target
  readonly preferences: Preferences
}

/** The plan under a lease, which says where the request went and what its user prefers. */
export function planFor(plan: AnswerPlan, { request, target, preferences }: Terms): AnswerPlan {
  const reasoning = plan.reasoningAsked
    ? plan.reasoning
    : (preferences.reasoningFormat ?? plan.reasoning)
  const traits = traitsOf(target.model, target.upstream)
  const { tools = [], cachedContent } = request
  // What is cached may have tools of its own, and what is no Gemini may speak unasked.
  const mayQuote = tools.some(isGooglesOwn) || cachedContent !== undefined
  const maySpeak = traits.output.includes('audio') || !isGemini(target.model)
  return {
    ...plan,
    answerFunction: emulatedJson(request, traits)?.name ?? null,
    keepsText: mayQuote || maySpeak,
    // Tags would spoil an answer that is to be JSON, whoever takes care of that.
    reasoning: isJson(request) && reasoning === 'think_tags' ? 'reasoning_content' : reasoning,
  }
}
