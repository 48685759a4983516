import { describe, expect, it } from 'vitest'
import { admin, chat, type ErrorBody, givenUser } from '../support/pollux.ts'

const OWN = { model: 'gemini-2.5-flash', in: 1000, cached: 100, out: 1000 }

async function costOfOne(key: string): Promise<number> {
  const answer = await chat(key)
  await answer.text()
  return Number(answer.headers.get('x-pollux-cost'))
}

describe('prices of an admin\u2019s', () => {
  it('go before the list from the next request on, for users there are and those to come', async () => {
    const user = await givenUser()
    const before = await costOfOne(user.key)
    const put = await admin('PUT', 'prices', { prices: [OWN] })
    expect(put.status).toBe(200)
    expect(await costOfOne(user.key)).toBeGreaterThan(100 * before)
    const later = await givenUser()
    expect(await costOfOne(later.key)).toBeGreaterThan(100 * before)
    const shown = await (await admin('GET', 'prices')).json<{ overrides: object[] }>()
    expect(shown.overrides).toEqual([OWN])
    await admin('PUT', 'prices', { prices: [] })
    expect(await costOfOne(user.key)).toBe(before)
  })

  it.each(['Gemini-2.5-Flash', 'models/gemini-2.5-flash', 'google/gemini-2.5-flash'])(
    'hold for the model however it is spelt: %s',
    async (model) => {
      const user = await givenUser()
      const before = await costOfOne(user.key)
      expect((await admin('PUT', 'prices', { prices: [{ ...OWN, model }] })).status).toBe(200)
      expect(await costOfOne(user.key)).toBeGreaterThan(100 * before)
      const shown = await (await admin('GET', 'prices')).json<{ overrides: object[] }>()
      expect(shown.overrides).toEqual([OWN])
      await admin('PUT', 'prices', { prices: [] })
    },
  )

  it.each([
    [{ ...OWN, in: -1 }, 'prices[0].in'],
    [{ ...OWN, until: 'soon' }, 'prices[0].until'],
    [{ model: 'gemini-2.5-flash' }, 'prices[0].in'],
    [{ ...OWN, from: '2026-02-31' }, 'prices[0].from'],
    [{ ...OWN, from: '2027-01-02', until: '2027-01-01' }, 'prices[0].until'],
    [{ ...OWN, from: '2027-01-01', until: '2027-01-01' }, 'prices[0].until'],
    [OWN, 'prices[1]', { ...OWN, in: 5 }],
    [OWN, 'prices[1]', { ...OWN, model: 'models/gemini-2.5-flash' }],
  ])('are refused where they are none: %j', async (price, param, ...others) => {
    const answer = await admin('PUT', 'prices', { prices: [price, ...others] })
    expect(answer.status).toBe(400)
    expect((await answer.json<ErrorBody>()).error).toMatchObject({ param })
  })
})
