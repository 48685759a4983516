import * as v from 'valibot'
import { isRecord } from '../../http/record.ts'

/**
 * Google's JSON takes each field in camel and in snake case. `entries` are in camel case; the object takes both, so that a
 * complaint names the field as the client wrote it, and comes out in camel case.
 */
export function bothCases<const Entries extends v.ObjectEntries>(entries: Entries) {
  return v.pipe(
    v.object(spellings(entries), 'an object'),
    v.transform((parsed) => inCamelCase(entries, parsed)),
  )
}

/** The types know camel case alone; read what was parsed with `inCamelCase`. */
export function spellings<const Entries extends v.ObjectEntries>(entries: Entries): Entries {
  const snake = Object.entries(entries).map(([name, schema]) => [toSnakeCase(name), schema])
  return { ...Object.fromEntries(snake), ...entries }
}

export function inCamelCase<const Entries extends v.ObjectEntries>(
  entries: Entries,
  parsed: object,
): Partial<v.InferOutput<v.ObjectSchema<Entries, undefined>>> {
  const fields = isRecord(parsed) ? parsed : {}
  const found: { [name: string]: unknown } = {}
  for (const name of Object.keys(entries)) {
    const value = fields[name] ?? fields[toSnakeCase(name)]
    if (value !== undefined && value !== null) found[name] = value
  }
  // Each value was parsed by the schema of its name.
  return found as Partial<v.InferOutput<v.ObjectSchema<Entries, undefined>>>
}

/** Google's names are few, and the same for every request. */
const SNAKE_CASE = new Map<string, string>()

function toSnakeCase(name: string): string {
  const known = SNAKE_CASE.get(name)
  if (known !== undefined) return known
  const snake = name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
  SNAKE_CASE.set(name, snake)
  return snake
}
