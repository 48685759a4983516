/**
 * What a JSON Schema says, as far as Google can express it: references are resolved, and there is one spelling for
 * each thing.
 */

export const KINDS = ['string', 'number', 'integer', 'boolean', 'array', 'object', 'null'] as const
export type Kind = (typeof KINDS)[number]
/** As other languages call them: who writes a tool by hand names Python's types. */
const OTHER_NAMES: ReadonlyMap<string, Kind> = new Map([
  ['str', 'string'],
  ['int', 'integer'],
  ['float', 'number'],
  ['double', 'number'],
  ['bool', 'boolean'],
  ['list', 'array'],
  ['dict', 'object'],
  ['none', 'null'],
])

/** The kind of that name, however it is spelled. Google's own spelling is in upper case. */
export function kindNamed(name: unknown): Kind | undefined {
  if (typeof name !== 'string') return undefined
  const word = name.toLowerCase()
  return KINDS.find((kind) => kind === word) ?? OTHER_NAMES.get(word)
}

export type Scalar = string | number | boolean

/** Limits that are whole numbers from 0 up. Bounds of a value follow below. */
export const SIZES = [
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'minProperties',
  'maxProperties',
] as const
export const BOUNDS = ['minimum', 'maximum'] as const
export type Limit = (typeof SIZES)[number] | (typeof BOUNDS)[number]

export interface Shape {
  /** Empty: any kind. */
  readonly kinds: readonly Kind[]
  readonly title?: string
  readonly description?: string
  /** What no form can express. Added after the description. */
  readonly notes?: readonly string[]
  readonly format?: string
  readonly pattern?: string
  readonly default?: Scalar
  /** Never empty, and nor is any text in it. `null` is a kind, not a value of an enum. */
  readonly enum?: readonly Scalar[]
  readonly limits: Readonly<Partial<Record<Limit, number>>>
  /** A map: a property may have any name, even `__proto__`. */
  readonly properties?: ReadonlyMap<string, Shape>
  readonly required: ReadonlySet<string>
  readonly additionalProperties?: boolean | Shape
  readonly items?: Shape
  readonly prefixItems?: readonly Shape[]
  /** At least two. */
  readonly anyOf?: readonly Shape[]
}

/** For a value that may be one of an enum's, or empty. */
export const OR_EMPTY = 'Or "".'

/** For a value of any kind whose notes would have it of one form only. */
export const OR_NULL = 'Or null.'

export const ANYTHING: Shape = { kinds: [], limits: {}, required: new Set() }

/**
 * A shape that satisfies both, for `allOf` and for what stands beside a reference. Where they contradict each other,
 * the first one counts.
 */
export function both(one: Shape, other: Shape): Shape {
  const properties = joinProperties(one.properties, other.properties)
  const notes = [...(one.notes ?? []), ...(other.notes ?? [])]
  return {
    ...other,
    ...one,
    kinds: commonKinds(one.kinds, other.kinds),
    limits: { ...other.limits, ...one.limits },
    required: new Set([...one.required, ...other.required]),
    ...(properties !== undefined && { properties }),
    ...(notes.length > 0 && { notes }),
  }
}

function commonKinds(one: readonly Kind[], other: readonly Kind[]): readonly Kind[] {
  if (one.length === 0) return other
  if (other.length === 0) return one
  const common = one.filter((kind) => other.includes(kind))
  if (common.length > 0) return common
  const isWhole = [...one, ...other].includes('integer') && [...one, ...other].includes('number')
  return isWhole ? ['integer'] : one
}

function joinProperties(one: Shape['properties'], other: Shape['properties']): Shape['properties'] {
  if (one === undefined || other === undefined) return one ?? other
  const joined = new Map(one)
  for (const [name, shape] of other) {
    const known = joined.get(name)
    joined.set(name, known === undefined ? shape : both(known, shape))
  }
  return joined
}
