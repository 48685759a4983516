import { describe, expect, it } from 'vitest'
import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { oldestKept, SPAN_MS, SPANS, startOf } from '../../src/objects/ledger/time-spans.ts'
import { COUNT_COLUMNS, USAGE_COLUMNS } from '../../src/objects/ledger/usage.ts'
import { OUTCOMES } from '../../src/upstreams/verdict.ts'
import { chat, givenUser, MODEL, settledStats, statsOf } from '../support/pollux.ts'

/** The count in each column of each row. */
const EACH = 7

interface Answer {
  readonly usage: { readonly prompt_tokens: number; readonly completion_tokens: number }
}

/** The fullest possible table: each credential used on five models, in every minute, hour and day that is kept. */
function seed(sql: SqlStorage, ids: readonly string[], now: number): void {
  // Folding is overdue by at most an hour.
  const folded = startOf('hour', now - SPAN_MS.hour)
  const counts = COUNT_COLUMNS.map(() => EACH).join(', ')
  const all = USAGE_COLUMNS.map(() => EACH).join(', ')
  sql.exec('CREATE TABLE keys (credential_id TEXT, model TEXT)')
  for (const id of ids) {
    for (let model = 1; model <= 5; model++) {
      sql.exec('INSERT INTO keys VALUES (?, ?)', id, `${MODEL}-${model}`)
    }
  }
  for (const span of SPANS) {
    sql.exec(
      `WITH RECURSIVE starts(start) AS (
         SELECT ? UNION ALL SELECT start + ${SPAN_MS[span]} FROM starts WHERE start + ${SPAN_MS[span]} < ?
       )
       INSERT INTO rollups SELECT ${SPAN_MS[span]}, start, keys.*, ${all} FROM starts, keys`,
      oldestKept(span, now) + SPAN_MS[span],
      span === 'minute' ? now : startOf(span, folded),
    )
  }
  sql.exec('INSERT INTO rollups_folded VALUES (1, ?)', folded)
  sql.exec(
    `INSERT INTO attempts (credential_id, model, ${COUNT_COLUMNS.join(', ')}, last_used_at)
     SELECT keys.*, ${counts}, ? FROM keys`,
    now,
  )
  sql.exec('DROP TABLE keys')
}

describe('the stats', () => {
  it('show what was used of late, also after the loss of memory', async () => {
    const user = await givenUser(['api_key'])
    expect((await statsOf(user)).usage).toEqual({ minutes: [], hours: [], days: [] })
    const { usage } = await (await chat(user.key)).json<Answer>()
    const before = await settledStats(user)
    const span = {
      attempts: 1,
      ok: 1,
      input_tokens: usage.prompt_tokens,
      output_tokens: usage.completion_tokens,
    }
    expect(before.usage).toMatchObject({ minutes: [span], hours: [span], days: [span] })
    await evictDurableObject(env.USERS.getByName(user.userId))
    expect((await statsOf(user)).usage).toEqual(before.usage)
  })

  it('are fast with 10 credentials, 5 models, and every minute, hour and day of two years', async () => {
    const user = await givenUser(Array.from({ length: 10 }, () => 'api_key' as const))
    const object = env.USERS.getByName(user.userId)
    const now = Date.now()
    const ids = user.credentials.map(({ id }) => id)
    const seeded = await runInDurableObject(object, (_instance, { storage }) => {
      seed(storage.sql, ids, now)
      const rows = Number(storage.sql.exec('SELECT count(*) AS n FROM rollups').one()['n'])
      return { rows, megabytes: Math.round(storage.sql.databaseSize / 1e6) }
    })
    await evictDurableObject(object)
    const took: number[] = []
    let bytes = 0
    for (let round = 0; round < 10; round++) {
      const began = performance.now()
      const stats = await statsOf(user)
      took.push(performance.now() - began)
      bytes = JSON.stringify(stats).length
      expect(stats.usage.minutes.length).toBeGreaterThanOrEqual(59)
      expect([stats.usage.hours.length, stats.usage.days.length]).toEqual([48, 30])
      expect(stats.usage.days[1]?.attempts).toBe(EACH * OUTCOMES.length * 50)
    }
    const sorted = took.toSorted((a, b) => a - b).map(Math.round)
    console.info({ ...seeded, bytes, medianMs: sorted[5], worstMs: sorted[9] })
    expect(sorted[5]).toBeLessThan(500)
  })
})
