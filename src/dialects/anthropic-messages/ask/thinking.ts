/** How much the model may think, and whether the client receives its thoughts (docs/clients.md). */
import type { ThinkingConfig } from '../../../gemini/types.ts'
import { DYNAMIC, type Effort, EFFORTS, OFF } from '../../efforts.ts'
import type { Fields } from '../body/fields.ts'

export interface Thoughts {
  readonly config: ThinkingConfig
  /** Whether the client knows blocks of thoughts and sends them back. */
  readonly areKnown: boolean
}

/** The model decides how much it thinks, and nobody receives the thoughts. */
const UNSEEN: ThinkingConfig = { includeThoughts: false }
const OFF_UNSEEN: ThinkingConfig = { ...OFF, ...UNSEEN }

/** Tokens. No model gives more in one answer. */
const MOST_TOKENS = 65_536
/**
 * Google counts thoughts and answer together. With fewer `max_tokens` than this, thoughts that nobody asked for would
 * leave no room for the answer, so they are turned off.
 */
const ROOM_FOR_THOUGHTS = 8192
/** The tokens of `max_tokens` that thoughts must leave for the answer. */
const LEAST_FOR_ANSWER = 1024

/** Google's own table of levels as budgets in tokens. A level that is missing may take all that the model gives. */
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
    // A client that names an effort but asks for no thoughts has turned them off.
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

/** Limits the thoughts so that room for an answer remains. */
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

/** Tokens. A model that decides for itself rarely thinks more. */
const MODEST = 8192
