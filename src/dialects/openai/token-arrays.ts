import type { Failure } from '../../failure/failure.ts'

/**
 * OpenAI also accepts a text as an array of its own tokens. Google accepts no tokens, and its tokenizer is another,
 * so they are refused. Null if the value holds none.
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
