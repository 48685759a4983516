/** Which thinking settings each model accepts, by the table in models.ts (docs/google.md: Thinking). */
import { invalidArgument } from '../errors/failure.ts'
import type { Failure } from '../errors/failure.ts'
import type { Thinking } from '../models.ts'
import type { GenerationConfig } from '../proto/types.ts'
import type { Subject } from './subject.ts'

const DYNAMIC = -1

type ThinkingConfig = NonNullable<GenerationConfig['thinkingConfig']>

export function checkThinking({ model, request }: Subject): Failure | undefined {
  const config = request.generationConfig?.thinkingConfig
  if (!config) return undefined
  if (!model.thinking) {
    return invalidArgument(
      'Unable to submit request because thinking is not supported by this model.',
    )
  }
  if (config.thinkingBudget !== undefined && config.thinkingLevel !== undefined) {
    return invalidArgument('You can only set only one of thinking budget and thinking level.')
  }
  return (
    checkLevel(model.thinking, config) ??
    checkBudget(model.thinking, config) ??
    checkThoughts(model.thinking, config)
  )
}

/** Thoughts cannot be included if the model does not think (jenslys/opencode-gemini-auth#61). */
function checkThoughts(
  { levels, byDefault }: Thinking,
  { includeThoughts, thinkingBudget, thinkingLevel }: ThinkingConfig,
): Failure | undefined {
  const saysNothing = thinkingBudget === undefined && thinkingLevel === undefined
  // Gemini 3 cannot switch thinking off (docs/google.md: Thinking).
  const isOff = levels.length === 0 && (thinkingBudget === 0 || (saysNothing && !byDefault))
  if (!includeThoughts || !isOff) return undefined
  return invalidArgument(
    'Unable to submit request because Thinking_config.include_thoughts is only enabled when thinking is enabled.',
  )
}

function checkLevel({ levels }: Thinking, { thinkingLevel }: ThinkingConfig): Failure | undefined {
  if (thinkingLevel === undefined || thinkingLevel === 'THINKING_LEVEL_UNSPECIFIED') {
    return undefined
  }
  if (levels.length === 0) return invalidArgument('Thinking level is not supported for this model')
  if (levels.includes(thinkingLevel)) return undefined
  return invalidArgument(`Thinking level ${thinkingLevel} is not supported for this model`)
}

function checkBudget(
  { budget }: Thinking,
  { thinkingBudget }: ThinkingConfig,
): Failure | undefined {
  if (thinkingBudget === undefined || budget === 'accepted') return undefined
  if (budget === 'refused') {
    return invalidArgument('Thinking budget is not supported for this model')
  }
  if (thinkingBudget === DYNAMIC) return undefined
  if (thinkingBudget === 0) {
    return budget.off
      ? undefined
      : invalidArgument('Budget 0 is invalid. This model only works in thinking mode.')
  }
  const { min, max } = budget
  if (thinkingBudget >= min && thinkingBudget <= max) return undefined
  return invalidArgument(
    `The thinking budget ${thinkingBudget} is invalid. Please choose a value between ${min} and ${max}.`,
  )
}
