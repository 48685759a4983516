/** One-time costs: the start of a process, the size of the Worker. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { absolute, compareNumbers, millis } from '../report.ts'
import { bundle, type Name, spawnSubject } from '../subjects.ts'
import { type Case, manyShort } from './case.ts'

export const start: Case = {
  name: 'start',
  async run(sides, effort) {
    bundle('src/worker.ts') // bundling is not part of a start
    const elapsed: Record<'a' | 'd', number[]> = { a: [], d: [] }
    const folder = mkdtempSync(join(tmpdir(), 'pollux-start-'))
    const measure = (name: 'a' | 'd'): Promise<number> =>
      untilFirstAnswer(name, sides.upstreamPort, join(folder, name))
    try {
      // The very first start makes a file for each class of objects. Later starts and Cloudflare do not.
      for (const name of ['a', 'd'] as const) await measure(name)
      for (let round = 0; round < manyShort(effort); round++) {
        const order = round % 2 === 0 ? (['a', 'd'] as const) : (['d', 'a'] as const)
        for (const name of order) elapsed[name].push(await measure(name))
      }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
    return {
      rows: [
        compareNumbers(elapsed.a, elapsed.d, {
          work: 'start of the process',
          measure: 'spawn to first 200',
          floor: 'a',
          unit: millis,
          goal: { must: 1.5, aim: 1.2 },
        }),
      ],
      notes: [],
    }
  },
}

async function untilFirstAnswer(name: Name, upstreamPort: number, folder: string): Promise<number> {
  const began = performance.now()
  await using subject = await spawnSubject(name, upstreamPort, folder)
  const { status } = await fetch(`http://127.0.0.1:${subject.workerd.port}/health`)
  if (status !== 200) throw new Error(`no answer (${name})`)
  return performance.now() - began
}

export const bundled: Case = {
  name: 'bundle',
  run() {
    const kib = gzipSync(bundle('src/worker.ts')).length / 1024
    const goal = { must: '≤ 135 KiB', aim: '', met: kib <= 135 }
    const measured = { work: 'the Worker', measure: 'bundle, gzip' }
    return Promise.resolve({
      rows: [absolute(measured, `${kib.toFixed(1)} KiB`, goal)],
      notes: [],
    })
  },
}
