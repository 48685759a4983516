import type { Conclusion } from '../../../gemini/answer/conclusion.ts'
import type { ChatPlan } from '../plan.ts'

export type FinishReason = 'stop' | 'length' | 'content_filter' | 'tool_calls' | 'function_call'

/** Clients wait for calls in the form in which they declared functions. */
export function finishOf(
  { end }: Extract<Conclusion, { ok: true }>,
  { legacyFunctions }: Pick<ChatPlan, 'legacyFunctions'>,
): FinishReason {
  switch (end) {
    case 'calls':
      return legacyFunctions ? 'function_call' : 'tool_calls'
    case 'filtered':
      return 'content_filter'
    default:
      return end
  }
}
