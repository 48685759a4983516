import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { pushOfUser, type SimulatedUser } from '../support/totals.ts'
import { take } from '../../src/objects/totals/adding.ts'
import { makeTables } from '../../src/objects/totals/tables.ts'

const NOW = Date.parse('2026-11-28T12:00:00Z')
const USERS = 10_000
const ROUNDS = 3

/** A made-up but repeatable chance. */
function chances(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

describe('totals over all users', () => {
  it('are exact though half of the pushes are lost, and users are killed in between', async () => {
    const random = chances(7)
    await runInDurableObject(env.TOTALS.getByName('of-a-test'), (_, { storage: { sql } }) => {
      makeTables(sql)
      const counted = { ok: 0, quota: 0, promptTokens: 0, costNano: 0, requests: 0, whole: 0 }
      const users: SimulatedUser[] = Array.from({ length: USERS }, (_none, index) => ({
        id: `user-${index}`,
        life: 'a',
        version: 0,
        pushed: -1,
        ok: 0,
        quota: 0,
      }))
      for (let round = 0; round < ROUNDS; round++) {
        for (const user of users) {
          if (random() < 0.5) continue
          user.version++
          user.ok++
          user.quota += 2
          counted.ok++
          counted.quota += 2
          counted.promptTokens += 100
          counted.costNano += 1234
          counted.requests++
          counted.whole++
          const fate = random()
          // Lost on the way there; or on the way back, after it was counted; or the user was killed before it wrote that down.
          if (fate < 0.25) continue
          take(sql, pushOfUser(user), NOW + round)
          if (fate < 0.5) continue
          user.pushed = user.version
        }
      }
      // Each has its alarm in the end, and tells again what was not acknowledged; an old answer may come late on top.
      for (const user of users) {
        if (user.pushed < user.version) take(sql, pushOfUser(user), NOW + ROUNDS)
        expect(take(sql, pushOfUser({ ...user, version: user.version - 1, ok: 1 }), NOW)).toBe(
          false,
        )
      }
      const [sum] = sql
        .exec(
          'SELECT sum(ok) AS ok, sum(quota) AS quota, sum(prompt_tokens) AS promptTokens, sum(cost_nano) AS costNano, sum(whole_4) AS whole FROM sums WHERE span_ms = 0',
        )
        .toArray()
      const [requests] = sql
        .exec("SELECT count FROM tallies WHERE span_ms = 0 AND name = 'requests ok'")
        .toArray()
      expect({ ...sum, requests: requests?.['count'] }).toEqual(counted)
      const days = sql.exec('SELECT sum(ok) AS ok FROM sums WHERE span_ms = 86400000').one()
      expect(days['ok']).toBe(counted.ok)
    })
  }, 60_000)

  it('keep what a user counted before its storage was lost, and count the new one from nothing', async () => {
    await runInDurableObject(env.TOTALS.getByName('of-a-test-2'), (_, { storage: { sql } }) => {
      makeTables(sql)
      const user = { id: 'u', life: 'a', version: 5, pushed: -1, ok: 5, quota: 0 }
      take(sql, pushOfUser(user), NOW)
      take(sql, pushOfUser({ ...user, life: 'b', version: 1, ok: 2 }), NOW)
      take(sql, pushOfUser({ ...user, life: 'b', version: 2, ok: 3 }), NOW)
      expect(sql.exec('SELECT ok FROM sums WHERE span_ms = 0').one()['ok']).toBe(8)
    })
  })
})
