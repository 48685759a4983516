import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { frozen } from '../../src/json/frozen.ts'
import { parseWithRawNumbers } from '../../src/json/long-numbers.ts'
import { stringifyPiecewise } from '../../src/json/piecewise.ts'

const odd = fc.constantFrom<unknown>(undefined, -0, Infinity, '\uD800', '', [], {}, [undefined])

it('writes what JSON.stringify writes, of what is frozen and what is not', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.jsonValue(), odd), { maxLength: 4 }),
      fc.array(fc.boolean()),
      fc.nat({ max: 7 }),
      (values, isFrozen, levels) => {
        const parts = values.map((value, at) => (isFrozen[at] === true ? frozen(value) : value))
        const fields = parts.map((part, at) => [`field "${at}"`, part])
        const value = { parts, inside: Object.fromEntries(fields), last: parts.at(-1) }
        // The second time, the texts of frozen parts are known.
        for (let time = 0; time < 2; time++) {
          expect(stringifyPiecewise(value, levels)).toBe(JSON.stringify(value))
        }
      },
    ),
  )
})

it('writes whole numbers as they came', () => {
  const text = '{"ids":[123456789012345678901234567890,1]}'
  const value = parseWithRawNumbers(text)
  expect(stringifyPiecewise(value, 4)).toBe(text)
  expect(stringifyPiecewise(frozen(value), 4)).toBe(text)
})
