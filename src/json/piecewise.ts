/** JSON of what is frozen in large parts: those are written once, and not with each request that they are in. */
import { onceForFrozen } from './frozen.ts'

const frozenText = onceForFrozen((value) => JSON.stringify(value))

/**
 * As JSON.stringify, of plain objects and lists. So many levels are put together piece by piece, which pays where many of the pieces
 * are frozen; what is deeper is written at once.
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
