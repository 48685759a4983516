/**
 * JSON that fits a schema, as Google's constrained decoding makes it. The schema is a JSON Schema, or Google's own
 * with types in upper case.
 */
import type { JsonObject } from '../json.ts'

/** Levels. Below this, objects of a recursive schema get only their required properties. */
const MAX_DEPTH = 4
/** Levels. A schema that requires itself would never end, so it ends here. */
const BOTTOM = 32

/** What a model would say in fields with these names. The schema would allow any text. */
const BY_NAME: ReadonlyMap<string, string> = new Map([
  ['language', 'english'],
  ['start', '00:00'],
  ['end', '00:01'],
])

/** `text`: the content of strings. */
export function sampleOf(schema: JsonObject, text: string): unknown {
  return sample(schema, { root: schema, text, name: '', depth: 0 })
}

interface At {
  readonly root: JsonObject
  readonly text: string
  /** Name of the field whose value is wanted. */
  readonly name: string
  readonly depth: number
}

function sample(given: unknown, at: At): unknown {
  if (at.depth > BOTTOM) return null
  const schema = resolved(given, at.root)
  if (schema['const'] !== undefined) return schema['const']
  const [choice] = asList(schema['enum'])
  if (choice !== undefined) return choice
  const [branch] = [...asList(schema['anyOf']), ...asList(schema['oneOf'])]
  if (branch !== undefined) return sample(branch, at)
  const [type] = asList(schema['type'] ?? 'object')
  switch (String(type).toLowerCase()) {
    case 'object':
      return objectOf(schema, at)
    case 'array':
      return listOf(schema, at)
    case 'string':
      return BY_NAME.get(at.name) ?? at.text
    case 'number':
    case 'integer':
      return numberOf(schema)
    case 'boolean':
      return true
    default:
      return null
  }
}

/** 1 if allowed: gemini-cli asks in words for a score from 1 to 100, and asks again if it gets another value. */
function numberOf({ minimum = 1, maximum }: JsonObject): unknown {
  return typeof minimum === 'number' && typeof maximum === 'number'
    ? Math.min(minimum, maximum)
    : minimum
}

function objectOf(schema: JsonObject, at: At): JsonObject {
  const required = asList(schema['required'])
  const properties = Object.entries(asObject(schema['properties']))
  const wanted = properties.filter(([name]) => at.depth < MAX_DEPTH || required.includes(name))
  const depth = at.depth + 1
  return Object.fromEntries(
    wanted.map(([name, property]) => [name, sample(property, { ...at, name, depth })]),
  )
}

function listOf(schema: JsonObject, at: At): unknown[] {
  const least = Number(schema['minItems'] ?? 0)
  const length = at.depth < MAX_DEPTH ? Math.max(1, least) : least
  const item = { ...at, depth: at.depth + 1 }
  const items = schema['items'] ?? { type: 'string' }
  return Array.from({ length }, () => sample(items, item))
}

/** Resolves a `$ref` (`#/$defs/Name`). A chain that never leaves references gives an empty schema. */
function resolved(given: unknown, root: JsonObject): JsonObject {
  let schema = asObject(given)
  for (let hop = 0; hop < MAX_DEPTH && typeof schema['$ref'] === 'string'; hop++) {
    const path = schema['$ref'].split('/').slice(1)
    schema = asObject(path.reduce<unknown>((value, key) => asObject(value)[key], root))
  }
  return schema
}

function asObject(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

function asList(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return []
  return Array.isArray(value) ? value : [value]
}
