import { isNestedDeeper } from '../../json/nesting.ts'
import { isRecord } from '../../json/record.ts'
import { parseWithLongTexts } from '../../json/long-numbers.ts'

/** Google's parser of nested values gives up at a hundred, of which the request around them takes some. */
const MAX_DEPTH = 64

/** The JSON object that a text holds, with whole numbers beyond 2^53 as texts; undefined where it holds none, or one that Google cannot be sent. */
export function parseObject(text: string): Record<string, unknown> | undefined {
  // Most results are no JSON: not worth an exception each.
  if (!/^\s*\{/.test(text)) return undefined
  let value: unknown
  try {
    value = parseWithLongTexts(text)
  } catch {
    return undefined // a text like any other
  }
  return isRecord(value) && isSendable(value) ? value : undefined
}

export function isSendable(value: object): boolean {
  return !isNestedDeeper(value, MAX_DEPTH)
}
