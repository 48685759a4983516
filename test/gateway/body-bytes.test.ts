/** A body takes only as much memory as has arrived, whatever length was announced, and the wait for it is limited. */
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Clock } from '../../src/clock.ts'
import { readCutJson, readJson } from '../../src/http/body.ts'
import { readBytes } from '../../src/http/read-bytes.ts'
import { readText } from '../../src/http/read-text.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

/** A body that stops after these bytes but does not end. */
function unfinished(bytes: number): ReadableStream<Uint8Array> {
  return new ReadableStream({
    type: 'bytes',
    start(controller) {
      if (bytes > 0) controller.enqueue(new Uint8Array(bytes))
    },
  })
}

const LIMIT = 20_971_520

describe('a body', () => {
  it.each([0, 1, 16_383, 16_384, 16_385, 131_072, 1_000_003])(
    'of %i bytes is read whole, whatever was announced',
    async (size) => {
      const bytes = Uint8Array.from({ length: size }, (_, at) => at % 251)
      for (const expected of [0, Number.NaN, size, size + 7, LIMIT]) {
        const read = await readBytes(new Blob([bytes]).stream(), { expected, limit: LIMIT })
        expect(typeof read === 'string' ? read : new Uint8Array(read)).toEqual(bytes)
      }
    },
  )

  it('that is larger than its limit is not read', async () => {
    const stream = new Blob([new Uint8Array(2000)]).stream()
    expect(await readBytes(stream, { expected: 0, limit: 1000 })).toBe('too_large')
  })

  it('that is announced takes no memory before it comes: 200 of 20 MB each', async () => {
    const sizes: number[] = []
    const Real = ArrayBuffer
    vi.stubGlobal(
      'ArrayBuffer',
      class extends Real {
        constructor(size: number) {
          super(size)
          sizes.push(size)
        }
      },
    )
    for (let upload = 0; upload < 200; upload++) {
      void readBytes(unfinished(0), { expected: LIMIT, limit: LIMIT, owner: 'idle' })
    }
    vi.unstubAllGlobals()
    expect(sizes).toHaveLength(200)
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(5_000_000)
  })

  it('stands in the way of no other user, but is bounded with all of its own', async () => {
    const results: unknown[] = []
    for (let upload = 0; upload < 12; upload++) {
      const reading = { expected: LIMIT, limit: LIMIT, owner: 'greedy' }
      void readBytes(unfinished(12_000_000), reading).then((result) => results.push(result))
    }
    await vi.waitFor(
      () => expect(results.filter((it) => it === 'too_many').length).toBeGreaterThan(4),
      { timeout: 15_000, interval: 200 },
    )
    const other = new Blob([new Uint8Array(5_000_000)]).stream()
    const read = await readBytes(other, { expected: 0, limit: LIMIT, owner: 'other' })
    expect(typeof read === 'string' ? read : read.byteLength).toBe(5_000_000)
  }, 20_000)

  it('may be one of many at once, as long as they come: 24 pictures of 5 MB', async () => {
    const picture = new Blob([new Uint8Array(5_000_000)])
    const reads = Array.from({ length: 24 }, () =>
      readBytes(picture.stream(), { expected: 5_000_000, limit: LIMIT, owner: 'busy' }),
    )
    const sizes = (await Promise.all(reads)).map((it) =>
      typeof it === 'string' ? it : it.byteLength,
    )
    expect(sizes).toEqual(Array<number>(24).fill(5_000_000))
  })

  it.each([100, 1_000_000])(
    'of which nothing more comes is given up (%i announced)',
    async (length) => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
      const reading = readJson(posted(unfinished(10), length), LIMIT)
      await vi.advanceTimersByTimeAsync(31_000)
      expect(await reading).toMatchObject({
        ok: false,
        failure: { reason: 'invalid_json', message: expect.stringContaining('in time') },
      })
      vi.useRealTimers()
    },
  )
})

describe('the body of a known sender', () => {
  const known = { id: 'known', isKnown: true }

  it('is given up when it takes longer than its pieces could take together', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
    const request = posted(unfinished(10), 200_000)
    let read: unknown = 'still reading'
    void readCutJson(request, LIMIT, known, new Clock()).then((result) => (read = result))
    await vi.advanceTimersByTimeAsync(59_000)
    expect(read).toBe('still reading')
    await vi.advanceTimersByTimeAsync(2000)
    expect(read).toMatchObject({
      ok: false,
      failure: { reason: 'invalid_json', message: expect.stringContaining('in time') },
    })
    vi.useRealTimers()
  })

  const picture = 'iVBORw0KGgo'.repeat(4000)
  it.each([
    ['with a picture', JSON.stringify({ text: 'ä'.repeat(40_000), picture, more: picture })],
    ['with a mark of the order of bytes', `\ufeff${JSON.stringify('é'.repeat(40_000))}`],
    [
      'that is no UTF-8',
      new Uint8Array([0x22, 0xc3, 0x28, 0xff, ...Array<number>(50_000).fill(97), 0x22]),
    ],
    ['that is no JSON', '{"a":'.padEnd(40_000)],
  ])("%s is understood as a stranger's is", async (_what, sent) => {
    const bytes = typeof sent === 'string' ? new TextEncoder().encode(sent) : sent
    const [read, other] = await Promise.all(
      [known, { id: 'stranger', isKnown: false }].map(async (sender) => {
        const body = await readCutJson(
          posted(new Blob([bytes]).stream(), bytes.length),
          LIMIT,
          sender,
          new Clock(),
        )
        return body.ok
          ? { value: body.cuttings.uncut(body.value), isCut: !body.cuttings.isEmpty }
          : body
      }),
    )
    expect(read).toEqual(other)
  })
})

function posted(body: ReadableStream<Uint8Array>, length: number): Request {
  return new Request('http://pollux.test/', {
    method: 'POST',
    body,
    headers: { 'content-length': String(length) },
    duplex: 'half',
  } as RequestInit)
}

describe('an answer', () => {
  const answer = (text: string): Response => new Response(new Blob([text]).stream()) // Has no content-length.

  it('is read up to its bound, and no further', async () => {
    expect(await readText(answer('grün'), 5)).toBe('grün')
    expect(await readText(answer('grün'), 4)).toBeNull()
    expect(await readText(answer('grün!'), 5, { cut: true })).toBe('grün')
    expect(await readText(new Response(null), 5)).toBe('')
    expect(await readText(new Response('four'), 3)).toBeNull()
  })
})
