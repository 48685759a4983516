/** One user, a hundred at once, and two thousand who take turns, all of one process. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { median } from '../figures.ts'
import type { Job } from '../load.ts'
import { cpuMs, memory } from '../processes.ts'
import { absolute, compareNumbers, millis } from '../report.ts'
import type { Sides } from '../sides.ts'
import { configure, pollux } from '../subjects.ts'
import { crowd } from '../users/crowd.ts'
import { keyOf } from '../users/fleet.ts'
import { startWorkerd, type Workerd } from '../workerd.ts'
import { type Case, HELLO, scaled } from './case.ts'

const MANY = 2000
const SOME = 100
const REQUESTS = 2000
const CONNECTIONS = 32
/** A second after a request its user's object tells the totals object. That belongs to the request. */
const AFTERWARDS_MS = 2500

interface Measured {
  readonly cpuMs: number
  /** Requests a second. */
  readonly rate: number
}

export const users: Case = {
  name: 'users',
  async run(sides, effort) {
    const folder = mkdtempSync(join(tmpdir(), 'pollux-bench-'))
    const workerd = await startWorkerd(folder, [pollux(sides.upstreamPort)])
    try {
      const many = scaled(MANY, effort)
      const crowds = [1, Math.min(SOME, many), many] as const
      const keys = Array.from({ length: many }, (_, number) => keyOf(number))
      await crowd(keys, 8, (key) => configure(workerd.port, 1, key))
      await ask(sides, workerd, keys.slice(0, 1), scaled(8000, effort))
      const asleep = memory(workerd.pid, 'now')
      await ask(sides, workerd, keys, many)
      const each = (memory(workerd.pid, 'now') - asleep) / many
      const rounds: Measured[][] = crowds.map(() => [])
      for (let round = 0; round < effort.rounds; round++) {
        for (const [index, size] of crowds.entries()) {
          const requests = Math.max(size, scaled(REQUESTS, effort))
          rounds[index]?.push(await ask(sides, workerd, keys.slice(0, size), requests))
        }
      }
      const [one = [], some = [], all = []] = rounds
      const cpu = (measured: readonly Measured[]): number[] => measured.map((m) => m.cpuMs)
      const rate = (measured: readonly Measured[]): number[] => measured.map((m) => m.rate)
      const share = median(rate(some).map((value, index) => value / (rate(one)[index] ?? NaN)))
      const inTurn = {
        measure: 'CPU per request',
        floor: 'd',
        unit: millis,
        goal: { must: 2, aim: 1.5 },
      } as const
      return {
        rows: [
          compareNumbers(cpu(one), cpu(all), {
            work: `${many} users in turn, beside one`,
            ...inTurn,
          }),
          absolute(
            { work: `${SOME} users at once, beside one`, measure: 'requests a second' },
            `${share.toFixed(2)} ×`,
            { must: '≥ 0.8', aim: '0.9', met: share >= 0.8 },
          ),
          absolute(
            { work: `${many} objects awake`, measure: 'memory of each' },
            `${(each / 2 ** 20).toFixed(2)} MiB`,
            { must: '≤ 0.15', aim: '0.1', met: each <= 0.15 * 2 ** 20 },
          ),
        ],
        notes: [
          `users: CPU a request of one, ${SOME} and ${many}: ${[one, some, all].map((m) => millis(median(cpu(m)))).join(', ')}; ` +
            `requests a second: ${[one, some, all].map((m) => median(rate(m)).toFixed(0)).join(', ')}.`,
        ],
      }
    } finally {
      await workerd.stop()
      rmSync(folder, { recursive: true, force: true })
    }
  },
}

/** So many requests of these users, in turn. */
async function ask(
  sides: Sides,
  { port, pid }: Workerd,
  keys: readonly string[],
  requests: number,
): Promise<Measured> {
  const before = cpuMs(pid)
  const job: Job = {
    port,
    path: '/v1/chat/completions',
    headers: { 'content-type': 'application/json' },
    bodies: [JSON.stringify({ model: 'gemini-2.5-flash', ...HELLO })],
    keys,
    connections: CONNECTIONS,
    requests,
  }
  const { wallMs, failed } = await sides.askGoogle({ kind: 'reply' }, job)
  if (failed > 0) throw new Error(`${failed} requests failed`)
  await sleep(AFTERWARDS_MS)
  return { cpuMs: (cpuMs(pid) - before) / requests, rate: (requests / wallMs) * 1000 }
}
