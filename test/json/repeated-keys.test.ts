import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { repeatsKeys } from '../../src/json/repeated-keys.ts'

it.each([
  ['{"a":1,"a":2}', true],
  ['{"a":{"b":[{"c":1,"c":1}]}}', true],
  ['[{"a":1},{"a":{"a":"a"}}]', false],
  ['{"a":1,"\\u0061":2}', true],
  ['{"a\\"":1,"a":"\\"a\\":"}', false],
  [' { "a" : [ "a" , "a" ] , "b" : "a" , "a" : 1 } ', true],
  ['"a"', false],
  ['{"a":[],"b":{},"a":1}', true],
  ['{"":1,"":2}', true],
])('%s: %s', (json, repeats) => {
  expect(repeatsKeys(json)).toBe(repeats)
})

it('finds none in what JSON.stringify has written, however it is spaced', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.nat(3), (value, space) => {
      expect(repeatsKeys(JSON.stringify(value, null, space))).toBe(false)
    }),
  )
})
