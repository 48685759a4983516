/** The elements of a list are found wherever the text is cut, and nothing else is taken for one. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ListElements } from '../../src/http/list-elements.ts'

function elementsOf(text: string, cuts: readonly number[], maxBytes = 10_000): (string | null)[] {
  const bytes = new TextEncoder().encode(text)
  const places = cuts.map((cut) => cut % (bytes.length + 1)).toSorted((one, other) => one - other)
  const reader = new ListElements('answers', maxBytes)
  return [0, ...places].flatMap((from, index) =>
    reader.in(bytes.slice(from, places[index] ?? bytes.length)),
  )
}

const anyElement = fc.dictionary(
  fc.oneof(fc.constant('answers'), fc.string()),
  fc.jsonValue({ maxDepth: 3 }),
)

it('are those of the list, wherever the text is cut', () => {
  fc.assert(
    fc.property(
      fc.array(anyElement),
      fc.jsonValue(),
      fc.array(fc.nat(), { maxLength: 20 }),
      fc.constantFrom(undefined, 1),
      (elements, other, cuts, space) => {
        const list = { say: '"answers":[', metadata: { answers: { answers: elements } }, other }
        const text = JSON.stringify({ 'not answers': [{}], ...list }, null, space)
        const found = elementsOf(text, cuts)
        expect(found.map((one) => JSON.parse(one ?? '') as unknown)).toEqual(
          elements.map((one) => JSON.parse(JSON.stringify(one)) as unknown),
        )
      },
    ),
  )
})

it.each([
  ['no list of this name', '{"answers":{"a":[{}]},"b":[{}]}', []],
  ['an empty list, and a second of the name', '{"a":{"answers":[]},"answers":[{}]}', []],
  ['a name that is a value', '{"a":"answers","b":[{}],"c":["answers",[{}]]}', []],
  ['elements that are no objects', '{"answers":[1,"x",{"a":[1]},null]}', ['{"a":[1]}']],
  ['one that is too long', `{"answers":[{"a":"${'x'.repeat(200)}"},{"b":1}]}`, [null, '{"b":1}']],
])('%s', (_, text, elements) => {
  expect(elementsOf(text, [], 100)).toEqual(elements)
  expect(
    elementsOf(
      text,
      Array.from(text, (_character, at) => at),
      100,
    ),
  ).toEqual(elements)
})
