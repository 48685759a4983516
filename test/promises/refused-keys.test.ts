import { describe, expect, it } from 'vitest'
import { callsOf, configure, givenUser, MASTER_KEY } from '../support/pollux.ts'
import { SPEAKERS, WAYS } from './support/speakers.ts'

describe.each(SPEAKERS)('%s: a wrong key', (_, speaker) => {
  it('learns nothing, whatever is sent with it, and the master key is one', async () => {
    const told = new Set<string>()
    for (const key of ['a-key-that-nobody-has-0123', MASTER_KEY]) {
      for (const asking of [{}, { stream: true }, { model: 'gemini-nowhere' }, '{"half":']) {
        const answer = await speaker.ask(key, asking)
        expect(answer.status).toBe(401)
        const body = await answer.text()
        expect(speaker.errorOf(body)).not.toBeNull()
        told.add(body.replace(/req_[0-9a-f]{32}/g, ''))
      }
    }
    expect(told.size).toBe(1)
  })
})

describe.each(WAYS)('%s (stream: %s): a user who is disabled', (_, stream, speaker) => {
  it('is refused on the very next request', async () => {
    const user = await givenUser()
    await (await speaker.ask(user.key, { stream })).text()
    await configure(user, { disabled: true })
    const answer = await speaker.ask(user.key, { stream })
    expect(answer.status).toBe(speaker.lastingStatus ?? 403)
    expect(speaker.errorOf(await answer.text())).not.toBeNull()
    expect(await callsOf(user.credentials[0]?.handle ?? '')).toHaveLength(1)
  })
})
