/** What storing responses costs, as docs/scale.md states. */
import { describe, expect, it } from 'vitest'
import { runInDurableObject } from 'cloudflare:test'
import type { Item, ResponseToStore } from '../../src/objects/responses/results.ts'
import { billOf } from '../support/meter.ts'
import { aResponse, responsesOf, said, told } from '../support/responses.ts'

const TURNS = 300
/** The size of the whole history at the middle turn, so an average turn sends 200 KB. */
const MIDDLE_BYTES = 200_000

const SETTINGS = JSON.stringify({ instructions: 'i'.repeat(20_000), tools: 't'.repeat(20_000) })

interface Cost {
  readonly rowsWritten: number
  readonly sentBytes: number
  readonly storedBytes: number
  readonly diskBytes: number
}

/**
 * A conversation of `turns` turns. Each adds `bytes`, and either resends all that was said before or names the
 * response before.
 */
async function converse(turns: number, bytes: number, how: 'resends' | 'names'): Promise<Cost> {
  const responses = responsesOf(`user-${crypto.randomUUID()}`)
  let sentBytes = 0
  let history: readonly Item[] = []
  let previous: string | null = null
  const { rowsWritten } = await billOf(
    async () => {
      for (let turn = 0; turn < turns; turn++) {
        const asked = said(`${turn} ${'q'.repeat(bytes / 2)}`)
        const output = [told(`${turn} ${'a'.repeat(bytes / 2)}`)]
        const input: readonly Item[] = how === 'resends' ? [...history, asked] : [asked]
        const response: ResponseToStore = aResponse({
          settings: SETTINGS,
          previous: how === 'names' ? previous : null,
          input,
          output,
        })
        expect(await responses.store(response)).toEqual({ ok: true })
        sentBytes += input.reduce((sum, { text }) => sum + text.length, 0)
        // Agents resend what they were told in their own form, without Pollux's ids.
        history = [...history, asked, said(`${turn} ${'a'.repeat(bytes / 2)}`)]
        previous = response.id
      }
    },
    () => true,
  )
  const [storedBytes, diskBytes] = await runInDurableObject(responses, (_, { storage }) => [
    Number(storage.sql.exec('SELECT bytes FROM store').one()['bytes']),
    storage.sql.databaseSize,
  ])
  return { rowsWritten, sentBytes, storedBytes: storedBytes ?? 0, diskBytes: diskBytes ?? 0 }
}

describe('storing', () => {
  it('300 turns of 200 KB costs what is new in them', async () => {
    const growth = (2 * MIDDLE_BYTES) / TURNS
    const resent = await converse(TURNS, growth, 'resends')
    const named = await converse(TURNS, growth, 'names')
    console.log({ resent, named })
    expect(resent.sentBytes).toBeGreaterThan(50_000_000)
    expect(resent.storedBytes).toBeLessThan(1_200_000)
    expect(resent.diskBytes).toBeLessThan(2_000_000)
    expect(resent.rowsWritten / TURNS).toBeLessThan(14)
    expect(named.rowsWritten / TURNS).toBeLessThan(12)
  }, 120_000)

  it('grows with the turns and not with their square', async () => {
    const half = await converse(60, 1000, 'resends')
    const whole = await converse(120, 1000, 'resends')
    expect(whole.storedBytes).toBeLessThan(2.05 * half.storedBytes)
    expect(whole.rowsWritten).toBeLessThan(2.05 * half.rowsWritten)
    expect(whole.sentBytes).toBeGreaterThan(3.8 * half.sentBytes)
  }, 120_000)

  it('a conversation whose client drops the oldest adds one row that names all', async () => {
    const responses = responsesOf(`user-${crypto.randomUUID()}`)
    const items = Array.from({ length: 200 }, (_, index) => said(`${index}`))
    const send = (from: number) => () =>
      responses.store(aResponse({ input: items.slice(from, from + 100), output: [] }))
    await send(0)()
    const { rowsWritten } = await billOf(send(1), () => true)
    expect(rowsWritten).toBeLessThan(10)
  })
})
