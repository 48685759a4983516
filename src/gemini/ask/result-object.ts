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
  const isTaken = object !== undefined && !holdsLongNumber(text) && !holdsPointer(object)
  return isTaken ? object : { result: text }
}

/** Recursion is safe: values that are nested too deeply were refused before. */
function holdsPointer(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(holdsPointer)
  if (!isRecord(value)) return false
  for (const key in value) if (key === POINTER || holdsPointer(value[key])) return true
  return false
}
