/**
 * Writes JSON of values whose large parts are frozen. The text of a frozen part is made once and used again for every
 * request that contains the part.
 */
import { onceForFrozen } from './frozen.ts'

const frozenText = onceForFrozen((value) => JSON.stringify(value))

/**
 * Like JSON.stringify, for plain objects and lists. `levels`: how many levels of nesting are put together piece by
 * piece, which is worthwhile only where many pieces are frozen. Everything deeper is written at once.
 */
export function stringifyPiecewise(value: unknown, levels: number): string | undefined {
  if (typeof value !== 'object' || value === null || levels === 0) return JSON.stringify(value)
  if (Object.isFrozen(value)) return frozenText(value)
  return Array.isArray(value) ? listText(value, levels - 1) : objectText(value, levels - 1)
}

function listText(list: readonly unknown[], levels: number): string {
  let text = '['
  for (const item of list) {
    if (text !== '[') text += ','
    text += stringifyPiecewise(item, levels) ?? 'null'
  }
  return `${text}]`
}

function objectText(object: object, levels: number): string {
  let text = '{'
  for (const key in object) {
    const inner = stringifyPiecewise((object as Readonly<Record<string, unknown>>)[key], levels)
    if (inner === undefined) continue
    if (text !== '{') text += ','
    text += `${JSON.stringify(key)}:${inner}`
  }
  return `${text}}`
}
