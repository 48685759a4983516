import { describe, expect, it } from 'vitest'
import { toJsonSchema, toJsonSchemaObject } from '../../src/gemini/schema/json-schema.ts'
import { toOpenApi, toOpenApiObject } from '../../src/gemini/schema/open-api.ts'

type Json = Record<string, unknown>

function object(properties: Json, more: Json = {}): Json {
  return { type: 'object', properties, ...more }
}

const ANY_NAME = 'Stands for any name: write names of your own, each with a value like this.'
const STRING = { type: 'STRING' }

/** Name, schema, its form as JSON Schema, and its form in the OpenAPI subset. */
const ROWS: [string, unknown, Json, Json][] = [
  [
    'what zod and the AI SDK write is cleaned',
    object(
      {
        n: { type: 'integer', exclusiveMinimum: 0, maximum: 9007199254740991 },
      },
      {
        $schema: 'http://json-schema.org/draft-07/schema#',
        $id: 'x',
        additionalProperties: false,
        required: ['n'],
        strict: true,
        'x-order': 1,
      },
    ),
    object(
      { n: { type: 'integer', minimum: 0, maximum: 9007199254740991 } },
      { required: ['n'], additionalProperties: false },
    ),
    {
      type: 'OBJECT',
      properties: { n: { type: 'INTEGER', minimum: 0, maximum: 9007199254740991 } },
      required: ['n'],
    },
  ],
  [
    'properties that are named like keywords are kept',
    object(
      JSON.parse(
        '{"type":{"type":"string"},"enum":{"type":"string"},"$ref":{"type":"string"},"default":{"type":"string"},"const":{"type":"string"},"properties":{"type":"string"},"required":{"type":"string"},"__proto__":{"type":"string"},"toString":{"type":"string"}}',
      ) as Json,
      { required: ['$ref', 'toString', '__proto__', 'valueOf'] },
    ),
    object(
      JSON.parse(
        '{"type":{"type":"string"},"enum":{"type":"string"},"$ref":{"type":"string"},"default":{"type":"string"},"const":{"type":"string"},"properties":{"type":"string"},"required":{"type":"string"},"__proto__":{"type":"string"},"toString":{"type":"string"}}',
      ) as Json,
      { required: ['$ref', 'toString', '__proto__'] },
    ),
    {
      type: 'OBJECT',
      properties: JSON.parse(
        '{"type":{"type":"STRING"},"enum":{"type":"STRING"},"$ref":{"type":"STRING"},"default":{"type":"STRING"},"const":{"type":"STRING"},"properties":{"type":"STRING"},"required":{"type":"STRING"},"__proto__":{"type":"STRING"},"toString":{"type":"STRING"}}',
      ) as Json,
      required: ['$ref', 'toString', '__proto__'],
    },
  ],
  [
    'a reference that leads back to itself is cut',
    {
      $ref: '#/$defs/node',
      $defs: {
        node: object({
          value: { type: 'string' },
          children: { type: 'array', items: { $ref: '#/$defs/node', description: 'below' } },
        }),
      },
    },
    object({
      value: { type: 'string' },
      children: { type: 'array', items: { description: 'below Of the same form as node.' } },
    }),
    {
      type: 'OBJECT',
      properties: {
        value: STRING,
        children: {
          type: 'ARRAY',
          items: { type: 'STRING', description: 'below Of the same form as node.' },
        },
      },
    },
  ],
  [
    'a reference to the document itself is cut',
    object({ next: { $ref: '#' } }),
    object({ next: { description: 'Of the same form as the whole.' } }),
    {
      type: 'OBJECT',
      properties: {
        next: { type: 'STRING', description: 'Of the same form as the whole.' },
      },
    },
  ],
  [
    'a reference to the document itself that may be null says so, or its values would never end',
    object({ next: { anyOf: [{ $ref: '#' }, { type: 'null' }] } }),
    object({ next: { description: 'Of the same form as the whole. Or null.' } }),
    {
      type: 'OBJECT',
      properties: {
        next: {
          type: 'STRING',
          nullable: true,
          description: 'Of the same form as the whole. Or null.',
        },
      },
    },
  ],
  [
    'references are followed, escaped ones too, and what stands beside them is kept',
    object(
      { a: { $ref: '#/definitions/a~1b%20c', description: 'an a' }, b: { $ref: 'http://x/y' } },
      { definitions: { 'a/b c': { type: 'string', format: 'uuid', description: 'other' } } },
    ),
    object({ a: { type: 'string', description: 'an a', format: 'uuid' }, b: {} }),
    { type: 'OBJECT', properties: { a: { type: 'STRING', description: 'an a' }, b: STRING } },
  ],
  [
    'an enum of numbers stays one where there is such a thing, else is told',
    object({ a: { enum: [1, 2] }, b: { type: 'string', enum: ['x', null] } }),
    object({
      a: { type: 'integer', enum: [1, 2] },
      b: { type: ['string', 'null'], enum: ['x'] },
    }),
    {
      type: 'OBJECT',
      properties: {
        a: { type: 'INTEGER', description: 'One of: 1, 2.' },
        b: { type: 'STRING', nullable: true, enum: ['x'] },
      },
    },
  ],
  [
    'an enum of many types is told',
    object({ a: { enum: ['x', 1, true, { y: 1 }], description: 'An a.' } }),
    object({
      a: {
        type: ['string', 'integer', 'boolean', 'object'],
        description: 'An a. One of: "x", 1, true.',
      },
    }),
    {
      type: 'OBJECT',
      properties: {
        a: {
          anyOf: ['STRING', 'INTEGER', 'BOOLEAN', 'OBJECT'].map((type) => ({
            type,
            description: 'An a. One of: "x", 1, true.',
            ...(type === 'OBJECT' && {
              properties: { _: { type: 'STRING', description: 'Not used.' } },
            }),
          })),
        },
      },
    },
  ],
  [
    'const is an enum of one',
    object({ a: { const: 'x' }, b: { const: true } }),
    object({
      a: { type: 'string', enum: ['x'] },
      b: { type: 'boolean', description: 'One of: true.' },
    }),
    {
      type: 'OBJECT',
      properties: {
        a: { type: 'STRING', enum: ['x'] },
        b: { type: 'BOOLEAN', description: 'One of: true.' },
      },
    },
  ],
  [
    'an alternative of null is a value that may be null',
    object({
      a: { anyOf: [{ type: 'string' }, { type: 'null' }], description: 'An a.' },
      b: { type: ['number', 'null'] },
      c: { type: 'string', nullable: true },
    }),
    object({
      a: { type: ['string', 'null'], description: 'An a.' },
      b: { type: ['number', 'null'] },
      c: { type: ['string', 'null'] },
    }),
    {
      type: 'OBJECT',
      properties: {
        a: { type: 'STRING', nullable: true, description: 'An a.' },
        b: { type: 'NUMBER', nullable: true },
        c: { type: 'STRING', nullable: true },
      },
    },
  ],
  [
    'oneOf is anyOf, and nothing stands beside it in the subset',
    object({ a: { oneOf: [{ type: 'string' }, { type: 'integer' }], description: 'An a.' } }),
    object({ a: { description: 'An a.', anyOf: [{ type: 'string' }, { type: 'integer' }] } }),
    {
      type: 'OBJECT',
      properties: {
        a: {
          anyOf: [
            { type: 'STRING', description: 'An a.' },
            { type: 'INTEGER', description: 'An a.' },
          ],
        },
      },
    },
  ],
  [
    'alternatives that only demand are told in words',
    object(
      { a: { type: 'string' }, b: { type: 'string' } },
      { anyOf: [{ required: ['a'] }, { required: ['b'] }] },
    ),
    object(
      { a: { type: 'string' }, b: { type: 'string' } },
      { description: 'At least one of these is required: "a"; "b".' },
    ),
    {
      type: 'OBJECT',
      description: 'At least one of these is required: "a"; "b".',
      properties: { a: STRING, b: STRING },
    },
  ],
  [
    'alternatives that only demand are told beside what else is said, within allOf too',
    object(
      { a: { type: 'string' }, b: { type: 'string' }, c: { type: 'string' } },
      {
        description: 'One.',
        required: ['c'],
        allOf: [{ oneOf: [{ required: ['a', 'b'] }, { type: 'object', required: ['c'] }] }],
      },
    ),
    object(
      { a: { type: 'string' }, b: { type: 'string' }, c: { type: 'string' } },
      {
        description: 'One. Exactly one of these is required: "a" with "b"; "c".',
        required: ['c'],
      },
    ),
    {
      type: 'OBJECT',
      description: 'One. Exactly one of these is required: "a" with "b"; "c".',
      properties: { a: STRING, b: STRING, c: STRING },
      required: ['c'],
    },
  ],
  [
    'both kinds of alternatives are heard',
    object(
      { a: { type: 'string' }, b: { type: 'string' } },
      {
        anyOf: [{ required: ['a'] }, { required: ['b'] }],
        oneOf: [object({ k: { const: 'x' } }), object({ k: { const: 'y' } })],
      },
    ),
    object(
      { a: { type: 'string' }, b: { type: 'string' } },
      {
        description: 'At least one of these is required: "a"; "b".',
        anyOf: ['x', 'y'].map((word) => object({ k: { type: 'string', enum: [word] } })),
      },
    ),
    {
      type: 'OBJECT',
      description: 'At least one of these is required: "a"; "b".',
      properties: { a: STRING, b: STRING, k: { type: 'STRING', enum: ['x'] } },
    },
  ],
  [
    'what an alternative demands of the schema around it, it describes',
    object(
      { a: { type: 'string' } },
      { anyOf: [{ required: ['a'] }, object({ b: { type: 'string' } }, { required: ['b', 'a'] })] },
    ),
    object(
      { a: { type: 'string' } },
      {
        anyOf: [
          { properties: { a: { type: 'string' } }, required: ['a'] },
          object({ b: { type: 'string' }, a: { type: 'string' } }, { required: ['b', 'a'] }),
        ],
      },
    ),
    { type: 'OBJECT', properties: { a: STRING, b: STRING }, required: ['a'] },
  ],
  [
    'maps by patterns of names stay maps, at the root as well',
    {
      type: 'object',
      patternProperties: { '^x-': { type: 'string' } },
      additionalProperties: false,
    },
    { type: 'object', additionalProperties: { type: 'string' } },
    { type: 'OBJECT', properties: { _: { type: 'STRING', description: ANY_NAME } } },
  ],
  [
    'maps by several patterns, and beside properties',
    object(
      { a: { type: 'string' } },
      {
        patternProperties: { '^x-': { type: 'string' }, '^y-': { type: 'integer' } },
        additionalProperties: { type: 'boolean' },
      },
    ),
    object(
      { a: { type: 'string' } },
      {
        additionalProperties: {
          anyOf: [{ type: 'string' }, { type: 'integer' }, { type: 'boolean' }],
        },
      },
    ),
    { type: 'OBJECT', properties: { a: STRING } },
  ],
  [
    'numbers to choose from, as numbers and as texts',
    object({
      a: { type: 'integer', enum: [1, 2] },
      b: { type: 'integer', enum: ['1', '2'] },
      c: { type: 'string', enum: [1, 2] },
      d: { enum: [1, 2.5] },
      e: { type: ['integer', 'null'], enum: [1, null] },
      f: { const: 3 },
    }),
    object({
      a: { type: 'integer', enum: [1, 2] },
      b: { type: 'integer', enum: [1, 2] },
      c: { type: 'string', enum: ['1', '2'] },
      d: { type: ['number', 'integer'], enum: [1, 2.5] },
      e: { type: ['integer', 'null'], enum: [1] },
      f: { type: 'integer', enum: [3] },
    }),
    {
      type: 'OBJECT',
      properties: {
        a: { type: 'INTEGER', description: 'One of: 1, 2.' },
        b: { type: 'INTEGER', description: 'One of: 1, 2.' },
        c: { type: 'STRING', enum: ['1', '2'] },
        d: {
          anyOf: [
            { type: 'NUMBER', description: 'One of: 1, 2.5.' },
            { type: 'INTEGER', description: 'One of: 1, 2.5.' },
          ],
        },
        e: { type: 'INTEGER', nullable: true, description: 'One of: 1.' },
        f: { type: 'INTEGER', description: 'One of: 3.' },
      },
    },
  ],
  [
    'alternatives of objects are one object, where only one is taken',
    {
      anyOf: [
        object({ kind: { const: 'a' }, x: { type: 'string' } }, { required: ['kind', 'x'] }),
        object({ kind: { const: 'a' }, y: { type: 'string' } }, { required: ['kind', 'y'] }),
      ],
    },
    {
      type: 'object',
      anyOf: [
        object(
          { kind: { type: 'string', enum: ['a'] }, x: { type: 'string' } },
          { required: ['kind', 'x'] },
        ),
        object(
          { kind: { type: 'string', enum: ['a'] }, y: { type: 'string' } },
          { required: ['kind', 'y'] },
        ),
      ],
    },
    {
      type: 'OBJECT',
      properties: { kind: { type: 'STRING', enum: ['a'] }, x: STRING, y: STRING },
      required: ['kind'],
    },
  ],
  [
    'allOf is all of it',
    {
      allOf: [
        object({ a: { type: 'string' } }, { required: ['a'] }),
        object({ b: { type: 'string' }, a: { description: 'An a.' } }, { required: ['b'] }),
      ],
    },
    object(
      { a: { type: 'string', description: 'An a.' }, b: { type: 'string' } },
      { required: ['a', 'b'] },
    ),
    {
      type: 'OBJECT',
      properties: { a: { type: 'STRING', description: 'An a.' }, b: STRING },
      required: ['a', 'b'],
    },
  ],
  [
    'a list says of what',
    object({ a: { type: 'array' }, b: { items: true }, c: { prefixItems: [{ type: 'string' }] } }),
    object({
      a: { type: 'array', items: {} },
      b: { type: 'array', items: {} },
      c: { type: 'array', items: {}, prefixItems: [{ type: 'string' }] },
    }),
    {
      type: 'OBJECT',
      properties: {
        a: { type: 'ARRAY', items: STRING },
        b: { type: 'ARRAY', items: STRING },
        c: { type: 'ARRAY', items: STRING },
      },
    },
  ],
  [
    'formats are kept where they are known',
    object({ a: { type: 'string', format: 'date-time' }, b: { type: 'string', format: 'uri' } }),
    object({ a: { type: 'string', format: 'date-time' }, b: { type: 'string', format: 'uri' } }),
    { type: 'OBJECT', properties: { a: { type: 'STRING', format: 'date-time' }, b: STRING } },
  ],
  [
    'what can never be is left out, and what is required but not there',
    object({ a: { type: 'string' }, never: false }, { required: ['a', 'never', 'lost', 7] }),
    object({ a: { type: 'string' } }, { required: ['a'] }),
    { type: 'OBJECT', properties: { a: STRING }, required: ['a'] },
  ],
  [
    'what is not even anything can never be (zod’s never and undefined)',
    object(
      {
        price: { anyOf: [{ anyOf: [{ not: {} }, { type: 'number' }] }, { type: 'null' }] },
        never: { not: {} },
        some: { not: { type: 'null' } },
        not: { type: 'string' },
      },
      { required: ['price', 'never', 'not'] },
    ),
    object(
      { price: { type: ['number', 'null'] }, some: {}, not: { type: 'string' } },
      { required: ['price', 'not'] },
    ),
    {
      type: 'OBJECT',
      properties: { price: { type: 'NUMBER', nullable: true }, some: STRING, not: STRING },
      required: ['price', 'not'],
    },
  ],
  [
    'the only names of a record are its properties',
    object(
      {
        all: {
          type: 'object',
          propertyNames: { type: 'string', enum: ['x', 'y'] },
          additionalProperties: { type: 'number' },
          required: ['x', 'y'],
        },
        some: {
          propertyNames: { anyOf: [{ const: 'x' }, { $ref: '#/$defs/y' }] },
          properties: { x: { type: 'string' } },
        },
        any: {
          type: 'object',
          propertyNames: { anyOf: [{ const: 'x' }, { pattern: '^y' }] },
          additionalProperties: { type: 'string' },
        },
      },
      { $defs: { y: { enum: ['y'] } } },
    ),
    object({
      all: object(
        { x: { type: 'number' }, y: { type: 'number' } },
        { required: ['x', 'y'], additionalProperties: false },
      ),
      some: object({ x: { type: 'string' }, y: {} }, { additionalProperties: false }),
      any: { type: 'object', additionalProperties: { type: 'string' } },
    }),
    {
      type: 'OBJECT',
      properties: {
        all: {
          type: 'OBJECT',
          properties: { x: { type: 'NUMBER' }, y: { type: 'NUMBER' } },
          required: ['x', 'y'],
        },
        some: { type: 'OBJECT', properties: { x: STRING, y: STRING } },
        any: { type: 'OBJECT', properties: { _: { ...STRING, description: ANY_NAME } } },
      },
    },
  ],
  [
    'a name that a record requires is a property',
    { type: 'object', additionalProperties: { type: 'integer' }, required: ['a'] },
    object(
      { a: { type: 'integer' } },
      { required: ['a'], additionalProperties: { type: 'integer' } },
    ),
    { type: 'OBJECT', properties: { a: { type: 'INTEGER' } }, required: ['a'] },
  ],
  [
    'an item of a tuple is of one of its types',
    object({
      point: { type: 'array', prefixItems: [{ type: 'number' }, { type: 'number' }], items: false },
      pair: { type: 'array', items: [{ type: 'string' }, { type: 'integer' }] },
      more: { type: 'array', items: [{ type: 'string' }], additionalItems: { type: 'boolean' } },
    }),
    object({
      point: { type: 'array', prefixItems: [{ type: 'number' }, { type: 'number' }], items: {} },
      pair: { type: 'array', prefixItems: [{ type: 'string' }, { type: 'integer' }], items: {} },
      more: { type: 'array', prefixItems: [{ type: 'string' }], items: { type: 'boolean' } },
    }),
    {
      type: 'OBJECT',
      properties: {
        point: { type: 'ARRAY', items: { type: 'NUMBER' } },
        pair: { type: 'ARRAY', items: { anyOf: [STRING, { type: 'INTEGER' }] } },
        more: { type: 'ARRAY', items: { anyOf: [STRING, { type: 'BOOLEAN' }] } },
      },
    },
  ],
  [
    'empty strings are told in words, since Google takes none as a value',
    object({ a: { enum: ['', 'x'] }, b: { enum: [''] } }),
    object({
      a: { type: 'string', enum: ['x'], description: 'Or "".' },
      b: { type: 'string', description: 'One of: "".' },
    }),
    {
      type: 'OBJECT',
      properties: {
        a: { type: 'STRING', enum: ['x'], description: 'Or "".' },
        b: { type: 'STRING', description: 'One of: "".' },
      },
    },
  ],
  [
    'a type that is no word names none',
    object({ a: { type: { toString: 'x' } }, b: { type: ['string', 5, null] } }),
    object({ a: {}, b: { type: 'string' } }),
    { type: 'OBJECT', properties: { a: { type: 'STRING' }, b: { type: 'STRING' } } },
  ],
  [
    'kinds as other languages call them are understood',
    object({
      a: { type: 'float' },
      b: { type: ['int', 'none'] },
      c: { type: 'list', items: { type: 'str' } },
      d: { type: 'dict', additionalProperties: { type: 'bool' } },
    }),
    object({
      a: { type: 'number' },
      b: { type: ['integer', 'null'] },
      c: { type: 'array', items: { type: 'string' } },
      d: { type: 'object', additionalProperties: { type: 'boolean' } },
    }),
    {
      type: 'OBJECT',
      properties: {
        a: { type: 'NUMBER' },
        b: { type: 'INTEGER', nullable: true },
        c: { type: 'ARRAY', items: { type: 'STRING' } },
        d: { type: 'OBJECT', properties: expect.anything() },
      },
    },
  ],
  [
    'Google’s own spelling of types is understood',
    { type: 'OBJECT', properties: { a: { type: 'STRING', nullable: true } } },
    object({ a: { type: ['string', 'null'] } }),
    { type: 'OBJECT', properties: { a: { type: 'STRING', nullable: true } } },
  ],
]

describe('the schema of parameters', () => {
  it.each(ROWS)('%s', (_, schema, json, openApi) => {
    const before = JSON.stringify(schema)
    expect(toJsonSchemaObject(schema)).toEqual(json)
    expect(toOpenApiObject(schema)).toEqual(openApi)
    expect(JSON.stringify(schema)).toBe(before)
  })

  it.each([
    [{ type: 'object' }],
    [{ type: 'object', properties: {} }],
    [{ type: 'object', properties: {}, additionalProperties: false }],
    [{ type: 'string' }],
    [{}],
    [false],
  ])('%j is left out: there is nothing to fill in', (schema) => {
    expect(toJsonSchemaObject(schema)).toBeUndefined()
    expect(toOpenApiObject(schema)).toBeUndefined()
  })

  it('of any keys is sent where that can be said', () => {
    const schema = { type: 'object', additionalProperties: { type: 'string' } }
    expect(toJsonSchemaObject(schema)).toEqual(schema)
    expect(toOpenApiObject(schema)).toEqual({
      type: 'OBJECT',
      properties: { _: { type: 'STRING', description: ANY_NAME } },
    })
  })
})

describe('the schema of an answer', () => {
  it('may be of any type', () => {
    const schema = { type: 'array', items: { type: 'string' } }
    expect(toJsonSchema(schema)).toEqual(schema)
    expect(toOpenApi(schema)).toEqual({ type: 'ARRAY', items: { type: 'STRING' } })
  })

  it('of anything is left out', () => {
    expect(toOpenApi({})).toBeUndefined()
  })
})

describe('what is too large or too deep', () => {
  const text = { type: 'string' }

  it('is anything, never an object', () => {
    const names = Array.from({ length: 4000 }, (_, index) => `p${index}`)
    const wide = toJsonSchema(object(Object.fromEntries(names.map((name) => [name, text]))))
    const { properties } = wide as { properties: Json }
    expect(properties['p100']).toEqual(text)
    expect(properties['p3999']).toEqual({})
    expect(JSON.stringify(toOpenApi(object({ ...properties, last: text })))).not.toContain('"_"')
  })

  it('ends where it is too deep', () => {
    let deep: Json = text
    for (let depth = 0; depth < 400; depth++) deep = { type: 'array', items: deep }
    expect(JSON.stringify(toJsonSchema(deep))).toContain('"items":{}')
  })

  it('says of any JSON that it is any JSON', () => {
    const self = { $ref: '#/$defs/json' }
    const json = {
      anyOf: [
        { type: 'string' },
        { type: 'null' },
        { type: 'array', items: self },
        { type: 'object', propertyNames: { type: 'string' }, additionalProperties: self },
      ],
    }
    const same = { description: 'Of the same form as json.' }
    expect(toJsonSchema({ ...self, $defs: { json } })).toEqual({
      anyOf: [
        { type: ['string', 'null'] },
        { type: 'array', items: same },
        { type: 'object', additionalProperties: same },
      ],
    })
  })
})

describe('unfolding references', () => {
  it('ends where each refers to many others', () => {
    const names = Array.from({ length: 20 }, (_, index) => `t${index}`)
    const all = Object.fromEntries(names.map((name) => [name, { $ref: `#/$defs/${name}` }]))
    const $defs = Object.fromEntries(names.map((name) => [name, object(all)]))
    const text = JSON.stringify(toJsonSchema({ ...object(all), $defs }))
    expect(text.length).toBeLessThan(1_000_000)
  })

  it('ends where it doubles with every step', () => {
    const $defs = Object.fromEntries(
      Array.from({ length: 60 }, (_, index) => {
        const next = { $ref: `#/$defs/t${index + 1}` }
        return [`t${index}`, object({ a: next, b: next })]
      }),
    )
    expect(JSON.stringify(toOpenApi({ $ref: '#/$defs/t0', $defs })).length).toBeLessThan(1_000_000)
  })

  it('ends in a schema that is nested without end', () => {
    const deep = JSON.parse(
      '{"properties":{"a":'.repeat(50_000) + '{}' + '}}'.repeat(50_000),
    ) as Json
    expect(JSON.stringify(toJsonSchema(deep)).length).toBeLessThan(10_000)
    expect(JSON.stringify(toOpenApi(deep)).length).toBeLessThan(10_000)
  })
})
