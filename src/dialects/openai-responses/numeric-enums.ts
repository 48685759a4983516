/**
 * Codex rewrites the schemas of MCP tools, so that an enum of numbers becomes `{"type":"string","enum":[1,2,3]}`.
 * Google refuses that, and the tool wants numbers. So Gemini is given strings, and the numbers are restored in a
 * call's arguments. Nulls that a schema does not allow are removed: a model means "left out" by them, and Codex
 * refuses them (docs/clients.md: Responses).
 */
import { isRawNumber } from '../../json/long-numbers.ts'
import { isRecord } from '../../json/record.ts'

type Schema = Readonly<Record<string, unknown>>

/** Levels. A schema may refer to itself, but arguments are never this deep. */
const MAX_DEPTH = 64

/** The schema with strings in each enum whose type is string. The same object if nothing changes. */
export function withTextEnums<T extends Schema>(schema: T): T {
  return isAnyNumeric(schema, 0) ? (rewritten(schema, 0) as T) : schema
}

function isAnyNumeric(value: unknown, depth: number): boolean {
  if (depth > MAX_DEPTH) return false
  if (Array.isArray(value)) return value.some((item) => isAnyNumeric(item, depth + 1))
  if (!isRecord(value)) return false
  return (
    isTextEnumOfNumbers(value) ||
    Object.values(value).some((inner) => isAnyNumeric(inner, depth + 1))
  )
}

function isTextEnumOfNumbers({ type, enum: values }: Schema): boolean {
  return (
    type === 'string' && Array.isArray(values) && values.some((value) => typeof value === 'number')
  )
}

function rewritten(value: unknown, depth: number): unknown {
  if (depth > MAX_DEPTH) return value
  if (Array.isArray(value)) return value.map((item: unknown) => rewritten(item, depth + 1))
  if (!isRecord(value)) return value
  const inner = Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, rewritten(item, depth + 1)]),
  )
  const { enum: values } = value
  return isTextEnumOfNumbers(value) && Array.isArray(values)
    ? { ...inner, enum: values.map(asText) }
    : inner
}

/** Of other values null stays what it is, and no object can be made a text. */
function asText(value: unknown): unknown {
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value
}

/** Restores a call's arguments to what the client's own schema says. `schema` is the one that the client sent. */
export function restored(args: unknown, schema: Schema | null | undefined): unknown {
  return schema ? restore(args, schema, schema, 0) : args
}

function restore(value: unknown, schema: unknown, root: Schema, depth: number): unknown {
  if (depth > MAX_DEPTH || !isRecord(schema)) return value
  if (typeof value === 'string') return numberIn(value, schema, root) ?? value
  if (Array.isArray(value)) {
    const all = alternativesOf(schema, root)
    return value.map((item: unknown, at) => restore(item, itemOf(all, at), root, depth + 1))
  }
  if (!isRecord(value) || isRawNumber(value)) return value
  return restoreObject(value, schema, root, depth)
}

function restoreObject(value: Schema, schema: Schema, root: Schema, depth: number): Schema {
  const properties = propertiesOf(schema, root)
  const others = firstOf(alternativesOf(schema, root), 'additionalProperties')
  const entries: [string, unknown][] = []
  for (const [key, item] of Object.entries(value)) {
    const of = properties.has(key) ? properties.get(key) : others
    if (item === null && of !== undefined && !takesNull(of, root)) continue
    entries.push([key, restore(item, of, root, depth + 1)])
  }
  return Object.fromEntries(entries)
}

/** The schema of an array's item at this place: of one place, in both spellings, or of all. */
function itemOf(alternatives: readonly Schema[], at: number): unknown {
  for (const { prefixItems, items } of alternatives) {
    const places = Array.isArray(prefixItems) ? prefixItems : Array.isArray(items) ? items : []
    if (isRecord(places[at])) return places[at]
  }
  return firstOf(alternatives, 'items')
}

function firstOf(alternatives: readonly Schema[], key: string): unknown {
  return alternatives.find((one) => isRecord(one[key]))?.[key]
}

/** The properties of a schema and of the schemas it is composed of. Its own take precedence. */
function propertiesOf(schema: Schema, root: Schema): ReadonlyMap<string, unknown> {
  const all = new Map<string, unknown>()
  for (const { properties } of alternativesOf(schema, root)) {
    if (!isRecord(properties)) continue
    for (const [key, of] of Object.entries(properties)) if (!all.has(key)) all.set(key, of)
  }
  return all
}

function takesNull(schema: unknown, root: Schema): boolean {
  return !isRecord(schema) || alternativesOf(schema, root).some(isNullable)
}

function isNullable(schema: Schema): boolean {
  const { type, enum: values, nullable } = schema
  if (nullable === true || type === 'null') return true
  if (Array.isArray(type) && type.includes('null')) return true
  if (Array.isArray(values)) return values.includes(null)
  return type === undefined && partsOf(schema).length === 0
}

function numberIn(text: string, schema: Schema, root: Schema): number | undefined {
  const values = alternativesOf(schema, root).flatMap(({ enum: all }): unknown[] =>
    Array.isArray(all) ? all : [],
  )
  if (values.includes(text)) return undefined
  return values.find(
    (value): value is number => typeof value === 'number' && String(value) === text,
  )
}

const alternatives = new WeakMap<Schema, readonly Schema[]>()

/**
 * A schema and all schemas that it is composed of, each once. Without that, a number of parts that refer to each
 * other would be followed in exponentially many ways.
 */
function alternativesOf(schema: Schema, root: Schema): readonly Schema[] {
  const known = alternatives.get(schema)
  if (known !== undefined) return known
  const all = new Set([referred(schema, root)])
  for (const one of all) for (const part of partsOf(one)) all.add(referred(part, root))
  const list = [...all]
  alternatives.set(schema, list)
  return list
}

function partsOf(schema: Schema): readonly Schema[] {
  return ['anyOf', 'oneOf', 'allOf'].flatMap((key) => {
    const parts = schema[key]
    return Array.isArray(parts) ? parts.filter(isRecord) : []
  })
}

/** Resolves a schema's `$ref`. Follows only references into the same document, and at most eight of them in a row. */
function referred(schema: Schema, root: Schema): Schema {
  let meant = schema
  for (let hop = 0; hop < 8; hop++) {
    const ref = meant['$ref']
    if (typeof ref !== 'string' || !ref.startsWith('#')) return meant
    let target: unknown = root
    for (const step of ref
      .slice(1)
      .split('/')
      .filter((part) => part !== '')) {
      const key = step.replaceAll('~1', '/').replaceAll('~0', '~')
      target = isRecord(target) && Object.hasOwn(target, key) ? target[key] : undefined
    }
    if (!isRecord(target)) return meant
    meant = target
  }
  return meant
}
