import { runInDurableObject } from 'cloudflare:test'
import { describe, expect, it, vi } from 'vitest'
import { objectOf } from '../support/leases.ts'
import { callsOf, chat, configure, givenUser, google, settledStats } from '../support/pollux.ts'
import { SPEAKERS } from './support/speakers.ts'

describe.each(SPEAKERS)('%s: a limit', (_, speaker) => {
  it('of 7 lets exactly 7 of many at once reach Google', async () => {
    const user = await givenUser()
    await configure(user, { limits: { requests_per_day: 7 } })
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => speaker.ask(user.key, { text: 'Hello' })),
    )
    const bodies = await Promise.all(answers.map((answer) => answer.text()))
    const served = bodies.filter((body) => speaker.errorOf(body) === null)
    expect(served).toHaveLength(7)
    expect(await callsOf(user.credentials[0]?.handle ?? '')).toHaveLength(7)
    expect((await settledStats(user)).ledger).toMatchObject({ granted: 7, holds: true })
  })
})

describe('a limit of requests', () => {
  it('holds where the object is lost while requests are under way', async () => {
    const user = await givenUser()
    const credential = user.credentials[0]?.handle ?? ''
    const hold = user.userId
    await configure(user, { limits: { requests_per_day: 5 } })
    await google.script({ credential, times: 3, reply: { hold } })
    const under = [chat(user.key), chat(user.key, { n: 2 })]
    await vi.waitFor(async () => expect(await callsOf(credential)).toHaveLength(3))
    // Aborting breaks the connection to the object, which says so.
    const lost = runInDurableObject(objectOf(user), (_, ctx) => ctx.abort('lost'))
    await expect(lost).rejects.toThrow('lost')
    await google.release(hold)
    for (const answer of await Promise.all(under)) {
      expect(answer.status).toBe(200)
      await answer.text()
    }
    await settledStats(user, ({ requests }) => requests.ok === 3)
    const more = await Promise.all([1, 2, 3].map(() => chat(user.key)))
    expect(more.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 200, 429])
    await Promise.all(more.map((answer) => answer.text()))
    expect((await settledStats(user)).ledger).toMatchObject({ granted: 5, holds: true })
  })
})
