import { type AnswerPlan, expectationsOf, PLAIN_ANSWER } from '../../gemini/answer/plan.ts'
import { isJson } from '../../gemini/emulated-json.ts'
import type { Target } from '../../gemini/fit/aim.ts'
import type { Preferences } from '../../gemini/preferences.ts'
import type { ReasoningFormat } from '../../gemini/reasoning.ts'
import type { GenerateContentRequest, UsageMetadata } from '../../gemini/types.ts'

/** What the answer needs to know of the request: decided once while the request is translated, read by whole.ts and stream.ts. */
export interface ChatPlan extends AnswerPlan {
  /** `stream_options.include_usage`. */
  readonly includeUsage: boolean
  /** `usage.include`, as OpenRouter's clients ask for it. */
  readonly includesCost?: boolean
  /** The cost in dollars, null where it is not known; absent where it was not asked for. */
  readonly costOf?: Terms['costOf']
  /** Functions, by the client's names, that were declared as custom tools: they are answered as such (docs/clients.md: Whole answers). */
  readonly customTools: ReadonlySet<string>
  /** The client used `functions`, and is answered with `function_call`. */
  readonly legacyFunctions: boolean
  readonly reasoning: ReasoningFormat
  /** Whether the request itself says so. If not, the user's own setting goes before. */
  readonly reasoningAsked: boolean
}

/** An answer to a request that asked for nothing special. */
export const PLAIN: ChatPlan = {
  ...PLAIN_ANSWER,
  includeUsage: false,
  customTools: new Set(),
  legacyFunctions: false,
  reasoning: 'reasoning_content',
  reasoningAsked: false,
}

/** What the plan depends on besides the request that the client made: who it is for, and who answers. */
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
    // Tags would spoil an answer that is to be JSON, whoever takes care of that.
    reasoning: isJson(request) && reasoning === 'think_tags' ? 'reasoning_content' : reasoning,
  }
}
