/**
 * Writes a shape in the OpenAPI subset of `parameters` and `responseSchema` (docs/google.md: Schemas), for when
 * Google has refused the other form. Whatever Google might refuse as too complex (patterns, lengths, defaults) is
 * left out.
 */
import { described, oneOf } from './hints.ts'
import { readSchema } from './read.ts'
import { ANYTHING, both, type Kind, type Limit, OR_NULL, type Shape } from './shape.ts'

type OpenApi = Record<string, unknown>

const FORMATS: Readonly<Partial<Record<Kind, readonly string[]>>> = {
  string: ['enum', 'date-time'],
  number: ['float', 'double'],
  integer: ['int32', 'int64'],
}

const LIMITS: Readonly<Partial<Record<Kind, readonly Limit[]>>> = {
  number: ['minimum', 'maximum'],
  integer: ['minimum', 'maximum'],
  array: ['minItems', 'maxItems'],
}

/** Older models refuse an object without properties. */
const NO_PROPERTIES = { _: { type: 'STRING', description: 'Not used.' } }

/** For an answer, which may be of any type; undefined if the schema says nothing about it. */
export function toOpenApi(schema: unknown): OpenApi | undefined {
  const shape = readSchema(schema)
  return shape.kinds.length === 0 && shape.anyOf === undefined ? undefined : print(shape)
}

/** For parameters, which are always an object; undefined if it has no properties, since then it must not be sent. */
export function toOpenApiObject(schema: unknown): OpenApi | undefined {
  const { properties, ...shape } = flat(readSchema(schema))
  if (shape.kinds.length > 0 && !shape.kinds.includes('object')) return undefined
  if (properties === undefined || properties.size === 0) {
    // One property stands for all that a map may have.
    const isMap = typeof shape.additionalProperties === 'object'
    return isMap ? print({ ...shape, kinds: ['object'] }) : undefined
  }
  return print({ ...shape, properties, kinds: ['object'] })
}

function print(shape: Shape): OpenApi {
  const { anyOf, properties } = shape
  if (anyOf !== undefined && properties !== undefined) return print(flat(shape))
  if (anyOf !== undefined) return alternatives(anyOf, shape)
  const kinds = shape.kinds.filter((kind) => kind !== 'null')
  const nullable = shape.kinds.includes('null') || shape.notes?.includes(OR_NULL) === true
  const [kind = 'string', ...others] = kinds
  if (others.length === 0) return printKind(kind, shape, nullable)
  return {
    anyOf: kinds.map((each) => printKind(each, shape, nullable)),
  }
}

/** Vertex accepts nothing beside `anyOf`, so each alternative repeats what stood there. */
function alternatives(anyOf: readonly Shape[], { kinds, description, notes = [] }: Shape): OpenApi {
  const outer: Shape = {
    ...ANYTHING,
    kinds,
    ...(description !== undefined && { description }),
    ...(notes.length > 0 && { notes }),
  }
  const nullable = anyOf.some((variant) => variant.kinds.includes('null'))
  const printed = flattened(anyOf.map((variant) => print(both(variant, outer))))
  return { anyOf: printed.map((variant) => (nullable ? { ...variant, nullable } : variant)) }
}

function printKind(kind: Kind, shape: Shape, nullable: boolean): OpenApi {
  const { format, limits } = shape
  const { enum: values } = shape
  const isListed = kind === 'string' && values?.every((value) => typeof value === 'string') === true
  const listed = isListed ? { enum: values } : {}
  const isTold = shape.enum === undefined || 'enum' in listed
  const limited = (LIMITS[kind] ?? []).filter((limit) => limits[limit] !== undefined)
  return {
    type: kind.toUpperCase(),
    ...(nullable && { nullable }),
    ...described(shape, isTold ? '' : oneOf(shape.enum ?? [])),
    ...(format !== undefined && FORMATS[kind]?.includes(format) === true && { format }),
    ...listed,
    ...Object.fromEntries(limited.map((limit) => [limit, limits[limit]])),
    ...(kind === 'array' && { items: printItems(shape) }),
    ...(kind === 'object' && printObject(shape)),
  }
}

/** This form has no tuples, so each item may be what any of them is. Each form is printed once: tuples may be nested. */
function printItems({ items, prefixItems = [] }: Shape): OpenApi {
  const forms = (items === undefined ? prefixItems : [...prefixItems, items]).map(print)
  const all = new Map(flattened(forms).map((form) => [JSON.stringify(form), form]))
  const [only = print(ANYTHING), ...others] = all.values()
  return others.length === 0 ? only : { anyOf: [...all.values()] }
}

function flattened(printed: readonly OpenApi[]): OpenApi[] {
  return printed.flatMap((variant) =>
    Array.isArray(variant['anyOf']) ? (variant['anyOf'] as OpenApi[]) : [variant],
  )
}

function printObject({ properties = new Map(), required, additionalProperties }: Shape): OpenApi {
  if (properties.size === 0) {
    const isMapOf = typeof additionalProperties === 'object' ? additionalProperties : null
    return { properties: isMapOf === null ? NO_PROPERTIES : anyName(isMapOf) }
  }
  const known = [...required].filter((name) => properties.has(name))
  return {
    properties: Object.fromEntries([...properties].map(([name, shape]) => [name, print(shape)])),
    ...(known.length > 0 && { required: known }),
  }
}

/** This form cannot express an object with arbitrary property names. */
function anyName(shape: Shape): OpenApi {
  const note = 'Stands for any name: write names of your own, each with a value like this.'
  return { _: print({ ...shape, notes: [...(shape.notes ?? []), note] }) }
}

/**
 * Merges the alternatives into one object with all their properties. Only what every alternative requires stays
 * required.
 */
function flat({ anyOf, ...shape }: Shape): Shape {
  if (anyOf === undefined) return shape
  const variants = anyOf.map(flat)
  const properties = new Map(shape.properties)
  for (const variant of variants) {
    for (const [name, property] of variant.properties ?? []) {
      if (!properties.has(name)) properties.set(name, property)
    }
  }
  const inAll = [...(variants[0]?.required ?? [])].filter((name) =>
    variants.every(({ required }) => required.has(name)),
  )
  return { ...shape, properties, required: new Set([...shape.required, ...inAll]) }
}
