import { toSnakeCase } from '../json/snake-case.ts'
import * as v from 'valibot'
import { isRecord } from '../json/record.ts'
import type { Reading } from './unread-fields.ts'

/**
 * Google's JSON accepts each field in camel and in snake case. `entries` are in camel case. The schema accepts both
 * spellings, so that an error names the field as the client wrote it, and returns camel case.
 */
export function bothCases<const Entries extends v.ObjectEntries>(entries: Entries) {
  const names = namesOf(entries)
  return v.pipe(
    v.object(spellings(entries), 'an object'),
    v.transform((parsed) => inCamelCase<Entries>(names, parsed)),
  )
}

/** The types know only camel case, so read the parsed value with `inCamelCase`. */
export function spellings<const Entries extends v.ObjectEntries>(entries: Entries): Entries {
  const snake = Object.entries(entries).map(([name, schema]) => [toSnakeCase(name), schema])
  return { ...Object.fromEntries(snake), ...entries }
}

/** The entries in the three places where clients put Google's fields: the root, `google` and `extra_body.google`. */
export function inAllPlaces<const Entries extends v.ObjectEntries>(entries: Entries) {
  const google = v.nullish(bothCases(entries))
  return {
    ...spellings(entries),
    google,
    extra_body: v.nullish(v.object({ google }, 'an object')),
  }
}

/** What is set in the places of `inAllPlaces`. The most deeply nested one takes precedence. */
export function fromAllPlaces<const Entries extends v.ObjectEntries>(
  names: ReadonlyMap<string, string>,
  asked: v.InferOutput<v.ObjectSchema<ReturnType<typeof inAllPlaces<Entries>>, undefined>>,
): Partial<v.InferOutput<v.ObjectSchema<Entries, undefined>>> {
  const { google, extra_body: extra } = asked
  return { ...inCamelCase<Entries>(names, asked), ...google, ...extra?.google }
}

/** Either spelling of each name → the name in camel case. */
export function namesOf(entries: v.ObjectEntries): ReadonlyMap<string, string> {
  const names = Object.keys(entries)
  return new Map(
    names.flatMap((name) => [[name, name] as const, [toSnakeCase(name), name] as const]),
  )
}

/**
 * The fields that are set, in camel case. If a field is set in both spellings, camel case takes precedence. Loops
 * over the fields sent, which are few.
 */
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
  // The schema of each name has parsed its value.
  return found as Partial<v.InferOutput<v.ObjectSchema<Entries, undefined>>>
}

export function toCamelCase(name: string): string {
  return name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

/** What is read of Google's fields, in camel and snake case. */
export function reading(
  entries: v.ObjectEntries,
  within: Readonly<Record<string, () => Reading>> = {},
) {
  const names = namesOf(entries)
  const inner = [...names].flatMap(([spelling, name]) => {
    const read = Object.hasOwn(within, name) ? within[name] : undefined
    return read === undefined ? [] : [[spelling, read] as const]
  })
  return { fields: new Set(names.keys()), within: new Map(inner) } satisfies Reading
}

/** What is read in the places of `inAllPlaces`, beside `fields` at the root. */
export function readingInAllPlaces(
  fields: readonly string[],
  entries: v.ObjectEntries,
  within?: Readonly<Record<string, () => Reading>>,
): Reading {
  const google = reading(entries, within)
  const extraBody = { fields: new Set(['google']), within: new Map([['google', () => google]]) }
  return {
    fields: new Set([...fields, ...google.fields, 'google', 'extra_body']),
    within: new Map([...google.within, ['google', () => google], ['extra_body', () => extraBody]]),
  }
}
