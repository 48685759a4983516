import { describe, expect, inject, it } from 'vitest'
import { GatheredReads } from '../../src/http/gathered-reads.ts'

interface Chunks {
  readonly count: number
  /** Of each. */
  readonly bytes: number
  /** Milliseconds between two of them. */
  readonly gap?: number
}

/** The runtime treats a body from the network unlike one of its own making, so these come from a server. */
async function readsOf({ count, bytes, gap = 0 }: Chunks, more = ''): Promise<GatheredReads> {
  const address = `http://127.0.0.1:${inject('filesPort')}/chunks`
  const { body } = await fetch(`${address}?count=${count}&bytes=${bytes}&gap=${gap}${more}`)
  if (body === null) throw new Error('The server sent no body.')
  return new GatheredReads(body)
}

/** What one read brings; null at the end. */
async function readFrom(reads: GatheredReads): Promise<string | null> {
  const { done, value } = await reads.read()
  if (done) return null
  const text = new TextDecoder().decode(value)
  reads.giveBack(value)
  return text
}

function numbersIn(text: string): readonly number[] {
  return Array.from(text.matchAll(/(\d+);/g), ([, number]) => Number(number))
}

function upTo(count: number): readonly number[] {
  return Array.from({ length: count }, (_, number) => number)
}

describe('reads of a stream', () => {
  it('bring one chunk each until they are gathered, and then all that has come', async () => {
    const reads = await readsOf({ count: 100, bytes: 100, gap: 2 })
    const [first, second] = [await readFrom(reads), await readFrom(reads)]
    expect([first, second].map((text) => text?.length)).toEqual([100, 100])
    reads.gather()
    await scheduler.wait(60)
    const third = (await readFrom(reads)) ?? ''
    expect(third.length).toBeGreaterThan(500)
    expect(numbersIn(third)).toEqual(upTo(2 + Math.ceil(third.length / 100)).slice(2))
  })

  it.each([1, 399, 2048, 5000, 100_000])(
    'bring every byte once and in its order, also in chunks of %i',
    async (bytes) => {
      const count = Math.ceil(2_000_000 / Math.max(bytes, 2000))
      const reads = await readsOf({ count, bytes })
      let whole = (await readFrom(reads)) ?? ''
      reads.gather()
      reads.gather() // again: nothing changes
      for (let text = await readFrom(reads); text !== null; text = await readFrom(reads)) {
        whole += text
        if (whole.length % 7 === 0) await scheduler.wait(5)
      }
      expect(numbersIn(whole)).toEqual(upTo(count))
      const lengths = upTo(count).map((number) => Math.max(bytes, `${number};`.length))
      expect(whole.length).toBe(lengths.reduce((sum, length) => sum + length, 0))
    },
  )

  it('fetch only so much ahead of who reads slowly', async () => {
    const reads = await readsOf({ count: 3000, bytes: 1000 })
    reads.gather()
    let most = 0
    for (let number = 0; number < 15; number++) {
      await scheduler.wait(30)
      most = Math.max(most, (await readFrom(reads))?.length ?? 0)
    }
    expect(most).toBeGreaterThan(16_000)
    expect(most).toBeLessThan(50_000) // the buffer would hold 65,536 by then
  })

  it('say whether a buffer was filled, and take a larger one then', async () => {
    const reads = await readsOf({ count: 1, bytes: 200_000 })
    const told: (readonly [number, boolean])[] = []
    for (let text = await readFrom(reads); text !== null; text = await readFrom(reads))
      told.push([text.length, reads.isFull])
    expect(told[0]).toEqual([2048, true])
    expect(told.at(-1)?.[1]).toBe(false)
    expect(Math.max(...told.map(([length]) => length))).toBeGreaterThan(4096)
    expect(told.reduce((sum, [length]) => sum + length, 0)).toBe(200_000)
  })

  it('fail as their source fails', async () => {
    const reads = await readsOf({ count: 3, bytes: 100, gap: 5 }, '&breaks')
    reads.gather()
    await expect(
      (async () => {
        while ((await readFrom(reads)) !== null);
      })(),
    ).rejects.toThrow('Network connection lost.')
  })
})
