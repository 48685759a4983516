/** A list in a text that is too long to be held comes element by element, wherever the text is cut. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { LongList } from '../../src/http/long-list.ts'

async function* piecesOf(text: string, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  const bytes = new TextEncoder().encode(text)
  const places = cuts.map((cut) => cut % (bytes.length + 1)).toSorted((one, other) => one - other)
  for (const [index, from] of [0, ...places].entries()) {
    yield bytes.slice(from, places[index] ?? bytes.length)
  }
}

async function elementsOf(list: LongList): Promise<unknown[]> {
  const elements: unknown[] = []
  for (let element = await list.next(); element !== null; element = await list.next()) {
    let text = ''
    const utf8 = new TextDecoder()
    for await (const bytes of element) text += utf8.decode(bytes, { stream: true })
    elements.push(JSON.parse(text))
  }
  return elements
}

const anyElement = fc.dictionary(
  fc.oneof(fc.constant('list'), fc.string()),
  fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.string({ unit: fc.constantFrom('"', '\\', 'a', '[', '}'), minLength: 80, maxLength: 300 }),
  ),
)

it('comes whole, with what stands around it', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyElement),
      fc.string(),
      fc.array(fc.nat(), { maxLength: 20 }),
      fc.boolean(),
      fc.constantFrom(undefined, 1),
      async (elements, token, cuts, isFirst, space) => {
        const page = isFirst ? { token, list: elements } : { list: elements, token }
        const text = JSON.stringify(page, null, space)
        const list = new LongList(piecesOf(text, cuts), 'list')
        expect(await elementsOf(list)).toEqual(JSON.parse(JSON.stringify(elements)))
        expect(JSON.parse(list.around())).toEqual({ token, list: elements.map(() => 0) })
      },
    ),
  )
})

it('does not pass for whole where the text ends within an element', async () => {
  const list = new LongList(piecesOf('{"list":[{"a":1},{"b":', [9]), 'list')
  await expect(elementsOf(list)).rejects.toThrow('broke off')
})

it('is none in a long text without it', async () => {
  const list = new LongList(piecesOf(`{"other":"${'x'.repeat(1_100_000)}"}`, []), 'list')
  await expect(elementsOf(list)).rejects.toThrow('no such list')
})
