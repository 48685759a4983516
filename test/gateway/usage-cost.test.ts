/** What an answer cost, told to clients that ask for it. */
import { describe, expect, it } from 'vitest'
import { chat, framesOf, givenUser, google, settledStats } from '../support/pollux.ts'

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

describe('the tier that served', () => {
  it.each([
    ['api_key', { serviceTier: 'standard' }, 1],
    ['api_key', { serviceTier: 'priority' }, 1.8],
    ['api_key', { serviceTier: 'flex' }, 0.5],
    ['service_account', { trafficType: 'ON_DEMAND' }, 1],
    ['service_account', { trafficType: 'ON_DEMAND_PRIORITY' }, 1.8],
    ['service_account', { trafficType: 'ON_DEMAND_FLEX' }, 0.5],
    // No words of Google's.
    ['api_key', { serviceTier: ['priority'], trafficType: 7 }, 1],
  ] as const)('makes the price, by %s: %j', async (kind, tier, factor) => {
    const user = await givenUser([kind])
    const chunk = {
      candidates: [{ content: { role: 'model', parts: [{ text: 'Hi' }] }, finishReason: 'STOP' }],
      usageMetadata: { promptTokenCount: 1000, candidatesTokenCount: 100, ...tier },
    }
    const credential = user.credentials[0]?.handle ?? ''
    await google.script({ credential, times: 2, reply: { chunks: [chunk] } })
    const whole = await chat(user.key)
    expect(Number(whole.headers.get('x-pollux-cost'))).toBeCloseTo(0.00055 * factor, 9)
    await (await chat(user.key, { stream: true })).text()
    expect((await settledStats(user)).cost.usd).toBeCloseTo(2 * 0.00055 * factor, 9)
  })

  it('gives no discount on what comes from a cache', async () => {
    const user = await givenUser()
    const usageMetadata = { promptTokenCount: 1000, cachedContentTokenCount: 1000 }
    const chunk = {
      candidates: [{ content: { role: 'model', parts: [{ text: 'Hi' }] }, finishReason: 'STOP' }],
      usageMetadata: { ...usageMetadata, serviceTier: 'flex' },
    }
    const credential = user.credentials[0]?.handle ?? ''
    await google.script({ credential, reply: { chunks: [chunk] } })
    const answer = await chat(user.key)
    expect(Number(answer.headers.get('x-pollux-cost'))).toBeCloseTo(0.00003, 9)
    await settledStats(user)
  })
})
