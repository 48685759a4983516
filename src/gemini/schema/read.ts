/**
 * Reads the JSON Schemas that agents, zod, pydantic and MCP servers write (docs/clients.md: Schemas of clients).
 * Never fails: what Google cannot express is left out, so that a tool loses a constraint instead of its call. Pure,
 * and bounded: a reference that is circular or unfolds without end stands for any value, since its value may be a
 * string as well as an object.
 */
import { isRecord } from '../../json/record.ts'
import { demandOf, sameFormAs, withDemanded } from './demands.ts'
import { oneOf } from './hints.ts'
import { resolve } from './reference.ts'
import {
  ANYTHING,
  both,
  BOUNDS,
  type Kind,
  kindNamed,
  KINDS,
  type Limit,
  OR_EMPTY,
  OR_NULL,
  type Scalar,
  type Shape,
  SIZES,
} from './shape.ts'

/** Levels. Deeper than any tool whose arguments a model could fill in. */
const MAX_DEPTH = 32
/** The most nodes of one schema, with its references unfolded. */
const MAX_NODES = 3000

type Node = Readonly<Record<string, unknown>>

/** The position of the reader: the references that lead to it, and its depth. */
interface Place {
  readonly within: ReadonlySet<string>
  readonly depth: number
}

export function readSchema(schema: unknown): Shape {
  const reader = new Reader(schema)
  return reader.read(schema, { within: new Set(['#']), depth: 0 }) ?? ANYTHING
}

class Reader {
  readonly #root: unknown
  #nodes = 0

  constructor(root: unknown) {
    this.#root = root
  }

  /** Null if no value can satisfy the schema. */
  read(schema: unknown, place: Place): Shape | null {
    if (schema === false) return null
    if (!isRecord(schema)) return ANYTHING
    if (isOfAnything(schema['not'])) return null
    this.#nodes++
    if (place.depth > MAX_DEPTH || this.#nodes > MAX_NODES) return ANYTHING
    const below = { ...place, depth: place.depth + 1 }
    let shape: Shape | null = this.#own(schema, below)
    if (typeof schema['$ref'] === 'string') {
      shape = join(shape, this.#referred(schema['$ref'], below))
    }
    for (const part of listOf(schema['allOf'])) shape = join(shape, this.read(part, below))
    let hasVariants = false
    for (const key of ['anyOf', 'oneOf']) {
      const variants = listOf(schema[key])
      if (variants.length === 0) continue
      const demand = demandOf(variants, key === 'oneOf')
      if (demand !== null) shape = join(shape, { ...ANYTHING, notes: [demand] })
      // A shape has one list of alternatives, so of two lists the second is left out.
      else if (!hasVariants) {
        shape = this.#oneOf(variants, shape, below)
        hasVariants = true
      }
    }
    return shape
  }

  #referred(reference: string, place: Place): Shape | null {
    if (place.within.has(reference)) return { ...ANYTHING, notes: [sameFormAs(reference)] }
    const within = new Set([...place.within, reference])
    return this.read(resolve(this.#root, reference), { ...place, within })
  }

  /** Reads alternatives. A `null` among them becomes a kind, and a single alternative is merged. */
  #oneOf(schemas: readonly unknown[], shape: Shape | null, place: Place): Shape | null {
    const read = schemas.flatMap((schema) => {
      const variant = this.read(schema, place)
      return variant === null ? [] : [withDemanded(variant, shape)]
    })
    const variants = read.filter(({ kinds }) => !(kinds.length === 1 && kinds[0] === 'null'))
    const [only, ...others] = variants
    if (shape === null || (only === undefined && read.length === 0)) return null
    const nullable = variants.length < read.length
    if (only === undefined) return { ...shape, kinds: ['null'] }
    if (others.length === 0) return join(shape, nullable ? orNull(only) : only)
    // One alternative that may be null is enough.
    const anyOf = nullable ? [orNull(only), ...others] : variants
    return { ...shape, anyOf }
  }

  /** What a schema says itself, without its references and compositions. */
  #own(schema: Node, place: Place): Shape {
    const values = valuesOf(schema)
    const additional = this.#additional(schema, place)
    const names = this.#namesIn(schema['propertyNames'], place)
    const required = listOf(schema['required']).filter((name) => typeof name === 'string')
    const told = names.length > 0 || !isShape(additional) ? names : required
    const properties = withNames(told, additional, this.#properties(schema['properties'], place))
    const additionalProperties = names.length > 0 ? false : additional
    const rest = Array.isArray(schema['items']) ? schema['additionalItems'] : schema['items']
    const items = isRecord(rest) ? this.read(rest, place) : undefined
    const prefixItems = listOf(
      schema['prefixItems'] ?? (Array.isArray(schema['items']) ? schema['items'] : []),
    ).flatMap((item) => this.read(item, place) ?? [])
    const named = kindsOf(schema)
    const kinds = named.length > 0 ? named : impliedKinds(schema, values ?? [])
    const all = (values?.filter(isScalar) ?? []).map((value) => asKind(value, kinds))
    const scalars = all.filter((value) => value !== '')
    return {
      kinds,
      ...texts(schema),
      ...(isScalar(schema['default']) && { default: schema['default'] }),
      ...(scalars.length > 0 && { enum: scalars }),
      ...(scalars.length < all.length && { notes: [scalars.length > 0 ? OR_EMPTY : oneOf([''])] }),
      limits: limitsOf(schema),
      ...(properties !== undefined && { properties }),
      required: new Set(required),
      ...(additionalProperties !== undefined && { additionalProperties }),
      ...(items !== undefined && items !== null && { items }),
      ...(prefixItems.length > 0 && { prefixItems }),
    }
  }

  /**
   * The form of properties without a schema of their own. Google cannot express patterns of names, so the forms of
   * all patterns are taken together.
   */
  #additional(schema: Node, place: Place): boolean | Shape | undefined {
    const { additionalProperties: given, patternProperties: patterns } = schema
    const additional = isRecord(given) ? (this.read(given, place) ?? false) : given
    const known = typeof additional === 'boolean' || isShape(additional) ? additional : undefined
    const forms = isRecord(patterns)
      ? Object.values(patterns).flatMap((pattern) => this.read(pattern, place) ?? [])
      : []
    if (forms.length === 0 || known === true) return known
    if (typeof known === 'object') forms.push(known)
    const [only = ANYTHING, ...others] = forms
    return others.length === 0 ? only : { ...ANYTHING, anyOf: forms }
  }

  /**
   * The only names that properties may have: zod writes a record of enumerated keys like this. Empty if any name will
   * do, or if there are too many.
   */
  #namesIn(schema: unknown, place: Place): readonly string[] {
    if (!isRecord(schema)) return []
    const shape = this.read(schema, place)
    const listed = shape?.enum ?? shape?.anyOf?.flatMap((variant) => variant.enum ?? []) ?? []
    const isClosed = shape?.anyOf?.every((variant) => variant.enum !== undefined) ?? true
    this.#nodes += listed.length
    if (!isClosed || this.#nodes > MAX_NODES) return []
    return listed.filter((name) => typeof name === 'string')
  }

  #properties(schemas: unknown, place: Place): Map<string, Shape> | undefined {
    if (!isRecord(schemas)) return undefined
    const properties = new Map<string, Shape>()
    for (const [name, schema] of Object.entries(schemas)) {
      const shape = this.read(schema, place)
      if (shape !== null) properties.set(name, shape)
    }
    return properties
  }
}

/** Google takes no name, allowed or required, that is none of a property. So each becomes one, of the form of the others. */
function withNames(
  names: readonly string[],
  form: boolean | Shape | undefined,
  properties: Map<string, Shape> | undefined,
): Map<string, Shape> | undefined {
  if (names.length === 0 || form === false) return properties
  const shape = typeof form === 'object' ? form : ANYTHING
  const own = names.map((name) => [name, properties?.get(name) ?? shape] as const)
  return new Map([...(properties ?? []), ...own])
}

/** The schema of everything. Converters write `not` before it for what cannot be (docs/clients.md: Schemas of clients). */
function isOfAnything(schema: unknown): boolean {
  return schema === true || (isRecord(schema) && Object.keys(schema).length === 0)
}

function join(one: Shape | null, other: Shape | null): Shape | null {
  return one === null || other === null ? null : both(one, other)
}

function orNull(shape: Shape): Shape {
  const { kinds, notes } = shape
  if (kinds.includes('null')) return shape
  if (kinds.length > 0) return { ...shape, kinds: [...kinds, 'null'] }
  // It takes null as it takes anything. But if its form is told in words, the model must be told how it ends.
  return notes === undefined ? shape : { ...shape, notes: [...notes, OR_NULL] }
}

/** The kinds that the schema names. */
function kindsOf(schema: Node): Kind[] {
  const { type } = schema
  const named = (Array.isArray(type) ? type : [type]).map(kindNamed)
  const kinds = KINDS.filter((kind) => named.includes(kind))
  const isNullable = schema['nullable'] === true || valuesOf(schema)?.includes(null) === true
  if (kinds.length === 0 || kinds.includes('null') || !isNullable) return kinds
  return [...kinds, 'null']
}

function impliedKinds(schema: Node, values: readonly unknown[]): Kind[] {
  if (values.length > 0)
    return KINDS.filter((kind) => values.some((value) => kindOf(value) === kind))
  if (['properties', 'patternProperties', 'propertyNames'].some((key) => isRecord(schema[key]))) {
    return ['object']
  }
  return schema['items'] === undefined && schema['prefixItems'] === undefined ? [] : ['array']
}

function kindOf(value: unknown): Kind {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
  if (typeof value === 'string' || typeof value === 'boolean') return typeof value as Kind
  return 'object'
}

/** `const` is an enum with one value. */
function valuesOf(schema: Node): readonly unknown[] | undefined {
  if (Object.hasOwn(schema, 'const')) return [schema['const']]
  return Array.isArray(schema['enum']) ? schema['enum'] : undefined
}

function texts(schema: Node): Pick<Shape, 'title' | 'description' | 'format' | 'pattern'> {
  const entries = (['title', 'description', 'format', 'pattern'] as const).flatMap((key) => {
    const text = schema[key]
    return typeof text === 'string' && text !== '' ? [[key, text] as const] : []
  })
  return Object.fromEntries(entries)
}

function limitsOf(schema: Node): Shape['limits'] {
  const limits: Partial<Record<Limit, number>> = {}
  for (const key of SIZES) {
    const size = schema[key]
    if (Number.isSafeInteger(size) && Number(size) >= 0) limits[key] = Number(size)
  }
  for (const key of BOUNDS) {
    // Google has no exclusive bounds. The inclusive bound allows one value too many, which is better than no bound.
    const exclusive = schema[key === 'minimum' ? 'exclusiveMinimum' : 'exclusiveMaximum']
    const bound = schema[key] ?? exclusive
    if (typeof bound === 'number' && Number.isFinite(bound)) limits[key] = bound
  }
  return limits
}

function isShape(value: unknown): value is Shape {
  return isRecord(value)
}

/**
 * Converts a value to the kind of its schema: some clients write numbers as strings and strings as numbers, and
 * Google refuses a mixture.
 */
function asKind(value: Scalar, kinds: readonly Kind[]): Scalar {
  const has = (kind: Kind): boolean => kinds.includes(kind)
  const isNumeric = has('number') || has('integer')
  if (typeof value === 'number' && has('string') && !isNumeric) return String(value)
  const isNumber =
    typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value))
  return isNumber && isNumeric && !has('string') ? Number(value) : value
}

function isScalar(value: unknown): value is Scalar {
  if (typeof value === 'number') return Number.isFinite(value)
  return typeof value === 'string' || typeof value === 'boolean'
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
