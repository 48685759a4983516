import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { countingRows } from '../support/counting-rows.ts'
import { pushOfUser, type SimulatedUser } from '../support/totals.ts'
import { take } from '../../src/objects/totals/take-push.ts'
import { makeTables } from '../../src/objects/totals/tables.ts'
import { usageOfAll } from '../../src/objects/totals/usage-of-all.ts'
import type { UsageTold } from '../../src/objects/views/usage-lines.ts'
import type { UsageLine } from '../../src/wire/usage.ts'

const NOW = Date.parse('2026-11-28T12:00:00Z')
const USERS = 10_000
const ROUNDS = 3

/** Random numbers that are the same in each run. */
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
          // The push is lost on its way there, or its answer on the way back, or the user is killed before it writes
          // down the answer.
          if (fate < 0.25) continue
          take(sql, pushOfUser(user), NOW + round)
          if (fate < 0.5) continue
          user.pushed = user.version
        }
      }
      // Finally each user's alarm sends what was not acknowledged. An outdated push may still arrive afterwards.
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

  it('cost as many rows a push as docs/scale.md says', async () => {
    await runInDurableObject(env.TOTALS.getByName('of-a-test-4'), (_, { storage }) => {
      makeTables(storage.sql)
      const user = { id: 'u', life: 'x', version: 0, pushed: 0, ok: 0, quota: 0 }
      const push = (at: number): number => {
        user.version++
        user.ok++
        const { sql, written } = countingRows(storage.sql)
        take(sql, pushOfUser(user), at)
        return written()
      }
      push(NOW)
      // Of one model: its use and its requests, of all time and in this minute, hour and day; and what was told.
      expect(push(NOW + 1)).toBe(9)
      // After a minute is over, its sums for all users: one of use, one of requests, and until when.
      expect(push(NOW + 60_000)).toBe(9 + 3)
      // An hour is over as well.
      expect(push(NOW + 3_600_000)).toBe(9 + 3 + 3)
      const { sql, written } = countingRows(storage.sql)
      expect(take(sql, pushOfUser(user), NOW + 3_600_001)).toBe(false)
      expect(written()).toBe(0)
    })
  })

  it('come to the same for all users together as one by one, over spans that are over and for who is late', async () => {
    await runInDurableObject(env.TOTALS.getByName('of-a-test-3'), (_, { storage: { sql } }) => {
      makeTables(sql)
      const hour = 3_600_000
      const users = ['a', 'b', 'c'].map((id) => ({ id, life: 'x', version: 0, ok: 0, quota: 1 }))
      // The fourth comes from a machine whose clock is behind. Its minute, hour and day have already been summed up.
      const times = [NOW, NOW + hour, NOW + 30 * hour, NOW + 29 * hour, NOW + 31 * hour]
      for (const at of times) {
        for (const user of users) {
          user.version++
          user.ok++
          take(sql, pushOfUser({ ...user, pushed: 0 }), at)
        }
      }
      for (const span of ['minute', 'hour', 'day'] as const) {
        for (const [from, to] of [
          [0, NOW + 100 * hour],
          [NOW + hour, NOW + 30 * hour],
          [NOW + 12 * hour, NOW + 32 * hour],
        ] as const) {
          const query = { from, to, span }
          const together = usageOfAll(sql, { ...query, by: [] })
          const each = usageOfAll(sql, { ...query, by: ['user'] })
          expect(together.usage.length).toBeGreaterThan(0)
          expect(together.usage).toEqual(summed(each.usage))
          const asked = (told: UsageTold): number =>
            told.requests.reduce((sum, { ok }) => sum + ok, 0)
          expect(asked(together)).toBe(asked(each))
        }
      }
      const all = usageOfAll(sql, { from: 0, to: NOW + 100 * hour, span: 'hour', by: [] })
      expect(all.usage.reduce((sum, { ok }) => sum + ok, 0)).toBe(3 * times.length)
      expect(sql.exec('SELECT DISTINCT user_id FROM sums WHERE span_ms < 0').toArray()).toEqual([
        { user_id: '' },
      ])
    })
  })
})

/** The sum of several users' lines. */
function summed(lines: readonly UsageLine[]): UsageLine[] {
  const sums = new Map<string, UsageLine>()
  const plus = (one: unknown, other: unknown): unknown => {
    if (typeof one === 'number' && typeof other === 'number') {
      return Math.round((one + other) * 1e9) / 1e9
    }
    if (Array.isArray(one) && Array.isArray(other)) return one.map((n, at) => plus(n, other[at]))
    if (typeof one !== 'object' || one === null || typeof other !== 'object') return one
    const entries = Object.entries(one).map(([name, value]) => [
      name,
      plus(value, (other as Record<string, unknown>)[name]),
    ])
    return Object.fromEntries(entries) as unknown
  }
  for (const { user: _user, ...line } of lines) {
    const sum = sums.get(line.start)
    sums.set(line.start, sum === undefined ? line : (plus(sum, line) as UsageLine))
  }
  return [...sums.values()]
}
