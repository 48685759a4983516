/** Short replies without streaming: under full load, and one after the other. */
import { compare, doubts, micros, millis, spreads, sumOf } from '../report.ts'
import { median } from '../figures.ts'
import { runRounds } from '../rounds.ts'
import { type Case, HELLO, manyShort, scaled } from './case.ts'

const REPLY = { answer: { kind: 'reply' }, bodies: [HELLO] } as const
const REQUESTS = 1600
const WARM_UP = 8000

export const short: Case = {
  name: 'short',
  async run(sides, effort) {
    const requests = scaled(REQUESTS, effort)
    const rounds = await runRounds(sides, {
      targets: ['a', 'b', 'd'],
      work: { ...REPLY, connections: 32, requests },
      rounds: manyShort(effort),
      warmUp: { connections: 32, requests: scaled(WARM_UP, effort) },
    })
    const rate = (target: string): string =>
      median((rounds[target] ?? []).map(({ wallMs }) => (requests / wallMs) * 1000)).toFixed(0)
    // A garbage collection of the whole heap happens only in some rounds, so a median could miss it. A sum does not.
    const spent = (target: string): number => sumOf(rounds[target] ?? [], ({ cpuMs }) => cpuMs)
    const peak = (target: string): string =>
      median((rounds[target] ?? []).map(({ peakBytes }) => peakBytes / 2 ** 20)).toFixed(0)
    return {
      rows: [
        compare(rounds, {
          work: 'short reply, 32 connections',
          measure: 'CPU per request',
          of: ({ cpuMs }) => cpuMs / requests,
          floor: 'b',
          unit: micros,
          goal: { must: 1.6, aim: 1.35 },
        }),
      ],
      notes: [
        `short: requests a second at saturation: (a) ${rate('a')}, (b) ${rate('b')}, Pollux ${rate('d')}; ` +
          `peak RSS in MiB: (a) ${peak('a')}, (b) ${peak('b')}, Pollux ${peak('d')}.`,
        `short: CPU of all rounds together: Pollux ÷ (b) ${(spent('d') / spent('b')).toFixed(2)}.`,
        ...doubts('short', rounds),
      ],
    }
  },
}

export const single: Case = {
  name: 'single',
  async run(sides, effort) {
    const rounds = await runRounds(sides, {
      targets: ['direct', 'a', 'b', 'd'],
      work: { ...REPLY, connections: 1, requests: scaled(120, effort) },
      rounds: manyShort(effort),
      warmUp: { connections: 32, requests: scaled(WARM_UP, effort) },
    })
    const times = spreads(rounds, ['direct', 'a', 'b', 'd'], ({ firstByteMs }) => firstByteMs)
    return {
      rows: [
        compare(rounds, {
          work: 'short reply, one connection',
          measure: 'added time to first byte, p50',
          of: ({ firstByteMs }) => firstByteMs.p50,
          floor: 'b',
          unit: millis,
          goal: { must: 1.5, aim: 1.3 },
          less: 'direct',
        }),
      ],
      notes: [`single: time to first byte, p50 / p99: ${times}.`, ...doubts('single', rounds)],
    }
  },
}
