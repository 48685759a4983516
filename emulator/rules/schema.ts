/** What the parser accepts in a Schema but the model refuses (docs/google.md: Schemas). */
import { invalidArgument } from '../errors/failure.ts'
import type { Failure } from '../errors/failure.ts'
import type { Model } from '../models.ts'
import type { Schema } from '../proto/types.ts'

/** From this generation on, an object without properties is accepted. */
const EMPTY_OBJECTS_SINCE = 3

interface Place {
  path: string
  model: Model
}

/** Allowed formats by type. A type that is missing here allows any. */
const FORMATS: Record<string, readonly [string, string]> = {
  STRING: ['enum', 'date-time'],
  NUMBER: ['float', 'double'],
  INTEGER: ['int32', 'int64'],
}

type Check = (schema: Schema, place: Place) => string | undefined

/** Each returns the complaint that follows the path; undefined if there is none. */
const CHECKS: readonly Check[] = [
  ({ type, anyOf }) =>
    type === undefined && !anyOf?.length ? ': schema must have a type' : undefined,
  ({ type, properties }, { model }) =>
    type === 'OBJECT' &&
    model.generation < EMPTY_OBJECTS_SINCE &&
    Object.keys(properties ?? {}).length === 0
      ? '.properties: should be non-empty for OBJECT type'
      : undefined,
  ({ required = [], properties = {} }) => {
    const index = required.findIndex((name) => !Object.hasOwn(properties, name))
    return index < 0 ? undefined : `.required[${index}]: property is not defined`
  },
  ({ type, items }) => (type === 'ARRAY' && !items ? '.items: missing field.' : undefined),
  (schema) =>
    schema.enum?.length && schema.type !== 'STRING'
      ? '.enum: only allowed for STRING type'
      : undefined,
  (schema) => {
    const empty = schema.enum?.indexOf('') ?? -1
    return empty < 0 ? undefined : `.enum[${empty}]: cannot be empty`
  },
  ({ type = '', format }) => {
    const formats = FORMATS[type]
    if (!format || !formats || formats.includes(format)) return undefined
    return `.format: only '${formats[0]}' and '${formats[1]}' are supported for ${type} type`
  },
]

export function checkSchema(schema: Schema, place: Place): Failure | undefined {
  for (const check of CHECKS) {
    const complaint = check(schema, place)
    if (complaint !== undefined) {
      return invalidArgument(`* GenerateContentRequest.${place.path}${complaint}`)
    }
  }
  for (const [step, child] of children(schema)) {
    const failed = checkSchema(child, { ...place, path: `${place.path}.${step}` })
    if (failed) return failed
  }
  return undefined
}

function children({ properties = {}, items, anyOf = [] }: Schema): [string, Schema][] {
  return [
    ...Object.entries(properties).map(([name, child]): [string, Schema] => [
      `properties[${name}]`,
      child,
    ]),
    ...(items ? [['items', items] satisfies [string, Schema]] : []),
    ...anyOf.map((child, index): [string, Schema] => [`any_of[${index}]`, child]),
  ]
}
