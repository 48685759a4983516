import type { ReasoningFormat } from './reasoning.ts'
import { mergeSafety } from './safety.ts'
import type { GenerateContentRequest, SafetySetting } from './types.ts'

/** What an admin decided about a user's answers, for whatever the request itself leaves open. Comes with the lease. */
export interface Preferences {
  /** Null: the client's way of asking decides. */
  readonly reasoningFormat: ReasoningFormat | null
  readonly safetySettings: readonly SafetySetting[]
  /** Whether the user's clients may have responses stored. */
  readonly storeResponses: boolean
}

/**
 * Fills in what the request leaves open: safety settings, category by category (the request's before the user's
 * before the operator's), and thoughts, which are requested unless nobody is shown them. Pure; never changes its
 * arguments.
 */
export function withPreferences(
  request: GenerateContentRequest,
  user: Preferences,
  operator: readonly SafetySetting[],
): GenerateContentRequest {
  const { generationConfig, safetySettings = [] } = request
  const asked = generationConfig?.thinkingConfig
  const includeThoughts = asked?.includeThoughts ?? user.reasoningFormat !== 'none'
  const thinkingConfig = { ...asked, includeThoughts }
  const preferred = { ...request, generationConfig: { ...generationConfig, thinkingConfig } }
  const safety = mergeSafety(operator, user.safetySettings, safetySettings)
  return safety.length > 0 ? { ...preferred, safetySettings: safety } : preferred
}
