/**
 * How much a model may think, as a level or as a budget in tokens, whichever the model accepts (docs/google.md:
 * Thinking).
 */
import { THINKING_LEVELS, type Thinking, type ThinkingLevel } from '../models/traits.ts'
import type { GenerateContentRequest, ThinkingConfig } from '../types.ts'
import { changeConfig } from './config.ts'
import type { Aim } from './aim.ts'

/** Google's own table: level → budget in tokens. It lacks XHIGH, which becomes the most that the model accepts. */
const BUDGETS: Readonly<Record<ThinkingLevel, number>> = {
  MINIMAL: 1024,
  LOW: 1024,
  MEDIUM: 8192,
  HIGH: 24_576,
  XHIGH: Infinity,
}

/** Budget → level: the first row whose bound is not smaller than the budget. */
const LEVELS: readonly (readonly [upTo: number, ThinkingLevel])[] = [
  [512, 'MINIMAL'],
  [1024, 'LOW'],
  [8192, 'MEDIUM'],
  [24_576, 'HIGH'],
  [Infinity, 'XHIGH'],
]

const OFF = 0
const DYNAMIC = -1

export function fitThinking(
  request: GenerateContentRequest,
  { traits }: Aim,
): GenerateContentRequest {
  const asked = request.generationConfig?.thinkingConfig
  if (asked === undefined) return request
  return changeConfig(request, { thinkingConfig: inTermsOf(traits.thinking, asked) })
}

function inTermsOf(thinking: Thinking | null, asked: ThinkingConfig): ThinkingConfig | undefined {
  switch (thinking?.by) {
    case undefined:
      return undefined
    case 'budget':
      return asBudget(thinking, asked)
    case 'level':
      return asLevel(thinking, asked)
  }
}

function asBudget(
  { min, max, canBeOff, byDefault }: Extract<Thinking, { by: 'budget' }>,
  asked: ThinkingConfig,
): ThinkingConfig | undefined {
  const wanted = asked.thinkingBudget ?? budgetOf(asked.thinkingLevel)
  const isKept = wanted === undefined || wanted === DYNAMIC || (wanted === OFF && canBeOff)
  const budget = isKept ? wanted : Math.min(Math.max(wanted, min), max)
  // Google refuses to show thoughts if there are none.
  const thinks = budget === undefined ? byDefault : budget !== OFF
  return configOf(
    { thinkingBudget: budget },
    thinks && wanted !== OFF && asked.includeThoughts === true,
  )
}

function asLevel(
  { levels, summaries }: Extract<Thinking, { by: 'level' }>,
  asked: ThinkingConfig,
): ThinkingConfig | undefined {
  const { thinkingBudget: budget } = asked
  const wanted = levelNamed(asked.thinkingLevel) ?? levelFor(budget)
  const thinkingLevel = wanted === undefined ? undefined : nearest(levels, wanted)
  return configOf({ thinkingLevel }, summaries && budget !== OFF && asked.includeThoughts === true)
}

function configOf(
  {
    thinkingBudget,
    thinkingLevel,
  }: { thinkingBudget?: number | undefined; thinkingLevel?: string | undefined },
  includeThoughts: boolean,
): ThinkingConfig | undefined {
  if (thinkingBudget === undefined && thinkingLevel === undefined && !includeThoughts)
    return undefined
  const config: ThinkingConfig = {}
  if (thinkingBudget !== undefined) config.thinkingBudget = thinkingBudget
  if (thinkingLevel !== undefined) config.thinkingLevel = thinkingLevel
  if (includeThoughts) config.includeThoughts = true
  return config
}

function budgetOf(level: string | undefined): number | undefined {
  const known = levelNamed(level)
  return known === undefined ? undefined : BUDGETS[known]
}

function levelFor(budget: number | undefined): ThinkingLevel | undefined {
  if (budget === undefined || budget === DYNAMIC) return undefined
  return LEVELS.find(([upTo]) => budget <= upTo)?.[1]
}

function levelNamed(name: string | undefined): ThinkingLevel | undefined {
  return THINKING_LEVELS.find((level) => level === name)
}

/** The nearest level that the model has; of two equally near, the higher one. */
function nearest(
  levels: readonly ThinkingLevel[],
  wanted: ThinkingLevel,
): ThinkingLevel | undefined {
  const at = THINKING_LEVELS.indexOf(wanted)
  const distance = (level: ThinkingLevel): number => Math.abs(THINKING_LEVELS.indexOf(level) - at)
  return levels.toReversed().toSorted((a, b) => distance(a) - distance(b))[0]
}
