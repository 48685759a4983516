/** Streams of 64-character events: at full speed, and at the pace of a model. */
import { compare, doubts, micros, millis, spreads } from '../report.ts'
import { median } from '../figures.ts'
import { runRounds } from '../rounds.ts'
import { type Case, HELLO, scaled } from './case.ts'

const EVENTS = 500

export const stream: Case = {
  name: 'stream',
  async run(sides, effort) {
    const results = []
    for (const write of ['apart', 'together'] as const) {
      const requests = scaled(write === 'apart' ? 120 : 160, effort)
      const rounds = await runRounds(sides, {
        targets: ['a', 'c', 'd'],
        work: {
          answer: { kind: 'burst', events: EVENTS, write },
          bodies: [HELLO],
          connections: 8,
          requests,
        },
        rounds: effort.rounds,
        warmUp: { connections: 8, requests: scaled(40, effort) },
      })
      const row = compare(rounds, {
        work: `500 chunks of 64 B as fast as they come, written ${write}`,
        measure: 'CPU per chunk',
        of: ({ cpuMs }) => cpuMs / requests / EVENTS,
        floor: 'a',
        unit: micros,
        goal: { must: 3, aim: 2 },
      })
      const c = median((rounds['c'] ?? []).map(({ cpuMs }) => cpuMs / requests / EVENTS))
      const note = `stream, written ${write}: (c) ${micros(c)} a chunk.`
      results.push({ row, notes: [note, ...doubts(`stream ${write}`, rounds)] })
    }
    return {
      rows: results.map(({ row }) => row),
      notes: results.flatMap(({ notes }) => notes),
    }
  },
}

const STREAMS = 64
const GAP_MS = 10
/** Rounds. During the first half minute of such a load, V8 lets its young generation grow, and the pauses with it. */
const SETTLED_AFTER = 10

export const paced: Case = {
  name: 'paced',
  async run(sides, effort) {
    const events = scaled(300, effort) + 1
    const rounds = await runRounds(sides, {
      targets: ['direct', 'a', 'c', 'd'],
      work: {
        answer: { kind: 'paced', events, gapMs: GAP_MS },
        bodies: [HELLO],
        connections: STREAMS,
        requests: STREAMS,
      },
      rounds: effort.rounds,
      warmUp: { connections: STREAMS, requests: STREAMS * SETTLED_AFTER },
    })
    const work = `${STREAMS} streams, chunks ${GAP_MS} ms apart`
    const delays = spreads(rounds, ['direct', 'a', 'c', 'd'], ({ delayMs }) => delayMs)
    return {
      rows: [
        compare(rounds, {
          work,
          measure: 'CPU per chunk',
          of: ({ cpuMs }) => cpuMs / STREAMS / events,
          floor: 'c',
          unit: micros,
          goal: { must: 1.25, aim: 1.05 },
        }),
        compare(rounds, {
          work,
          measure: 'delay of a chunk, p99',
          of: ({ delayMs }) => delayMs.p99,
          floor: 'c',
          unit: millis,
          goal: { must: 1.5, aim: 1 },
        }),
      ],
      notes: [`paced: delay of a chunk, p50 / p99: ${delays}.`, ...doubts('paced', rounds)],
    }
  },
}
