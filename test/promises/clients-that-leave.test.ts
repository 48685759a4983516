import { describe, expect, it } from 'vitest'
import { fetchPollux, givenUser, google, settledStats } from '../support/pollux.ts'
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

  it('is charged for what it sent where Google counts only at the end, at a cost that is unknown', async () => {
    const user = await givenUser(['service_account'])
    const [{ handle } = { handle: '' }] = user.credentials
    await google.script({
      credential: handle,
      reply: { text: 'word '.repeat(500), chunkDelayMs: 20 },
    })
    const reader = (await speaker.ask(user.key, { stream: true })).body?.getReader()
    await reader?.read()
    await reader?.cancel()
    const { ring } = await settledStats(user)
    expect(ring.credentials[0]).toMatchObject({
      attempts: { cancelled: 1 },
      cost: { usd: 0, unpriced: 1 },
    })
    expect(ring.credentials[0]?.tokens.prompt).toBeGreaterThan(0)
    const key = await fetchPollux('/v1/key', { headers: { authorization: `Bearer ${user.key}` } })
    const { use } = await key.json<{ use: { day: { tokens: number } } }>()
    expect(use.day.tokens).toBeGreaterThan(0)
  })
})
