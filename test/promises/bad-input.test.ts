import { describe, expect, it } from 'vitest'
import { callsOf, givenUser, statsOf } from '../support/pollux.ts'
import { SPEAKERS } from './support/speakers.ts'

describe.each(SPEAKERS)('%s: bad input', (_, speaker) => {
  it.each<[string, Parameters<typeof speaker.ask>[1], number, RegExp]>([
    ['that is no JSON', '{"model":', 400, /JSON/],
    ['that is no object', '[]', 400, /object/],
    ['of too many bytes', JSON.stringify({ filler: 'x'.repeat(200_001) }), 413, /large|bytes/],
    ['with a model that leads elsewhere', { model: '../v1beta/other' }, 400, /model/],
  ])(
    '%s is refused in the client’s own form, and reaches nobody',
    async (_what, sent, status, words) => {
      const user = await givenUser(['api_key', 'api_key'])
      const answer = await speaker.ask(user.key, sent)
      expect(answer.status).toBe(speaker.lastingStatus ?? status)
      expect(speaker.errorOf(await answer.text())?.message).toMatch(words)
      for (const { handle } of user.credentials) expect(await callsOf(handle)).toHaveLength(0)
      const stats = await statsOf(user)
      expect(stats.ring.rotations).toBe(0)
      expect(stats.ledger.granted).toBe(0)
    },
  )
})
