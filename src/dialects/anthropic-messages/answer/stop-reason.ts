import type { Conclusion } from '../../../gemini/answer/conclusion.ts'
import { findModel } from '../../../gemini/models/find-model.ts'
import type { UsageMetadata } from '../../../gemini/types.ts'
import { countTokens } from '../../../gemini/usage.ts'

export interface Ending {
  readonly stop_reason:
    | 'end_turn'
    | 'max_tokens'
    | 'tool_use'
    | 'refusal'
    | 'model_context_window_exceeded'
  readonly stop_sequence: null
  /** `category` is always null: for one of the categories Claude Code would change the model by itself. */
  readonly stop_details?: {
    readonly type: 'refusal'
    readonly category: null
    readonly explanation: string
  }
}

type Whole = Extract<Conclusion, { ok: true }>

const REASONS = { stop: 'end_turn', calls: 'tool_use', filtered: 'refusal' } as const

export function endingOf(
  { end, refusal }: Whole,
  model: string,
  usage: UsageMetadata | undefined,
): Ending {
  const stop_sequence = null
  if (end === 'length') {
    const stop_reason = isFull(model, usage) ? 'model_context_window_exceeded' : 'max_tokens'
    return { stop_reason, stop_sequence }
  }
  const stop_reason = REASONS[end]
  if (refusal === null) return { stop_reason, stop_sequence }
  const stop_details = { type: 'refusal', category: null, explanation: refusal } as const
  return { stop_reason, stop_sequence, stop_details }
}

function isFull(model: string, usage: UsageMetadata | undefined): boolean {
  const { prompt, output, reasoning } = countTokens(usage)
  return prompt + output + reasoning >= (findModel(model)?.contextWindow ?? Infinity)
}
