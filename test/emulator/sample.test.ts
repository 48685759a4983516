import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../emulator/json.ts'
import { sampleOf } from '../../emulator/reply/sample.ts'
import { HELLO, useGoogle } from './google.ts'

const google = await useGoogle()

const string = { type: 'string' }

describe('JSON that nobody scripted fits its schema', () => {
  it.each<[name: string, schema: JsonObject, value: unknown]>([
    [
      'an object',
      { type: 'object', properties: { a: string, b: { type: 'integer' } } },
      { a: 'x', b: 1 },
    ],
    ["Google's upper case", { type: 'OBJECT', properties: { a: { type: 'STRING' } } }, { a: 'x' }],
    ['a list', { type: 'array', items: string, minItems: 2 }, ['x', 'x']],
    ['an enum', { type: 'string', enum: ['red', 'blue'] }, 'red'],
    ['a constant', { const: 7 }, 7],
    ['a choice', { anyOf: [{ type: 'number', minimum: 3 }, string] }, 3],
    ['several types', { type: ['boolean', 'null'] }, true],
    ['a reference', { $ref: '#/$defs/a', $defs: { a: string } }, 'x'],
  ])('%s', (_, schema, value) => {
    expect(sampleOf(schema, 'x')).toEqual(value)
  })

  it('comes to an end where the schema has none', () => {
    const node = {
      type: 'object',
      properties: { name: string, next: { $ref: '#/$defs/node' } },
      required: ['name', 'next'],
    }
    const value = sampleOf({ $ref: '#/$defs/node', $defs: { node } }, 'x')
    expect(value).toMatchObject({ name: 'x', next: { name: 'x' } })
  })

  it('in an answer', async () => {
    const { handle } = await google.control.registerApiKey()
    const generationConfig = {
      responseMimeType: 'application/json',
      responseJsonSchema: { type: 'object', properties: { city: string }, required: ['city'] },
    }
    const answer = await google.post(
      '/v1beta/models/gemini-2.5-flash:generateContent',
      { ...HELLO, generationConfig },
      { 'x-goog-api-key': handle },
    )
    const body = (await answer.json()) as {
      candidates: { content: { parts: { text: string }[] } }[]
    }
    const text = body.candidates[0]?.content.parts[0]?.text ?? ''
    expect(JSON.parse(text)).toEqual({ city: 'You said: hello world' })
  })
})
