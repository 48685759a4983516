import { describe, expect, it } from 'vitest'
import { callsOf, givenUser, google, settledStats } from '../support/pollux.ts'
import { WAYS } from './support/speakers.ts'

describe.each(WAYS)('%s (stream: %s): a 429 of Google’s', (_, stream, speaker) => {
  it('before the first byte costs the client nothing but time', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    const [first, second] = user.credentials
    await google.script({
      credential: first?.handle ?? '',
      reply: { error: 'gemini_429_minute' as never },
    })
    await google.script({ credential: second?.handle ?? '', reply: { text: 'All is well.' } })
    const answer = await speaker.ask(user.key, { stream })
    const body = await answer.text()
    expect(speaker.errorOf(body)).toBeNull()
    expect(speaker.textOf(body)).toBe('All is well.')
    expect(answer.headers.get('x-pollux-attempts')).toBe('2')
  })

  it('of every credential is the client’s, which learns when to come back', async () => {
    const user = await givenUser(['api_key', 'api_key'])
    for (const { handle } of user.credentials) {
      await google.script({ credential: handle, reply: { error: 'gemini_429_minute' as never } })
    }
    const answer = await speaker.ask(user.key, { stream })
    expect(answer.status).toBe(429)
    const seconds = Number(answer.headers.get('retry-after'))
    expect(seconds).toBeGreaterThan(0)
    expect(speaker.errorOf(await answer.text())?.message).toContain(`${seconds}s`)
    for (const { handle } of user.credentials) expect(await callsOf(handle)).toHaveLength(1)
    expect((await settledStats(user)).ledger.holds).toBe(true)
  })
})
