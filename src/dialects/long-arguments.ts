/**
 * Arguments of calls that stand in a body as objects and not as JSON in a text: whole numbers beyond 2^53 become texts in them, as
 * they do where arguments are a text, since reading the body as JSON took their last digits.
 */
import { isRecord } from '../json/record.ts'

/** Where bodies have the conversation. */
const LISTS = ['messages', 'input'] as const
const ARGUMENTS = ['input', 'arguments', 'action', 'operation'] as const

/** The body itself. `reread`: gives it once more, with texts for all such numbers. */
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

/** What of an item may be a call: itself, a block of its content, a function that it calls. */
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

/** What is nested too deeply has been refused by now. */
function holdsLong(value: unknown): boolean {
  if (typeof value === 'number') return Number.isInteger(value) && !Number.isSafeInteger(value)
  if (typeof value !== 'object' || value === null) return false
  for (const key in value) if (holdsLong((value as Place)[key])) return true
  return false
}
