/**
 * Reads requests in Google's own format. A client may write each field in camel or in snake case, even both in one
 * object.
 */
import { isRecord } from '../../json/record.ts'
import { memberAt, type Span } from '../../json/value-spans.ts'
import { toSnakeCase } from '../spellings.ts'

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

/** The objects of a list; an empty list if the value is not a list. */
export function recordsOf(list: unknown): readonly Record<string, unknown>[] {
  return Array.isArray(list) ? list.filter(isRecord) : []
}

export function textOf(of: unknown, name: string): string | undefined {
  const value = fieldOf(of, name)
  return typeof value === 'string' ? value : undefined
}

/** Where the field's value stands in the object that begins at `at`. */
export function spanOf(text: string, at: number, name: string): Span | undefined {
  return memberAt(text, at, name) ?? memberAt(text, at, toSnakeCase(name))
}
