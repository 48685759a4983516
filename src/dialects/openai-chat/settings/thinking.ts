/**
 * How much to think and where the thoughts go, in all the ways in which clients ask for it (docs/clients.md: Fields).
 * If a request says how much in several ways, the most precise one takes precedence: Google's thinking_config, then
 * `thinking`, `reasoning`, `reasoning_effort`.
 */
import * as v from 'valibot'
import { REASONING_FORMATS, type ReasoningFormat } from '../../../gemini/reasoning.ts'
import type { ThinkingConfig } from '../../../gemini/types.ts'
import { present } from '../../../json/record.ts'
import { type GoogleExtras, thinkingBudget } from './google-extras.ts'
import { DYNAMIC, EFFORT_NAMES, EFFORTS, OFF } from '../../efforts.ts'
import { boolean, fieldsOf, lowerCaseOf } from '../../words.ts'
import { lazy } from '../../../lazy.ts'

/** Groq's words for the formats. */
const FORMATS_ELSEWHERE = { parsed: 'reasoning', raw: 'think_tags', hidden: 'none' } as const

const effort = lazy(() => v.nullish(lowerCaseOf(EFFORT_NAMES)))

export const thinkingEntries = lazy(() => ({
  reasoning_effort: effort(),
  reasoning: v.nullish(
    fieldsOf({
      effort: effort(),
      max_tokens: v.nullish(thinkingBudget()),
      exclude: v.nullish(boolean()),
      enabled: v.nullish(boolean()),
    }),
  ),
  thinking: v.nullish(
    fieldsOf({
      type: v.nullish(lowerCaseOf(['enabled', 'adaptive', 'auto', 'disabled'])),
      budget_tokens: v.nullish(thinkingBudget()),
    }),
  ),
  /** Fields of Qwen and vLLM. */
  enable_thinking: v.nullish(boolean()),
  thinking_budget: v.nullish(thinkingBudget()),
  /** vLLM's way to pass values to a model's template. Its other values mean nothing to Gemini. */
  chat_template_kwargs: v.nullish(
    fieldsOf({
      enable_thinking: v.nullish(boolean()),
      thinking: v.nullish(boolean()),
      thinking_budget: v.nullish(thinkingBudget()),
      reasoning_effort: effort(),
    }),
  ),
  /** OpenRouter's older field. */
  include_reasoning: v.nullish(boolean()),
  reasoning_format: v.nullish(
    v.pipe(
      lowerCaseOf([...REASONING_FORMATS, 'parsed', 'raw', 'hidden']),
      v.transform((name) =>
        name === 'parsed' || name === 'raw' || name === 'hidden' ? FORMATS_ELSEWHERE[name] : name,
      ),
    ),
  ),
}))

const thinkingFields = lazy(() => v.object(thinkingEntries()))
type ThinkingFields = v.InferOutput<ReturnType<typeof thinkingFields>>

export function toThinkingConfig(
  chat: ThinkingFields,
  { thinkingConfig }: GoogleExtras,
): ThinkingConfig | undefined {
  const { thinkingBudget, thinkingLevel } = thinkingConfig ?? {}
  const isExact = thinkingBudget !== undefined || thinkingLevel !== undefined
  const amount = isExact ? present({ thinkingBudget, thinkingLevel }) : amountOf(chat)
  const includeThoughts = thinkingConfig?.includeThoughts ?? areThoughtsWanted(chat)
  return includeThoughts === undefined ? amount : { ...amount, includeThoughts }
}

function amountOf(chat: ThinkingFields): ThinkingConfig | undefined {
  const { thinking, reasoning, enable_thinking, chat_template_kwargs: template } = chat
  const isOn = enable_thinking ?? template?.enable_thinking ?? template?.thinking
  const budget = chat.thinking_budget ?? template?.thinking_budget
  const effort = chat.reasoning_effort ?? template?.reasoning_effort
  const exact = ofThinking(thinking) ?? ofReasoning(reasoning)
  if (exact !== undefined) return exact
  // Turned off, thinking stays off whatever else the request says, as with the models for which these fields were
  // made.
  if (isOn === false) return OFF
  if (typeof budget === 'number') return { thinkingBudget: budget }
  if (effort) return EFFORTS[effort]
  return isOn ? DYNAMIC : undefined
}

/** Anthropic's field. A budget implies `enabled`. */
function ofThinking(thinking: ThinkingFields['thinking']): ThinkingConfig | undefined {
  if (!thinking) return undefined
  if (thinking.type === 'disabled') return OFF
  const { budget_tokens: budget } = thinking
  if (typeof budget === 'number') return { thinkingBudget: budget }
  return thinking.type ? DYNAMIC : undefined
}

/** OpenRouter's field. */
function ofReasoning(reasoning: ThinkingFields['reasoning']): ThinkingConfig | undefined {
  if (!reasoning) return undefined
  const { enabled, max_tokens: budget, effort } = reasoning
  if (enabled === false) return OFF
  if (typeof budget === 'number') return { thinkingBudget: budget }
  if (effort) return EFFORTS[effort]
  return enabled ? DYNAMIC : undefined
}

function areThoughtsWanted(chat: ThinkingFields): boolean | undefined {
  const asked = formatAsked(chat)
  return asked === undefined ? (chat.include_reasoning ?? undefined) : asked !== 'none'
}

function formatAsked({
  reasoning_format,
  reasoning,
  include_reasoning,
}: ThinkingFields): ReasoningFormat | undefined {
  if (reasoning_format) return reasoning_format
  return reasoning?.exclude === true || include_reasoning === false ? 'none' : undefined
}

/**
 * A client that asks in OpenRouter's words is answered in them, unless the request or the user's settings say
 * otherwise.
 */
export function toReasoningFormat(chat: ThinkingFields): {
  readonly reasoning: ReasoningFormat
  readonly reasoningAsked: boolean
} {
  const asked = formatAsked(chat)
  const isOpenRouter = Boolean(chat.reasoning) || chat.include_reasoning === true
  return {
    reasoning: asked ?? (isOpenRouter ? 'reasoning' : 'reasoning_content'),
    reasoningAsked: asked !== undefined,
  }
}
