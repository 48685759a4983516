import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { BOUNDS, keepWithin, sweep } from '../../src/objects/responses/pruning.ts'
import type { Item } from '../../src/objects/responses/results.ts'
import { aResponse, responsesOf, said, textsOf, told } from '../support/responses.ts'

const ALONE = { previous: null, conversation: null, references: [] }

/**
 * A turn: what it says, which earlier turn it follows, and whether its client resends the whole conversation or names
 * the response.
 */
const turn = fc.record({
  after: fc.nat(),
  resends: fc.boolean(),
  // Few different texts, so that some are equal.
  says: fc.array(fc.oneof(fc.constantFrom('a', 'b', '\ud800'), fc.string()), { maxLength: 4 }),
  answers: fc.array(fc.string(), { maxLength: 3 }),
  /** What happens to an earlier turn before this one. */
  fate: fc.constantFrom('stays', 'stays', 'stays', 'is deleted', 'is evicted'),
})

interface Turn {
  readonly id: string
  readonly whole: readonly Item[]
}

describe('stored responses', () => {
  it('read back as they were sent, whichever way they follow each other and whichever are deleted', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(turn, { minLength: 1, maxLength: 12 }), async (turns) => {
        const responses = responsesOf(`user-${crypto.randomUUID()}`)
        const made: Turn[] = []
        for (const { after, resends, says, answers, fate } of turns) {
          const before = made[after % Math.max(1, made.length)]
          if (fate === 'is evicted' && made.length > 0) await evictDurableObject(responses)
          const own = says.map(said)
          const output = answers.map((text) => told(text))
          const response = aResponse({
            previous: resends ? null : (before?.id ?? null),
            input: resends ? [...(before?.whole ?? []), ...own] : own,
            output,
          })
          expect(await responses.store(response)).toEqual({ ok: true })
          made.push({ id: response.id, whole: [...(before?.whole ?? []), ...own, ...output] })
          if (fate === 'is deleted' && made.length > 1) {
            const [gone] = made.splice(after % (made.length - 1), 1)
            await responses.remove(gone?.id ?? '')
          }
        }
        for (const { id, whole } of made) {
          const recalled = await responses.recall({ ...ALONE, previous: id })
          expect(recalled.ok && recalled.items).toEqual(textsOf(whole))
        }
        await sumsAreRight(responses)
      }),
      { numRuns: 25 },
    )
  }, 120_000)

  it('are kept within their bounds, the oldest go, and what is left is whole', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ follows: fc.boolean(), size: fc.nat(3000) }), {
          minLength: 10,
          maxLength: 40,
        }),
        async (turns) => {
          const responses = responsesOf(`user-${crypto.randomUUID()}`)
          let previous: string | null = null
          let whole: readonly Item[] = []
          const made: Turn[] = []
          for (const { follows, size } of turns) {
            const input = [said(`${made.length}${'x'.repeat(size)}`)]
            const response = aResponse({ previous: follows ? previous : null, input, output: [] })
            await responses.store(response)
            whole = follows ? [...whole, ...input] : input
            previous = response.id
            made.push({ id: response.id, whole })
          }
          const bounds = { bytes: 20_000, count: 15 }
          const left = await runInDurableObject(responses, (_, { storage }) => {
            storage.transactionSync(() => keepWithin(storage.sql, bounds))
            const { bytes, count } = storage.sql.exec('SELECT bytes, count FROM store').one()
            expect(bytes).toBeLessThanOrEqual(bounds.bytes)
            expect(count).toBeLessThanOrEqual(bounds.count)
            return Number(count)
          })
          for (const { id, whole: expected } of made.slice(made.length - left)) {
            const recalled = await responses.recall({ ...ALONE, previous: id })
            expect(recalled.ok && recalled.items).toEqual(textsOf(expected))
          }
          for (const { id } of made.slice(0, made.length - left)) {
            expect(await responses.response(id)).toMatchObject({ ok: false })
          }
          await sumsAreRight(responses)
        },
      ),
      { numRuns: 15 },
    )
  }, 120_000)

  it('have bounds that leave room for a quarter of them at once', () => {
    expect(BOUNDS.bytes).toBeGreaterThan(4 * 20_971_520)
  })
})

/** The stored sums equal a recount, and there is no content that nothing refers to. */
async function sumsAreRight(responses: ReturnType<typeof responsesOf>): Promise<void> {
  await runInDurableObject(responses, (_, { storage: { sql } }) => {
    const state = (): unknown => [
      sql.exec('SELECT bytes, count FROM store').toArray(),
      sql.exec('SELECT content_id FROM contents').toArray(),
      sql.exec('SELECT history_id FROM histories').toArray(),
    ]
    const before = state()
    sweep(sql)
    expect(state()).toEqual(before)
  })
}
