/** Writes a shape as `parametersJsonSchema` and `responseJsonSchema` (docs/google.md: Schemas). */
import { described, oneOf } from './hints.ts'
import { readSchema } from './read.ts'
import type { Scalar, Shape } from './shape.ts'

type JsonSchema = Record<string, unknown>

export function toJsonSchema(schema: unknown): JsonSchema {
  return print(readSchema(schema))
}

/** For parameters, which are always an object; undefined if the schema says nothing about it. */
export function toJsonSchemaObject(schema: unknown): JsonSchema | undefined {
  const shape = readSchema(schema)
  const { kinds, properties, anyOf, additionalProperties = false } = shape
  if (kinds.length > 0 && !kinds.includes('object')) return undefined
  const isEmpty = properties === undefined || properties.size === 0
  if (isEmpty && anyOf === undefined && additionalProperties === false) return undefined
  return print({ ...shape, kinds: ['object'] })
}

function print(shape: Shape): JsonSchema {
  const { kinds, title, format, pattern, limits, items, prefixItems, anyOf, properties } = shape
  const { additionalProperties } = shape
  const values = shape.enum === undefined || isListed(shape.enum) ? shape.enum : undefined
  const hint = shape.enum === values ? '' : oneOf(shape.enum ?? [])
  const [kind] = kinds
  return {
    ...(kind !== undefined && { type: kinds.length === 1 ? kind : kinds }),
    ...(title !== undefined && { title }),
    ...described(shape, hint),
    ...(format !== undefined && { format }),
    ...(pattern !== undefined && { pattern }),
    ...(values !== undefined && { enum: values }),
    ...(shape.default !== undefined && { default: shape.default }),
    ...limits,
    ...(properties !== undefined && { properties: printAll(properties) }),
    ...requiredOf(shape),
    ...(additionalProperties !== undefined && {
      additionalProperties:
        typeof additionalProperties === 'boolean'
          ? additionalProperties
          : print(additionalProperties),
    }),
    // Google refuses an array without `items`.
    ...((items !== undefined || kinds.includes('array')) && { items: items ? print(items) : {} }),
    ...(prefixItems !== undefined && { prefixItems: prefixItems.map(print) }),
    ...(anyOf !== undefined && { anyOf: anyOf.map(print) }),
  }
}

/** Google accepts lists of only strings or only numbers (docs/google.md: Schemas). */
function isListed(values: readonly Scalar[]): boolean {
  return ['string', 'number'].some((type) => values.every((value) => typeof value === type))
}

function printAll(properties: ReadonlyMap<string, Shape>): JsonSchema {
  // Not by assignment: a property may be called `__proto__`.
  return Object.fromEntries([...properties].map(([name, shape]) => [name, print(shape)]))
}

function requiredOf({ required, properties }: Shape): { readonly required?: readonly string[] } {
  const known = [...required].filter((name) => properties?.has(name) === true)
  return known.length === 0 ? {} : { required: known }
}
