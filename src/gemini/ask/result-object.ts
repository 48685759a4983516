import { holdsLongNumber } from '../../json/long-numbers.ts'
import { isRecord } from '../../json/record.ts'

/** To Google it is a pointer to a part beside the response, and what points nowhere is refused, now and with each later turn. */
const POINTER = '$ref'

/** `object`, which `text` spells, where Google can take it as a function's response; else the text, whose meaning is the same. */
export function resultObject(
  text: string,
  object: Record<string, unknown> | undefined,
): Record<string, unknown> {
  const isTaken = object !== undefined && !holdsLongNumber(text) && !holdsPointer(object)
  return isTaken ? object : { result: text }
}

/** What is nested too deeply has been refused by now. */
function holdsPointer(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(holdsPointer)
  if (!isRecord(value)) return false
  for (const key in value) if (key === POINTER || holdsPointer(value[key])) return true
  return false
}
