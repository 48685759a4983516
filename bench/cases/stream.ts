/** Streams of 64-character events: at full speed, and at the pace of a model. */
import { compare, doubts, micros, millis, spreads } from '../report.ts'
import { median } from '../figures.ts'
import { runRounds } from '../rounds.ts'
import type { Sides } from '../sides.ts'
import { type Case, type Effort, HELLO, type Result, scaled } from './case.ts'

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
        goal: { must: 2.5, aim: 2 },
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

const GAP_MS = 10
/** Rounds. During the first half minute of such a load, V8 lets its young generation grow, and the pauses with it. */
const SETTLED_AFTER = 10

export const paced: Case = {
  name: 'paced',
  run: (sides, effort) => pacedBy(64, 300, sides, effort),
}

/** More than any of the Workers can take at that pace: what comes late is told by the delays. */
export const crowded: Case = {
  name: 'crowded',
  run: (sides, effort) => pacedBy(256, 100, sides, effort),
}

async function pacedBy(
  streams: number,
  chunks: number,
  sides: Sides,
  effort: Effort,
): Promise<Result> {
  const events = scaled(chunks, effort) + 1
  const rounds = await runRounds(sides, {
    targets: ['direct', 'a', 'c', 'd'],
    work: {
      answer: { kind: 'paced', events, gapMs: GAP_MS },
      bodies: [HELLO],
      connections: streams,
      requests: streams,
    },
    rounds: effort.rounds,
    warmUp: { connections: streams, requests: streams * SETTLED_AFTER },
  })
  const work = `${streams} streams, chunks ${GAP_MS} ms apart`
  const delays = spreads(rounds, ['direct', 'a', 'c', 'd'], ({ delayMs }) => delayMs)
  return {
    rows: [
      compare(rounds, {
        work,
        measure: 'CPU per chunk',
        of: ({ cpuMs }) => cpuMs / streams / events,
        floor: 'c',
        unit: micros,
        goal: { must: 0.8, aim: 0.65 },
      }),
      compare(rounds, {
        work,
        measure: 'delay of a chunk, p99',
        of: ({ delayMs }) => delayMs.p99,
        floor: 'c',
        unit: millis,
        goal: { must: 1, aim: 0.5 },
      }),
    ],
    notes: [
      `${streams} streams: delay of a chunk, p50 / p99: ${delays}.`,
      ...doubts(`${streams} streams`, rounds),
    ],
  }
}

const OPEN = 1024

/** What each of very many streams holds while its model thinks. */
export const open: Case = {
  name: 'open',
  async run(sides, effort) {
    const streams = scaled(OPEN, effort)
    const rounds = await runRounds(sides, {
      targets: ['c', 'd'],
      work: {
        answer: { kind: 'paced', events: 12, gapMs: 500 },
        bodies: [HELLO],
        connections: streams,
        requests: streams,
      },
      rounds: effort.rounds,
      warmUp: { connections: 8, requests: 8 },
      fresh: true,
    })
    return {
      rows: [
        compare(rounds, {
          work: `${streams} streams open, chunks 500 ms apart`,
          measure: 'memory grown at its peak, per stream',
          of: ({ grownBytes }) => grownBytes / 1024 / streams,
          floor: 'c',
          unit: (kib) => `${kib.toFixed(0)} KiB`,
          goal: { must: 1.1, aim: 0.8 },
        }),
      ],
      notes: doubts('open', rounds),
    }
  },
}
