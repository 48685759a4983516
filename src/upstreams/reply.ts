import { parseWithRawNumbers } from '../json/long-numbers.ts'

/**
 * Parses the JSON of Google's answer. Only arguments of calls hold whole numbers whose every digit counts, and most
 * answers have no calls.
 */
export function parseReply(text: string): unknown {
  return text.includes('"functionCall"') ? parseWithRawNumbers(text) : JSON.parse(text)
}
