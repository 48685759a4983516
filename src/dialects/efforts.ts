import type { ThinkingConfig } from '../gemini/types.ts'

/** As much as the model sees fit. */
export const DYNAMIC: ThinkingConfig = { thinkingBudget: -1 }
export const OFF: ThinkingConfig = { thinkingBudget: 0 }

/** Words for how much to think: OpenAI's own, Anthropic's, and those of others for the same. What a model has none of, `fit` moves. */
export const EFFORTS = {
  none: OFF,
  off: OFF,
  disable: OFF,
  minimal: { thinkingLevel: 'MINIMAL' },
  low: { thinkingLevel: 'LOW' },
  medium: { thinkingLevel: 'MEDIUM' },
  high: { thinkingLevel: 'HIGH' },
  xhigh: { thinkingLevel: 'XHIGH' },
  max: { thinkingLevel: 'XHIGH' },
  auto: DYNAMIC,
  default: DYNAMIC,
} as const satisfies Record<string, ThinkingConfig>

export type Effort = keyof typeof EFFORTS
export const EFFORT_NAMES = Object.keys(EFFORTS) as Effort[]
