import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { linesOf } from '../../src/http/lines.ts'

function body(bytes: Uint8Array, cuts: readonly number[]): ReadableStream<Uint8Array> {
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length]
  ends.sort((a, b) => a - b)
  return new ReadableStream({
    start(controller) {
      let at = 0
      for (const end of ends) {
        controller.enqueue(bytes.slice(at, end))
        at = end
      }
      controller.close()
    },
  })
}

async function all(lines: AsyncIterable<string | null>): Promise<(string | null)[]> {
  const list: (string | null)[] = []
  for await (const line of lines) list.push(line)
  return list
}

describe('lines', () => {
  it('come whole, wherever the body was cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\n', ''))),
        fc.array(fc.nat()),
        async (lines, cuts) => {
          const bytes = new TextEncoder().encode(lines.map((line) => `${line}\n`).join(''))
          // A byte order mark at the start of a line is dropped.
          const expected = lines.map((line) => line.replace(/^\uFEFF/, ''))
          expect(await all(linesOf(body(bytes, cuts), 10_000))).toEqual(expected)
        },
      ),
    )
  })

  it('that are too long are not kept, and those after them come', async () => {
    const text = `${'x'.repeat(20)}\nshort\n${'y'.repeat(20)}`
    const bytes = new TextEncoder().encode(text)
    expect(await all(linesOf(body(bytes, [5, 12]), 10))).toEqual([null, 'short', null])
  })
})
