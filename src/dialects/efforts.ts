import type { ThinkingConfig } from '../gemini/types.ts'

/** The model decides how much it thinks. */
export const DYNAMIC: ThinkingConfig = { thinkingBudget: -1 }
export const OFF: ThinkingConfig = { thinkingBudget: 0 }

/**
 * Words for how much to think: OpenAI's, Anthropic's, and those that others use for the same. If a model lacks a
 * level, `fit` chooses another.
 */
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
