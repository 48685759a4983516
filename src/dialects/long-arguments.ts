/**
 * JSON.parse rounds whole numbers beyond 2^53. Where a body holds the arguments of a call as an object, not as JSON
 * text, such numbers become strings with all digits, as they do in arguments that are JSON text.
 */
import { isRecord } from '../json/record.ts'

/** The fields that hold the conversation. */
const LISTS = ['messages', 'input'] as const
const ARGUMENTS = ['input', 'arguments', 'action', 'operation'] as const

/** Changes and returns `body`. `reread` parses the body again, with strings for all such numbers. */
export function withLongArguments<T>(body: T, reread: () => unknown): T {
  if (!isRecord(body)) return body
  for (const name of LISTS) {
    const list: unknown = body[name]
    if (!Array.isArray(list) || !list.some((item) => placesIn(item).some(isCut))) continue
    const whole = reread()
    const wholeList: unknown = isRecord(whole) ? whole[name] : null
    if (!Array.isArray(wholeList)) continue
    for (const [at, item] of list.entries()) putBack(placesIn(item), placesIn(wholeList[at]))
  }
  return body
}

type Place = Record<string, unknown>

/**
 * The places in an item that may hold a call's arguments: the item, the blocks of its content, and the functions that
 * it calls.
 */
function placesIn(item: unknown): readonly Place[] {
  if (!isRecord(item)) return []
  const { content, tool_calls: calls, function_call: legacy } = item
  const blocks = Array.isArray(content) ? content.filter(isRecord) : []
  const functions = Array.isArray(calls)
    ? calls.filter(isRecord).map((call) => call['function'])
    : []
  return [item, ...blocks, ...[...functions, legacy].filter(isRecord)]
}

function isCut(place: Place): boolean {
  return ARGUMENTS.some((key) => isRecord(place[key]) && holdsLong(place[key]))
}

function putBack(places: readonly Place[], whole: readonly Place[]): void {
  for (const [at, place] of places.entries()) {
    for (const key of ARGUMENTS) if (isRecord(place[key])) place[key] = whole[at]?.[key]
  }
}

/** Recursion is safe: values that are nested too deeply were refused before. */
function holdsLong(value: unknown): boolean {
  if (typeof value === 'number') return Number.isInteger(value) && !Number.isSafeInteger(value)
  if (typeof value !== 'object' || value === null) return false
  for (const key in value) if (holdsLong((value as Place)[key])) return true
  return false
}
