import { describe, expect, it } from 'vitest'
import { givenUser, google } from '../support/pollux.ts'
import { SPEAKERS } from './support/speakers.ts'

describe.each(SPEAKERS)('%s: a stream in which Google is silent for a while', (_, speaker) => {
  it('says that somebody is there in a way that changes nothing of the answer', async () => {
    const user = await givenUser()
    const [{ handle } = { handle: '' }] = user.credentials
    const told: string[] = []
    // STREAM_IDLE_TIMEOUT_MS is 700 in these tests. The pump ticks at a fourth of it.
    for (const chunkDelayMs of [0, 500]) {
      await google.script({ credential: handle, reply: { text: 'one two three', chunkDelayMs } })
      told.push(await (await speaker.ask(user.key, { stream: true })).text())
    }
    for (const body of told) {
      expect(speaker.errorOf(body)).toBeNull()
      expect(speaker.textOf(body)).toBe('one two three')
    }
    const [fast = '', slow = ''] = told
    // Ids and times have a fixed length, so a longer stream has keep-alives.
    expect(slow.length).toBeGreaterThan(fast.length)
  })
})
