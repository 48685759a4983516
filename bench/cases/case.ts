import type { Row } from '../report.ts'
import type { Sides } from '../sides.ts'

export interface Result {
  readonly rows: readonly Row[]
  /** Notes on the figures that fit no column. */
  readonly notes: readonly string[]
}

export interface Case {
  readonly name: string
  readonly run: (sides: Sides, effort: Effort) => Promise<Result>
}

/** How much work is done. The smoke test does almost nothing. */
export interface Effort {
  readonly rounds: number
  /** 1 for real measurements. */
  readonly scale: number
}

export const HELLO_TEXT = 'Say something short about work.'
export const HELLO = { messages: [{ role: 'user', content: HELLO_TEXT }] }

/**
 * Other programs use the machine too, and their load changes within seconds. So short work is compared in many short
 * rounds instead of few long ones.
 */
export function manyShort({ rounds }: Effort): number {
  return rounds * 5
}

/** At least 1. */
export function scaled(count: number, { scale }: Effort): number {
  return Math.max(1, Math.round(count * scale))
}
