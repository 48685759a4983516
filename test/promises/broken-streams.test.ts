import { describe, expect, it } from 'vitest'
import { callsOf, givenUser, google, settledStats } from '../support/pollux.ts'
import { SPEAKERS } from './support/speakers.ts'

describe.each(SPEAKERS)('%s: a stream that Google', (_, speaker) => {
  it.each<[string, object]>([
    ['breaks off', { breakOffAfter: 2 }],
    ['ends without a reason', { finishReason: null }],
    ['lets fall silent', { hangAfter: 2 }],
    ['ends with an error', { errorAfter: { events: 2, error: '503_overloaded' } }],
  ])('%s ends in an error, and is asked for once', async (_how, fault) => {
    const user = await givenUser()
    const [{ handle } = { handle: '' }] = user.credentials
    await google.script({ credential: handle, reply: { text: 'one two three four', ...fault } })
    const answer = await speaker.ask(user.key, { stream: true })
    expect(answer.status).toBe(200)
    const body = await answer.text()
    expect(speaker.textOf(body)).toMatch(/^one/)
    expect(speaker.errorOf(body)).not.toBeNull()
    expect(await callsOf(handle)).toHaveLength(1)
    const stats = await settledStats(user)
    expect(stats.ring.credentials[0]?.attempts).toMatchObject({ ok: 0, upstream_fault: 1 })
  })

  it('ends well is no error', async () => {
    const user = await givenUser()
    const answer = await speaker.ask(user.key, { stream: true })
    const body = await answer.text()
    expect(speaker.errorOf(body)).toBeNull()
    expect(speaker.framesOf(body).length).toBeGreaterThan(1)
  })
})
