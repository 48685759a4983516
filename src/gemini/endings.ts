/** What Google's finish reasons mean (docs/google.md: Finish reasons). */
export type Ending =
  | 'stop'
  | 'length'
  /** A filter stopped the answer. */
  | 'filtered'
  /** The model failed to write a function call, so the calls before it may be only half of what it meant. */
  | 'spoilt_call'
  /** Says nothing more: OTHER, NO_IMAGE, and reasons that Google adds later. */
  | 'other'

/** A Gemini 4 answer reached the limit of one call. Its token fetches the rest (docs/google.md: Long answers). */
export const CONTINUATION = 'CONTINUATION'

const ENDINGS: ReadonlyMap<string, Ending> = new Map<string, Ending>([
  ['STOP', 'stop'],
  ['MAX_TOKENS', 'length'],
  [CONTINUATION, 'length'],
  ['SAFETY', 'filtered'],
  ['RECITATION', 'filtered'],
  ['BLOCKLIST', 'filtered'],
  ['PROHIBITED_CONTENT', 'filtered'],
  ['SPII', 'filtered'],
  ['LANGUAGE', 'filtered'],
  ['MODEL_ARMOR', 'filtered'],
  ['ESCALATION', 'filtered'],
  ['PUP_LIMITED_DISABLED', 'filtered'],
  ['IMAGE_SAFETY', 'filtered'],
  ['IMAGE_PROHIBITED_CONTENT', 'filtered'],
  ['IMAGE_RECITATION', 'filtered'],
  ['MALFORMED_FUNCTION_CALL', 'spoilt_call'],
  ['UNEXPECTED_TOOL_CALL', 'spoilt_call'],
  ['TOO_MANY_TOOL_CALLS', 'spoilt_call'],
  ['MALFORMED_RESPONSE', 'spoilt_call'],
  ['MISSING_THOUGHT_SIGNATURE', 'spoilt_call'],
])

export function endingOf(finishReason: string): Ending {
  return ENDINGS.get(finishReason) ?? 'other'
}
