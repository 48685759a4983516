/** How much to think, and whether the thoughts are told (docs/clients.md). */
import type { ThinkingConfig } from '../../../gemini/types.ts'
import { DYNAMIC, type Effort, EFFORTS, OFF } from '../../efforts.ts'
import type { Fields } from '../body/fields.ts'

export interface Thoughts {
  readonly config: ThinkingConfig
  /** Whether the client knows what a block of thoughts is, and brings it back. */
  readonly areKnown: boolean
}

/** As much as the model likes, and told to nobody. */
const UNSEEN: ThinkingConfig = { includeThoughts: false }
const OFF_UNSEEN: ThinkingConfig = { ...OFF, ...UNSEEN }

/** No model gives more at once. */
const MOST_TOKENS = 65_536
/** Under this, thoughts that nobody asked for would leave no room for the answer: Google counts both together. */
const ROOM_FOR_THOUGHTS = 8192
/** Of what may be given, so much is kept for the answer. */
const LEAST_FOR_ANSWER = 1024

/** Google's own table; beyond it, all that a model takes. */
const BUDGETS: Readonly<Record<string, number>> = {
  MINIMAL: 1024,
  LOW: 1024,
  MEDIUM: 8192,
  HIGH: 24_576,
}

export function toThoughts(fields: Fields, effort: Effort | null): Thoughts {
  const { thinking } = fields
  const most = Math.min(fields.max_tokens ?? MOST_TOKENS, MOST_TOKENS)
  if (!thinking) {
    // Whoever says how much effort, but asks for no thoughts, has turned them off.
    const isOff = effort !== null || most < ROOM_FOR_THOUGHTS
    return { config: isOff ? OFF_UNSEEN : UNSEEN, areKnown: false }
  }
  if (thinking.type === 'disabled') return { config: OFF_UNSEEN, areKnown: false }
  const asked = amountOf(thinking, effort)
  const includeThoughts = thinking.display !== 'omitted'
  return { config: { ...within(asked, most), includeThoughts }, areKnown: true }
}

function amountOf(
  { type, budget_tokens: budget }: NonNullable<Fields['thinking']>,
  effort: Effort | null,
): ThinkingConfig {
  if (type === 'enabled' && typeof budget === 'number') return { thinkingBudget: budget }
  return effort === null ? DYNAMIC : EFFORTS[effort]
}

/** Not more than leaves room for an answer. */
function within(asked: ThinkingConfig, most: number): ThinkingConfig {
  const room = Math.max(0, most - Math.max(LEAST_FOR_ANSWER, most / 4))
  const { thinkingBudget, thinkingLevel } = asked
  if (thinkingBudget !== undefined && thinkingBudget >= 0) {
    return { thinkingBudget: Math.min(thinkingBudget, Math.floor(room)) }
  }
  const wanted = thinkingLevel === undefined ? MODEST : (BUDGETS[thinkingLevel] ?? MOST_TOKENS)
  const isRoomy = wanted <= room || most === MOST_TOKENS
  return isRoomy ? asked : { thinkingBudget: Math.floor(room) }
}

/** What a model left to itself seldom goes beyond. */
const MODEST = 8192
