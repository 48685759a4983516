/** What an answer cost, told to clients that ask for it. */
import { describe, expect, it } from 'vitest'
import { chat, framesOf, givenUser, settledStats } from '../support/pollux.ts'

interface Told {
  readonly usage?: { readonly cost?: number }
}

describe('usage.cost', () => {
  it('is what the ledger says, whole and streamed, of several choices too, and only where it was asked for', async () => {
    for (const kind of ['api_key', 'service_account', 'authorized_user'] as const) {
      const user = await givenUser([kind])
      let sum = 0
      for (const n of [1, 2]) {
        const whole = await chat(user.key, { n, usage: { include: true } })
        const { usage } = await whole.json<Told>()
        expect(usage?.cost).toBeGreaterThan(0)
        expect(usage?.cost).toBeCloseTo(Number(whole.headers.get('x-pollux-cost')), 9)
        sum += usage?.cost ?? 0
        const streamed = await chat(user.key, { n, stream: true, usage: { include: true } })
        const frames = framesOf(await streamed.text()) as Told[]
        sum += frames.findLast((frame) => frame.usage)?.usage?.cost ?? 0
      }
      expect((await settledStats(user)).cost.usd).toBeCloseTo(sum, 9)
      const plain = await chat(user.key)
      expect(await plain.json<Told>()).not.toHaveProperty('usage.cost')
      expect(plain.headers.get('x-pollux-cost')).not.toBeNull()
      await settledStats(user)
    }
  })
})
