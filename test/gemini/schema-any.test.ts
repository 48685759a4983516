/** Whatever schema a client sends, Google accepts both of its converted forms. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fit } from '../../src/gemini/fit/index.ts'
import type { GenerateContentRequest } from '../../src/gemini/types.ts'
import { UPSTREAMS } from '../../src/gemini/upstreams.ts'
import { isRecord } from '../../src/json/record.ts'
import { NAMES, SCHEMAS } from './support/schemas.ts'
import { complaintOf } from './support/strict.ts'

const RUNS = { numRuns: 400 }
const contents = [{ role: 'user' as const, parts: [{ text: 'hi' }] }]
const targets = fc.record({
  upstream: fc.constantFrom(...UPSTREAMS),
  model: fc.constantFrom('gemini-2.5-flash', 'gemini-3.1-flash-lite', 'gemini-3.8-flash'),
  schemas: fc.constantFrom('json' as const, 'openapi' as const),
})
const records = SCHEMAS.filter(isRecord)

/** Plain JSON, as it would come in a body. */
function plain(schema: unknown): unknown {
  return JSON.parse(JSON.stringify(schema))
}

describe('any schema', () => {
  it('of parameters is taken, and left as it was', () => {
    fc.assert(
      fc.property(records, targets, (schema, target) => {
        const parametersJsonSchema = plain(schema)
        const request: GenerateContentRequest = {
          contents,
          tools: [{ functionDeclarations: [{ name: 'f', parametersJsonSchema }] }],
        }
        const before = JSON.stringify(request)
        expect(complaintOf(fit(request, target), target)).toBe('accepted')
        expect(JSON.stringify(request)).toBe(before)
      }),
      RUNS,
    )
  })

  it('of an answer is taken', () => {
    fc.assert(
      fc.property(records, targets, (schema, target) => {
        const request: GenerateContentRequest = {
          contents,
          generationConfig: {
            responseMimeType: 'application/json',
            responseJsonSchema: plain(schema),
          },
        }
        expect(complaintOf(fit(request, target), target)).toBe('accepted')
      }),
      RUNS,
    )
  })

  it('keeps properties of any name', () => {
    fc.assert(
      fc.property(fc.uniqueArray(NAMES, { minLength: 1 }), targets, (names, target) => {
        const properties = Object.fromEntries(names.map((name) => [name, { type: 'string' }]))
        const parametersJsonSchema = { type: 'object', properties, required: names }
        const declaration = { name: 'f', parametersJsonSchema }
        const fitted = fit({ contents, tools: [{ functionDeclarations: [declaration] }] }, target)
        const [sent] = fitted.tools?.[0]?.functionDeclarations ?? []
        const schema = (sent?.parameters ??
          sent?.parametersJsonSchema) as typeof parametersJsonSchema
        expect(Object.keys(schema.properties)).toEqual(Object.keys(properties))
        expect(schema.required).toEqual(names)
        expect(complaintOf(fitted, target)).toBe('accepted')
      }),
      RUNS,
    )
  })
})
