/** Requests with a large picture, all at once. */
import { median } from '../figures.ts'
import { absolute, compare, doubts, millis, times } from '../report.ts'
import { runRounds } from '../rounds.ts'
import { type Case, scaled } from './case.ts'

const IMAGE_BYTES = 5_000_000

export const images: Case = {
  name: 'images',
  async run(sides, effort) {
    const requests = scaled(64, effort)
    const url = `data:image/png;base64,${picture(IMAGE_BYTES)}`
    const rounds = await runRounds(sides, {
      targets: ['a', 'd'],
      work: {
        answer: { kind: 'reply' },
        bodies: [
          { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url } }] }] },
        ],
        connections: requests,
        requests,
      },
      rounds: effort.rounds,
      warmUp: { connections: 1, requests: 1 },
      fresh: true,
    })
    const bodies = requests * url.length
    const growth = (target: string): number =>
      median((rounds[target] ?? []).map(({ grownBytes }) => grownBytes / bodies))
    const work = `${requests} requests at once, each with an image of 5 MB`
    return {
      rows: [
        compare(rounds, {
          work,
          measure: 'CPU per request',
          of: ({ cpuMs }) => cpuMs / requests,
          floor: 'a',
          unit: millis,
          goal: { must: 4, aim: 2 },
        }),
        absolute(
          { work, measure: 'memory grown at its peak ÷ bytes of the bodies' },
          times(growth('d')),
          { must: '≤ 1.5', aim: '1.1', met: growth('d') <= 1.5 },
        ),
      ],
      notes: [
        `images: (a) grows by ${times(growth('a'))} the bodies.`,
        ...doubts('images', rounds),
      ],
    }
  },
}

/** Random-looking bytes in base64: a picture as clients send it. */
export function picture(bytes: number): string {
  const noise = Buffer.alloc(bytes)
  for (let at = 0, state = 1; at < bytes; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    noise[at] = state >>> 24
  }
  return noise.toString('base64')
}
