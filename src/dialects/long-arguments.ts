/**
 * JSON.parse rounds whole numbers beyond 2^53. Where a body holds the arguments of a call as an object, not as JSON
 * text, such numbers become strings with all digits, as they do in arguments that are JSON text.
 */
import { onceForFrozen } from '../json/frozen.ts'
import { isRecord } from '../json/record.ts'

/** The fields that hold the conversation. */
const LISTS = ['messages', 'input'] as const
const ARGUMENTS = ['input', 'arguments', 'action', 'operation'] as const

/**
 * Returns the body itself if no number in it was rounded, else a copy: parts of a body may be shared with other requests.
 * `reread` parses the body again, with strings for all such numbers.
 */
export function withLongArguments<T>(body: T, reread: () => unknown): T {
  if (!isRecord(body)) return body
  let restored: T & Record<string, unknown> = body
  for (const name of LISTS) {
    const list: unknown = body[name]
    if (!Array.isArray(list) || !list.some(isRounded)) continue
    const whole = reread()
    const wholeList: unknown = isRecord(whole) ? whole[name] : null
    if (!Array.isArray(wholeList)) continue
    const items = list.map((item: unknown, at) => restoredItem(item, wholeList[at]))
    restored = { ...restored, [name]: items }
  }
  return restored
}

function isRounded(item: unknown): boolean {
  return isRecord(item) && isRoundedItem(item)
}

/** Items that recur are looked at only once. */
const isRoundedItem = onceForFrozen((item) => placesIn(item as Place).some(hasRounded))

type Place = Readonly<Record<string, unknown>>

/** The parts of an item that may be a call: the item itself, blocks of its content, functions that it calls. */
function placesIn(item: Place): readonly Place[] {
  const { content, tool_calls: calls, function_call: legacy } = item
  const blocks = Array.isArray(content) ? content.filter(isRecord) : []
  const functions = Array.isArray(calls)
    ? calls.filter(isRecord).map((call) => call['function'])
    : []
  return [item, ...blocks, ...[...functions, legacy].filter(isRecord)]
}

function hasRounded(place: Place): boolean {
  return ARGUMENTS.some((key) => isRecord(place[key]) && holdsLong(place[key]))
}

/** A copy of an item, with the arguments that it has in `whole`. */
function restoredItem(item: unknown, whole: unknown): unknown {
  if (!isRecord(item) || !isRecord(whole)) return item
  const { content, tool_calls: calls, function_call: legacy } = item
  const contents = listOf(whole['content'])
  const wholeCalls = listOf(whole['tool_calls'])
  return {
    ...withArguments(item, whole),
    ...(Array.isArray(content) && {
      content: content.map((block: unknown, at) => restoredPlace(block, contents[at])),
    }),
    ...(Array.isArray(calls) && {
      tool_calls: calls.map((call: unknown, at) => restoredCall(call, wholeCalls[at])),
    }),
    ...(isRecord(legacy) && { function_call: restoredPlace(legacy, whole['function_call']) }),
  }
}

function restoredCall(call: unknown, whole: unknown): unknown {
  if (!isRecord(call) || !isRecord(whole) || !isRecord(call['function'])) return call
  return { ...call, function: restoredPlace(call['function'], whole['function']) }
}

function restoredPlace(place: unknown, whole: unknown): unknown {
  return isRecord(place) && isRecord(whole) ? withArguments(place, whole) : place
}

function withArguments(place: Place, whole: Place): Place {
  const given = ARGUMENTS.filter((key) => isRecord(place[key])).map((key) => [key, whole[key]])
  return given.length === 0 ? place : { ...place, ...Object.fromEntries(given) }
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** A value that is nested too deeply has been refused by now. */
function holdsLong(value: unknown): boolean {
  if (typeof value === 'number') return Number.isInteger(value) && !Number.isSafeInteger(value)
  if (typeof value !== 'object' || value === null) return false
  for (const key in value) if (holdsLong((value as Place)[key])) return true
  return false
}
