import * as v from 'valibot'
import { isRecord } from '../json/record.ts'

/**
 * Google's JSON takes each field in camel and in snake case. `entries` are in camel case; the object takes both, so that a
 * complaint names the field as the client wrote it, and comes out in camel case.
 */
export function bothCases<const Entries extends v.ObjectEntries>(entries: Entries) {
  const names = namesOf(entries)
  return v.pipe(
    v.object(spellings(entries), 'an object'),
    v.transform((parsed) => inCamelCase<Entries>(names, parsed)),
  )
}

/** The types know camel case alone; read what was parsed with `inCamelCase`. */
export function spellings<const Entries extends v.ObjectEntries>(entries: Entries): Entries {
  const snake = Object.entries(entries).map(([name, schema]) => [toSnakeCase(name), schema])
  return { ...Object.fromEntries(snake), ...entries }
}

/** The names in camel case, by either spelling. */
export function namesOf(entries: v.ObjectEntries): ReadonlyMap<string, string> {
  const names = Object.keys(entries)
  return new Map(
    names.flatMap((name) => [[name, name] as const, [toSnakeCase(name), name] as const]),
  )
}

/** The fields that are set, by these names; camel case goes before snake case. Looks through what was sent, which is little. */
export function inCamelCase<const Entries extends v.ObjectEntries>(
  names: ReadonlyMap<string, string>,
  parsed: object,
): Partial<v.InferOutput<v.ObjectSchema<Entries, undefined>>> {
  const fields = isRecord(parsed) ? parsed : {}
  const found: { [name: string]: unknown } = {}
  for (const key in fields) {
    const name = names.get(key)
    const value = fields[key]
    if (name === undefined || value === undefined || value === null) continue
    if (name === key || found[name] === undefined) found[name] = value
  }
  // Each value was parsed by the schema of its name.
  return found as Partial<v.InferOutput<v.ObjectSchema<Entries, undefined>>>
}

export function toSnakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

export function toCamelCase(name: string): string {
  return name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
