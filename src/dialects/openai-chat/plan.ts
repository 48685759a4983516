import { type AnswerPlan, expectationsOf, PLAIN_ANSWER } from '../../gemini/answer/plan.ts'
import { isJson } from '../../gemini/emulated-json.ts'
import type { Target } from '../../gemini/fit/aim.ts'
import type { Preferences } from '../../gemini/preferences.ts'
import type { ReasoningFormat } from '../../gemini/reasoning.ts'
import type { GenerateContentRequest, UsageMetadata } from '../../gemini/types.ts'

/**
 * What the answer must know about the request. Decided once, when the request is translated; whole.ts and stream.ts
 * read it.
 */
export interface ChatPlan extends AnswerPlan {
  /** `stream_options.include_usage`. */
  readonly includeUsage: boolean
  /** `usage.include`, by which OpenRouter's clients ask for the cost. */
  readonly includesCost?: boolean
  /** Returns the cost in dollars, or null if it is not known. Absent if the client did not ask for the cost. */
  readonly costOf?: Terms['costOf']
  /**
   * The client's names of functions that it declared as custom tools. Calls of them are told as calls of custom tools
   * (docs/clients.md: Whole answers).
   */
  readonly customTools: ReadonlySet<string>
  /** The client declared `functions`, so it expects `function_call`. */
  readonly legacyFunctions: boolean
  readonly reasoning: ReasoningFormat
  /** Whether the request itself chose the form of `reasoning`. If not, the user's own setting takes precedence. */
  readonly reasoningAsked: boolean
}

/** For a request that asked for nothing special. */
export const PLAIN: ChatPlan = {
  ...PLAIN_ANSWER,
  includeUsage: false,
  customTools: new Set(),
  legacyFunctions: false,
  reasoning: 'reasoning_content',
  reasoningAsked: false,
}

/** What the plan depends on besides the client's request: the user and the target. */
export interface Terms {
  readonly request: GenerateContentRequest
  readonly target: Target
  readonly preferences: Preferences
  readonly costOf?: ((usage: UsageMetadata | undefined) => number | null) | undefined
}

/** The plan under a lease, which says where the request went and what its user prefers. */
export function planFor(plan: ChatPlan, { request, target, preferences, costOf }: Terms): ChatPlan {
  const reasoning = plan.reasoningAsked
    ? plan.reasoning
    : (preferences.reasoningFormat ?? plan.reasoning)
  return {
    ...plan,
    ...(plan.includesCost === true && { costOf }),
    ...expectationsOf(request, target),
    // Tags would spoil an answer that must be JSON, whether Google or Pollux makes it so.
    reasoning: isJson(request) && reasoning === 'think_tags' ? 'reasoning_content' : reasoning,
  }
}
