import { describe, expect, it, vi } from 'vitest'
import { Outlet } from '../../src/gateway/outlet.ts'

interface Client {
  readonly outlet: Outlet
  readonly onLeft: () => void
  /** What one read returns; null at the end. */
  readonly read: () => Promise<string | null>
  readonly leave: () => Promise<void>
}

function givenClient(): Client {
  const outlet = new Outlet()
  const onLeft = vi.fn<() => void>()
  outlet.onLeft(onLeft)
  const reader = outlet.body.getReader()
  return {
    outlet,
    onLeft,
    read: async () => {
      const { done, value } = await reader.read()
      return done ? null : new TextDecoder().decode(value)
    },
    leave: () => reader.cancel(),
  }
}

async function readAll(client: Client): Promise<readonly string[]> {
  const reads: string[] = []
  for (let text = await client.read(); text !== null; text = await client.read()) reads.push(text)
  return reads
}

describe('what is written to a client', () => {
  it('comes with fewer writes than there are texts, when these come fast, and in their order', async () => {
    const client = givenClient()
    const reads = readAll(client)
    const texts = Array.from({ length: 200 }, (_, number) => `${number} ünï🎉;`)
    for (const text of texts) {
      client.outlet.write(text)
      await Promise.resolve()
    }
    await client.outlet.close()
    expect((await reads).join('')).toBe(texts.join(''))
    expect((await reads).length).toBeLessThan(20)
  })

  it('begins at once, whatever is to come', async () => {
    const client = givenClient()
    client.outlet.write('first')
    client.outlet.write('second')
    expect(await client.read()).toBe('first')
    expect(await client.read()).toBe('second')
  })

  it('is never held when it comes slowly', async () => {
    const client = givenClient()
    for (let number = 0; number < 20; number++) {
      client.outlet.write(`${number}`)
      expect(await client.read()).toBe(`${number}`)
      await scheduler.wait(6) // Longer than a window.
      expect(client.outlet.isBlocked).toBe(false)
    }
  })

  it('is not taken for sent before the client has taken it', async () => {
    const client = givenClient()
    client.outlet.write('x')
    client.outlet.write('y'.repeat(70_000))
    const room = client.outlet.room()
    expect(room).not.toBeNull()
    const closed = client.outlet.close()
    expect(await Promise.race([closed.then(() => 'closed'), scheduler.wait(30)])).toBeUndefined()
    expect((await readAll(client)).join('').length).toBe(70_001)
    await room
    await closed
    expect(client.outlet.room()).toBeNull()
  })

  it('tells once that the client has left, and then goes nowhere', async () => {
    const client = givenClient()
    client.outlet.write('one')
    await client.read()
    await client.leave()
    client.outlet.write('two')
    await client.outlet.close()
    expect(client.onLeft).toHaveBeenCalledTimes(1)
  })
})
