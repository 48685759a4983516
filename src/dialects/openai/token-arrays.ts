import type { Failure } from '../../failure/failure.ts'

/**
 * OpenAI takes a text as numbers too, tokens of its own. Google takes none, and those of another tokenizer would mean nothing to
 * it. Null where the value holds none.
 */
export function refuseTokens(value: unknown, param: string): Failure | null {
  if (!Array.isArray(value)) return null
  const [first] = value as readonly unknown[]
  const holdsTokens =
    typeof first === 'number' || (Array.isArray(first) && typeof first[0] === 'number')
  if (!holdsTokens) return null
  const message = `Invalid type for '${param}': arrays of tokens are not supported, since Gemini has its own tokenizer; send the text as a string.`
  return { reason: 'invalid_type', message, param }
}
