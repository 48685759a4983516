/**
 * Reads requests in Google's own format. A client may write each field in camel or in snake case, even both in one
 * object.
 */
import { ARRAY, OBJECT } from '../../json/characters.ts'
import { toSnakeCase } from '../../json/snake-case.ts'
import { isRecord } from '../../json/record.ts'
import { elementsAt, memberAt, type Span } from '../../json/value-spans.ts'

/**
 * The value of a field, whose name is given in camel case, in either spelling; undefined if it is missing. Inherited
 * properties do not count.
 */
export function fieldOf(of: unknown, name: string): unknown {
  if (!isRecord(of)) return undefined
  if (Object.hasOwn(of, name)) return of[name]
  const snake = toSnakeCase(name)
  return Object.hasOwn(of, snake) ? of[snake] : undefined
}

/** The field's name as the client spelt it. */
export function spellingIn(of: unknown, name: string): string {
  return isRecord(of) && !Object.hasOwn(of, name) && Object.hasOwn(of, toSnakeCase(name))
    ? toSnakeCase(name)
    : name
}

/** The elements where a list belongs. Google takes one thing for a list of one (docs/google.md: Unknown fields). */
export function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value
  return isRecord(value) ? [value] : []
}

/** The objects of a list, or one in its place; empty if the value is neither. */
export function recordsOf(list: unknown): readonly Record<string, unknown>[] {
  return listOf(list).filter(isRecord)
}

/** Where the elements of `listOf` stand, given where the value stands. */
export function spansIn(text: string, { start, end }: Span): readonly Span[] {
  if (text.charCodeAt(start) === ARRAY) return elementsAt(text, start)
  return text.charCodeAt(start) === OBJECT ? [{ start, end }] : []
}

export function textOf(of: unknown, name: string): string | undefined {
  const value = fieldOf(of, name)
  return typeof value === 'string' ? value : undefined
}

/** Where the field's value stands in the object that begins at `at`. */
export function spanOf(text: string, at: number, name: string): Span | undefined {
  return memberAt(text, at, name) ?? memberAt(text, at, toSnakeCase(name))
}
