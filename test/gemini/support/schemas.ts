/** Random JSON Schemas: valid ones, odd ones, and some that no tool should write. */
import * as fc from 'fast-check'

/** Names of properties. Many are keywords, or exist on every object. */
export const NAMES = fc.oneof(
  fc.constantFrom('a', 'b', 'type', 'enum', '$ref', 'default', 'const', 'properties', 'required'),
  fc.constantFrom('__proto__', 'constructor', 'toString', 'items', 'anyOf', '', 'größe', 'x/y'),
  fc.string(),
)

const types = fc.constantFrom(
  'string',
  'number',
  'integer',
  'boolean',
  'array',
  'object',
  'null',
  'STRING',
  'OBJECT',
  'any',
)
const references = fc.constantFrom(
  '#',
  '#/$defs/a',
  '#/$defs/b',
  '#/properties/a',
  '#/%',
  'http://x',
)
/** Not all are valid for each keyword: a length may be negative or a fraction. */
const numbers = fc.oneof(fc.integer(), fc.double(), fc.constantFrom(9007199254740991, -1, 1.5))
const values = fc.oneof(
  { weight: 4, arbitrary: fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null)) },
  { weight: 1, arbitrary: fc.jsonValue() },
)

function orNonsense<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 9, arbitrary }, { weight: 1, arbitrary: fc.jsonValue() })
}

const flat = fc.record(
  {
    type: orNonsense(fc.oneof(types, fc.array(types, { maxLength: 3 }))),
    nullable: orNonsense(fc.boolean()),
    title: orNonsense(fc.string()),
    description: orNonsense(fc.string()),
    format: orNonsense(fc.constantFrom('date-time', 'int64', 'uri', 'float', 'enum')),
    pattern: orNonsense(fc.string()),
    default: values,
    const: values,
    enum: orNonsense(fc.array(values, { maxLength: 4 })),
    required: orNonsense(fc.array(NAMES, { maxLength: 3 })),
    $ref: orNonsense(references),
    minimum: orNonsense(numbers),
    exclusiveMaximum: orNonsense(numbers),
    minLength: orNonsense(numbers),
    maxItems: orNonsense(numbers),
    minProperties: orNonsense(numbers),
    uniqueItems: fc.boolean(),
    $schema: fc.string(),
    'x-order': values,
  },
  { requiredKeys: [], noNullPrototype: true },
)

export const { schema: SCHEMAS } = fc.letrec<{ schema: unknown; nested: object; map: object }>(
  (tie) => ({
    map: fc.dictionary(NAMES, tie('schema'), { maxKeys: 3, noNullPrototype: true }),
    // At most two a schema; with more, a schema gets thousands of nodes.
    nested: fc.oneof(
      { maxDepth: 3, depthIdentifier: 'schema' },
      fc.constant({}),
      fc.record({ properties: orNonsense(tie('map')) }),
      fc.record({ type: fc.constant('object'), properties: tie('map') }),
      fc.record({ properties: tie('map'), anyOf: fc.array(tie('schema'), { maxLength: 2 }) }),
      fc.record({ items: orNonsense(tie('schema')) }),
      fc.record({ prefixItems: fc.array(tie('schema'), { maxLength: 2 }) }),
      fc.record({ additionalProperties: orNonsense(tie('schema')) }),
      fc.record({ anyOf: orNonsense(fc.array(tie('schema'), { maxLength: 3 })) }),
      fc.record({ oneOf: fc.array(tie('schema'), { maxLength: 3 }) }),
      fc.record({ allOf: fc.array(tie('schema'), { maxLength: 2 }) }),
      fc.record({ not: tie('schema') }),
      fc.record({ $defs: fc.record({ a: tie('schema'), b: tie('schema') }), $ref: references }),
    ),
    schema: fc.oneof(
      { weight: 1, arbitrary: fc.constantFrom<unknown>(true, false, {}) },
      {
        weight: 8,
        arbitrary: fc.tuple(flat, tie('nested')).map(([own, nested]) => ({ ...own, ...nested })),
      },
    ),
  }),
)
