import type { Row } from '../report.ts'
import type { Sides } from '../sides.ts'

export interface Result {
  readonly rows: readonly Row[]
  /** What belongs to the figures but in no column. */
  readonly notes: readonly string[]
}

export interface Case {
  readonly name: string
  readonly run: (sides: Sides, effort: Effort) => Promise<Result>
}

/** How much of the work is done; the smoke test does next to nothing. */
export interface Effort {
  readonly rounds: number
  /** 1 is the real thing. */
  readonly scale: number
}

export const HELLO_TEXT = 'Say something short about work.'
export const HELLO = { messages: [{ role: 'user', content: HELLO_TEXT }] }

/** Others use the machine too, and what they take changes within seconds: short work is compared in many short rounds rather than in few long ones. */
export function manyShort({ rounds }: Effort): number {
  return rounds * 5
}

/** At least one. */
export function scaled(count: number, { scale }: Effort): number {
  return Math.max(1, Math.round(count * scale))
}
