import { isNestedDeeper } from '../../json/nesting.ts'
import { isRecord } from '../../json/record.ts'
import { parseWithLongTexts } from '../../json/long-numbers.ts'

/** Google's parser gives up at about a hundred levels, and the request around the object takes some of them. */
const MAX_DEPTH = 64

/**
 * The JSON object in a text, with whole numbers beyond 2^53 as strings. Undefined if the text holds none, or one too
 * deep for Google.
 */
export function parseObject(text: string): Record<string, unknown> | undefined {
  // Most results are not JSON. An exception for each would be expensive.
  if (!/^\s*\{/.test(text)) return undefined
  let value: unknown
  try {
    value = parseWithLongTexts(text)
  } catch {
    return undefined // not JSON after all
  }
  return isRecord(value) && isSendable(value) ? value : undefined
}

export function isSendable(value: object): boolean {
  return !isNestedDeeper(value, MAX_DEPTH)
}
