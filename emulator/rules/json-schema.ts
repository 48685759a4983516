/**
 * What Google refuses in a JSON Schema. It ignores all keywords except the documented ones (docs/google.md: Schemas).
 */
import { invalidArgument, isObject } from '../errors/failure.ts'
import type { Failure } from '../errors/failure.ts'
import type { JsonObject } from '../json.ts'

const TYPES: readonly unknown[] = [
  'string',
  'number',
  'integer',
  'boolean',
  'array',
  'object',
  'null',
]
/** Keywords that hold one schema, a list of schemas, or a map of them. */
const ONE = ['items', 'additionalProperties']
const LISTS = ['prefixItems', 'anyOf', 'oneOf']
const MAPS = ['properties', '$defs']

type Check = (schema: JsonObject, root: JsonObject) => string | undefined

/** Each returns the complaint that follows the path; undefined if there is none. */
const CHECKS: readonly Check[] = [
  ({ type }) => {
    if (type === undefined) return undefined
    const types: unknown[] = Array.isArray(type) ? type : [type]
    const isKnown = types.length > 0 && types.every((each) => TYPES.includes(lower(each)))
    return isKnown ? undefined : '.type: unknown type'
  },
  (schema) => {
    const values = schema['enum']
    if (values === undefined) return undefined
    const isListed =
      Array.isArray(values) &&
      values.length > 0 &&
      values.every((value) => typeof value === 'string' || typeof value === 'number')
    return isListed ? undefined : '.enum: only strings and numbers are supported'
  },
  (schema, root) => {
    const reference = schema['$ref']
    if (reference === undefined) return undefined
    if (Object.keys(schema).some((key) => !key.startsWith('$'))) {
      return '.$ref: no other fields may be set beside it'
    }
    return refersTo(root, reference) ? undefined : '.$ref: reference to undefined schema'
  },
  ({ required }) => {
    if (required === undefined) return undefined
    const isNames = Array.isArray(required) && required.every((name) => typeof name === 'string')
    return isNames ? undefined : '.required: must be a list of names'
  },
  ({ properties }) =>
    properties === undefined || isObject(properties) ? undefined : '.properties: must be an object',
]

export function checkJsonSchema(
  schema: JsonObject,
  path: string,
  root: JsonObject = schema,
): Failure | undefined {
  for (const check of CHECKS) {
    const complaint = check(schema, root)
    if (complaint !== undefined) {
      return invalidArgument(`* GenerateContentRequest.${path}${complaint}`)
    }
  }
  for (const [step, child] of children(schema)) {
    if (typeof child === 'boolean') continue
    const at = `${path}.${step}`
    const failed = isObject(child)
      ? checkJsonSchema(child, at, root)
      : invalidArgument(`* GenerateContentRequest.${at}: must be a schema`)
    if (failed) return failed
  }
  return undefined
}

function children(schema: JsonObject): [string, unknown][] {
  const one = ONE.flatMap((key): [string, unknown][] =>
    schema[key] === undefined ? [] : [[key, schema[key]]],
  )
  const lists = LISTS.flatMap((key) => {
    const list = schema[key]
    return Array.isArray(list)
      ? list.map((child, index): [string, unknown] => [`${key}[${index}]`, child])
      : []
  })
  const maps = MAPS.flatMap((key) => {
    const map = schema[key]
    return isObject(map)
      ? Object.entries(map).map(([name, child]): [string, unknown] => [`${key}[${name}]`, child])
      : []
  })
  return [...one, ...lists, ...maps]
}

function refersTo(root: JsonObject, reference: unknown): boolean {
  if (reference === '#') return true
  const [, name] = /^#\/\$defs\/([^/]+)$/.exec(String(reference)) ?? []
  const definitions = root['$defs']
  return name !== undefined && isObject(definitions) && Object.hasOwn(definitions, name)
}

function lower(type: unknown): unknown {
  return typeof type === 'string' ? type.toLowerCase() : type
}
