import { holdsLongNumber } from '../../json/long-numbers.ts'
import { isRecord } from '../../json/record.ts'

/**
 * To Google this key is a reference to a part beside the response. It refuses a reference without such a part, also
 * in every later turn of the conversation.
 */
const POINTER = '$ref'

/**
 * The value for a function's response: `object`, which is what `text` spells, if Google can take it; otherwise the
 * text, which means the same.
 */
export function resultObject(
  text: string,
  object: Record<string, unknown> | undefined,
): Record<string, unknown> {
  const isTaken = object !== undefined && !holdsLongNumber(text) && pointersIn(object).length === 0
  return isTaken ? object : { result: text }
}

/** The values of all pointers in a value. Recursion is safe: values that are nested too deeply were refused before. */
export function pointersIn(value: unknown): readonly unknown[] {
  const found: unknown[] = []
  collect(value, found)
  return found
}

function collect(value: unknown, found: unknown[]): void {
  if (Array.isArray(value)) for (const item of value) collect(item, found)
  if (!isRecord(value)) return
  for (const key in value) {
    if (key === POINTER) found.push(value[key])
    else collect(value[key], found)
  }
}
