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

/** An empty list with spaces in it is no longer than this. */
const MAX_NOTHING = 32

/**
 * The arguments of a call that a client sends back as a text. Clients in PHP write an empty object as an empty list
 * (docs/clients.md: Messages). Undefined if the text holds no object.
 */
export function argumentsIn(text: string): Record<string, unknown> | undefined {
  const written = text.trim()
  const isNothing = written === '' || (written.length < MAX_NOTHING && /^\[\s*\]$/.test(written))
  return isNothing ? {} : parseObject(text)
}

export function isSendable(value: object): boolean {
  return !isNestedDeeper(value, MAX_DEPTH)
}
