import type { ReasoningFormat } from './reasoning.ts'
import { mergeSafety } from './safety.ts'
import type { GenerateContentRequest, SafetySetting } from './types.ts'

/** What an admin decided about a user's answers, for where the request itself does not say. Comes with the lease. */
export interface Preferences {
  /** Null: as the client's way of asking suggests. */
  readonly reasoningFormat: ReasoningFormat | null
  readonly safetySettings: readonly SafetySetting[]
  /** Whether the user's clients may have responses stored. */
  readonly storeResponses: boolean
}

/**
 * The request with what it left open: safety settings category by category (request before user before operator), and thoughts,
 * which are asked for unless nobody is shown them. Pure; never changes what it is given.
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
