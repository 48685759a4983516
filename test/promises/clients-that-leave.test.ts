import { describe, expect, it } from 'vitest'
import { givenUser, google, settledStats } from '../support/pollux.ts'
import { SPEAKERS } from './support/speakers.ts'

describe.each(SPEAKERS)('%s: a client that leaves', (_, speaker) => {
  it('stops the call to Google, and what was used is counted', async () => {
    const user = await givenUser()
    const [{ handle } = { handle: '' }] = user.credentials
    await google.script({
      credential: handle,
      reply: { text: 'word '.repeat(500), chunkDelayMs: 20 },
    })
    const reader = (await speaker.ask(user.key, { stream: true })).body?.getReader()
    await reader?.read()
    await reader?.cancel()
    const call = await google.waitForCall(
      ({ credential, finished }) => credential === handle && finished,
    )
    expect(call.aborted).toBe(true)
    const stats = await settledStats(user)
    expect(stats.ring.credentials[0]?.attempts).toMatchObject({ granted: 1, ok: 0, cancelled: 1 })
    expect(stats.ring.credentials[0]?.tokens.prompt).toBeGreaterThan(0)
  })
})
