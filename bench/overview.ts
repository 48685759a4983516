/** `npm run bench:overview -- [--users N]`: how long the page's overview of many users takes, for docs/page.md. */
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { parseArgs } from 'node:util'
import { noUsage, USAGE_COLUMNS, usageValues } from '../src/objects/ledger/usage.ts'
import { startChild } from './child.ts'
import { cpuMs } from './processes.ts'
import { machine, millis } from './report.ts'
import { crowd } from './users/crowd.ts'
import { Fleet } from './users/fleet.ts'

const HOUR_MS = 3_600_000
const HOURS = 48
const MODELS = ['gemini-2.5-pro', 'gemini-2.5-flash', 'gemini-2.5-flash-lite']
const TIMES = 30

const { values } = parseArgs({ options: { users: { type: 'string', default: '1000' } } })
const count = Number(values.users)

const upstream = await startChild('upstream.ts')
try {
  await using fleet = new Fleet(Number(upstream.greeting))
  await fleet.start()
  await fleet.ask('/v1/overview') // makes the tables
  await fleet.stop()
  fill(fleet)
  await fleet.start()
  const first = (await ask(fleet, 1)).wallMs
  const { p50, p99, cpu, bytes, users } = await ask(fleet, TIMES)
  console.log(`${new Date().toISOString().slice(0, 10)}: ${machine()}`)
  console.log(
    `overview of ${users} users, each active in each of the last ${HOURS} hours with ${MODELS.length} models, ${(bytes / 1000).toFixed(0)} kB of JSON: p50 ${millis(p50)}, p99 ${millis(p99)}, CPU of workerd ${millis(cpu)}, the first ${millis(first)}`,
  )
} finally {
  upstream.stop()
}

async function ask(fleet: Fleet, times: number) {
  let bytes = 0
  let users = 0
  const before = cpuMs(fleet.pid)
  const crowded = await crowd(Array.from({ length: times }), 1, async () => {
    const told = await fleet.ask<{ users: readonly unknown[] }>('/v1/overview')
    users = told.users.length
    bytes = JSON.stringify(told).length
  })
  const cpu = (cpuMs(fleet.pid) - before) / times
  return { ...crowded, cpu, bytes, users }
}

/** Writes the users as their objects would have reported them over two days, for which no bench can wait. */
function fill(fleet: Fleet): void {
  const [file] = globSync(join(fleet.storageOf('TotalsObject'), '*.sqlite'))
  if (file === undefined) throw new Error('The totals object has no storage.')
  const sql = new DatabaseSync(file)
  const now = Date.now()
  const hour = now - (now % HOUR_MS)
  const usage = { ...noUsage(), ok: 5, promptTokens: 1000, outputTokens: 200, costNano: 123_456 }
  const person = sql.prepare(
    'INSERT INTO people (user_id, created_at, card, label) VALUES (?, ?, ?, ?)',
  )
  const told = sql.prepare(
    'INSERT INTO told (user_id, life, version, at, rows, tallies, summary) VALUES (?, ?, 1, ?, ?, ?, ?)',
  )
  const sum = sql.prepare(
    `INSERT INTO sums (span_ms, start, user_id, upstream, model, ${USAGE_COLUMNS.join(', ')}) VALUES (${HOUR_MS}, ?, ?, 'vertex', ?, ${USAGE_COLUMNS.map(() => '?').join(', ')})`,
  )
  const tally = sql.prepare(
    `INSERT INTO tallies (span_ms, start, user_id, name, count) VALUES (${HOUR_MS}, ?, ?, 'requests ok', 5)`,
  )
  sql.exec('BEGIN')
  for (let user = 0; user < count; user++) {
    const id = String(user).padStart(64, '0')
    const label = `User ${user}`
    const card = { label, disabled: false, expiresAt: null, keyHint: 'x7Qe', plan: null }
    person.run(id, now, JSON.stringify(card), label)
    const rows = MODELS.map((model) => ({ upstream: 'vertex', model, usage }))
    told.run(
      id,
      'a',
      now,
      JSON.stringify(rows),
      '{"requests ok":720}',
      JSON.stringify(summary(user, now)),
    )
    for (let back = 0; back < HOURS; back++) {
      for (const model of MODELS) sum.run(hour - back * HOUR_MS, id, model, ...usageValues(usage))
      tally.run(hour - back * HOUR_MS, id)
    }
  }
  for (const table of ['sums', 'tallies']) closeHours(sql, table, hour)
  sql.exec('COMMIT')
  sql.close()
}

/** Does what the first push of this hour would have done. */
function closeHours(sql: DatabaseSync, table: string, until: number): void {
  const names = sql
    .prepare(`PRAGMA table_info(${table})`)
    .all()
    .map(({ name }) => String(name))
  const keys = ['span_ms', 'start', 'user_id', 'upstream', 'model', 'name']
  const told = names.map((name) =>
    name === 'span_ms'
      ? -HOUR_MS
      : name === 'user_id'
        ? "''"
        : keys.includes(name)
          ? name
          : `sum(${name})`,
  )
  const groups = names.filter(
    (name) => keys.includes(name) && name !== 'user_id' && name !== 'span_ms',
  )
  sql.exec(
    `INSERT INTO ${table} SELECT ${told.join(', ')} FROM ${table} WHERE span_ms = ${HOUR_MS} AND start < ${until} GROUP BY ${groups.join(', ')}`,
  )
  sql.exec(`INSERT OR REPLACE INTO closed (span_ms, until) VALUES (${HOUR_MS}, ${until})`)
}

function summary(user: number, now: number) {
  return {
    createdAt: now,
    label: `User ${user}`,
    disabled: false,
    expiresAt: null,
    keyHint: 'x7Qe',
    plan: null,
    rings: [{ upstream: 'vertex', ready: 3, cooling: user % 3, paused: 0, quarantined: 0 }],
    nextRecovery: user % 3 === 0 ? null : now + HOUR_MS,
    isOut: false,
    lastUsedAt: now - user * 1000,
    today: {
      start: now - (now % (24 * HOUR_MS)),
      requests: user,
      tokens: 1000,
      costNano: 123_456,
      unpriced: 0,
    },
    ledgerHolds: true,
    conditions: [],
  }
}
