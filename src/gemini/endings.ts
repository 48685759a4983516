/** What Google's finish reasons come to (docs/google.md: Finish reasons). */
export type Ending =
  | 'stop'
  | 'length'
  /** Stopped by a filter. */
  | 'filtered'
  /** The model wanted to call a function and could not: what it called before may be half of what it meant. */
  | 'spoilt_call'
  /** Of no kind that tells more: OTHER, NO_IMAGE, and whatever Google adds. */
  | 'other'

/** A Gemini 4 answer stopped at the bound of one call; its token fetches the rest (docs/google.md: Long answers). */
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
