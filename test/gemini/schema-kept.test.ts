/** Converted schemas are kept and shared. This must not be noticeable except by speed. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fit } from '../../src/gemini/fit/index.ts'
import { toJsonSchemaObject } from '../../src/gemini/schema/json-schema.ts'
import { keeping } from '../../src/gemini/schema/conversion-cache.ts'
import { toOpenApiObject } from '../../src/gemini/schema/open-api.ts'
import type { GenerateContentRequest } from '../../src/gemini/types.ts'
import { UPSTREAMS } from '../../src/gemini/upstreams.ts'
import { SCHEMAS } from './support/schemas.ts'

interface Counted {
  readonly of: (schema: unknown) => { readonly told: unknown }
  readonly converted: () => number
}

/** A conversion that counts how often it is really carried out. */
function counted(maxBytes?: number): Counted {
  let converted = 0
  const of = keeping((schema) => {
    converted++
    return { told: structuredClone(schema) }
  }, maxBytes)
  return { of, converted: () => converted }
}

/** A schema whose JSON has `chars` characters. */
function schemaOf(chars: number, name: string): object {
  const empty = JSON.stringify({ name, text: '' })
  return { name, text: 'x'.repeat(chars - empty.length) }
}

describe('a conversion that is kept', () => {
  it.each([
    ['JSON Schema', toJsonSchemaObject],
    ["OpenAPI's subset", toOpenApiObject],
  ])('is the same as one that is made anew: %s', (_, convert) => {
    // So small that many entries are dropped on the way.
    const kept = keeping<object | undefined>(convert, 8000)
    fc.assert(
      fc.property(SCHEMAS, (schema) => {
        const plain: unknown = JSON.parse(JSON.stringify(schema))
        const anew = JSON.stringify(convert(plain))
        expect(JSON.stringify(kept(plain))).toBe(anew)
        expect(JSON.stringify(kept(structuredClone(plain)))).toBe(anew)
      }),
      { numRuns: 400 },
    )
  })

  it('is made once for equal schemas, whoever sends them', () => {
    const { of, converted } = counted()
    const results = [1, 2, 3].map(() => of({ type: 'object', properties: { a: { type: 'null' } } }))
    expect(converted()).toBe(1)
    expect(results[2]).toEqual(results[0])
  })

  it('is made once where nothing came of it', () => {
    let converted = 0
    const of = keeping(() => {
      converted++
      return undefined
    })
    expect([of({ type: 'string' }), of({ type: 'string' })]).toEqual([undefined, undefined])
    expect(converted).toBe(1)
  })

  it.each([
    ['the order of properties', '{"a":1,"b":2}', '{"b":2,"a":1}'],
    ['null and infinity', '{"enum":[null]}', '{"enum":[1e999]}'],
    ['a number and its text', '{"const":1}', '{"const":"1"}'],
    ['half a character and its escape', String.raw`{"a":"\ud800"}`, String.raw`{"a":"\\ud800"}`],
    ['a property called __proto__', '{"__proto__":{"a":1}}', '{}'],
  ])('tells schemas apart by %s', (_, one, other) => {
    const { of } = counted()
    for (const text of [one, other, one, other]) {
      expect(of(JSON.parse(text)).told).toEqual(JSON.parse(text))
      expect(JSON.stringify(of(JSON.parse(text)).told)).toBe(JSON.stringify(JSON.parse(text)))
    }
  })

  it('cannot be changed by who gets it, at any depth', () => {
    const of = keeping(toJsonSchemaObject)
    const schema = { type: 'object', properties: { a: { enum: ['x', 'y'] } }, required: ['a'] }
    const first = of(schema) ?? {}
    const before = JSON.stringify(first)
    const { a } = first['properties'] as { readonly a: { enum: string[] } }
    expect(() => Object.assign(first, { type: 'array' })).toThrow(TypeError)
    expect(() => Object.assign(a, { type: 'array' })).toThrow(TypeError)
    expect(() => a.enum.push('z')).toThrow(TypeError)
    expect(JSON.stringify(of(structuredClone(schema)))).toBe(before)
  })

  it('does not hang on the schema that it was made of', () => {
    const of = keeping(toJsonSchemaObject)
    const schema = { type: 'object', properties: { a: { enum: ['x', 'y'] } } }
    const before = JSON.stringify(of(schema))
    schema.properties.a.enum.push('z')
    expect(JSON.stringify(of({ type: 'object', properties: { a: { enum: ['x', 'y'] } } }))).toBe(
      before,
    )
    expect(JSON.stringify(of(schema))).toContain('"z"')
  })

  it('holds no more than its bounds, and keeps what is used', () => {
    // The schema and the result both count, with two bytes a character.
    const { of, converted } = counted(64_000)
    const used = schemaOf(500, 'used')
    for (let number = 0; number < 200; number++) {
      of(schemaOf(500, String(number)))
      of(used)
    }
    expect(converted()).toBe(201)
    // Only the last two halves of 32,000 bytes are left.
    for (let number = 0; number < 150; number++) of(schemaOf(500, String(number)))
    expect(converted()).toBe(351)
  })

  it('is made each time for a schema that would drive out many', () => {
    const { of, converted } = counted(64_000)
    for (let time = 0; time < 3; time++) of(schemaOf(2000, 'large'))
    expect(converted()).toBe(3)
  })
})

describe('a request whose functions are known', () => {
  const parameters = { type: 'object', properties: { city: { type: 'string' } } }
  const request = (): GenerateContentRequest => ({
    contents: [{ role: 'user', parts: [{ text: 'hi' }] }],
    tools: [
      { functionDeclarations: [{ name: 'f', parametersJsonSchema: structuredClone(parameters) }] },
    ],
  })

  it.each(
    UPSTREAMS.flatMap((upstream) => [
      { upstream, schemas: 'json' as const },
      { upstream, schemas: 'openapi' as const },
    ]),
  )('is fitted as the first was: $upstream, $schemas', (form) => {
    const target = { model: 'gemini-2.5-flash', ...form }
    const first = fit(request(), target)
    const other = fit(request(), {
      ...target,
      schemas: form.schemas === 'json' ? 'openapi' : 'json',
    })
    expect(fit(request(), target)).toEqual(first)
    expect(other).not.toEqual(first)
  })
})
