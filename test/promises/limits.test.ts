import { describe, expect, it } from 'vitest'
import { callsOf, configure, givenUser, settledStats } from '../support/pollux.ts'
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
