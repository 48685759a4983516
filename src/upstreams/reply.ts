import { parseWithRawNumbers } from '../json/long-numbers.ts'

/** The JSON of an answer of Google's. Only arguments of calls hold whole numbers whose every digit counts, and most answers have none. */
export function parseReply(text: string): unknown {
  return text.includes('"functionCall"') ? parseWithRawNumbers(text) : JSON.parse(text)
}
