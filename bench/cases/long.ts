/** A conversation of a megabyte with an agent's tools: one that goes on, and many that have never been seen, all at once. */
import { median } from '../figures.ts'
import { absolute, compare, doubts, millis, times } from '../report.ts'
import { runRounds } from '../rounds.ts'
import { agentTurn } from './agent.ts'
import { type Case, scaled } from './case.ts'

const BYTES = 1_000_000
const REQUESTS = 40
/** More than the gateway remembers of one user, so that each is new to it. */
const CONVERSATIONS = 16

export const long: Case = {
  name: 'long',
  async run(sides, effort) {
    const requests = scaled(REQUESTS, effort)
    const work = 'a conversation of 1 MB, 300 messages, 128 tools'
    const same = await runRounds(sides, {
      targets: ['a', 'd'],
      work: {
        answer: { kind: 'reply' },
        bodies: [agentTurn(BYTES)],
        connections: 4,
        requests,
      },
      rounds: effort.rounds,
      warmUp: { connections: 4, requests: scaled(200, effort) },
    })
    const atOnce = scaled(64, effort)
    const bodies = Array.from({ length: CONVERSATIONS }, (_, number) =>
      agentTurn(BYTES, number * 1000),
    )
    const strange = await runRounds(sides, {
      targets: ['a', 'd'],
      work: { answer: { kind: 'reply' }, bodies, connections: atOnce, requests: atOnce },
      rounds: effort.rounds,
      warmUp: { connections: 1, requests: 1 },
      fresh: true,
    })
    const growth = (target: string): number =>
      median((strange[target] ?? []).map(({ grownBytes }) => grownBytes / (atOnce * BYTES)))
    return {
      rows: [
        compare(same, {
          work,
          measure: 'CPU per request',
          of: ({ cpuMs }) => cpuMs / requests,
          floor: 'a',
          unit: millis,
          goal: { must: 4.5, aim: 3.5 },
        }),
        absolute(
          { work: `${atOnce} at once, each of 1 MB and not seen before`, measure: MEMORY },
          times(growth('d')),
          { must: '≤ 2.5', aim: '2.0', met: growth('d') <= 2.5 },
        ),
      ],
      notes: [`long: (a) grows by ${times(growth('a'))} the bodies.`, ...doubts('long', same)],
    }
  },
}

const MEMORY = 'memory grown at its peak ÷ bytes of the bodies'
