import type { Conclusion } from '../../../gemini/answer/conclusion.ts'
import type { ChatPlan } from '../plan.ts'

export type FinishReason = 'stop' | 'length' | 'content_filter' | 'tool_calls' | 'function_call'

/** Calls have two finish reasons; a client expects the one that fits how it declared its functions. */
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
