/** Runs the bench with almost nothing to do. Checks that every figure is measured, not its value. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const ROOT = resolve(import.meta.dirname, '../..')
const DEADLINE_MS = 170_000

interface Ran {
  readonly stdout: string
  readonly stderr: string
  readonly code: number | null
}

async function bench(...args: string[]): Promise<Ran> {
  const flags = ['--disable-warning=ExperimentalWarning', 'bench/run.ts']
  const child = spawn(process.execPath, [...flags, ...args], {
    cwd: ROOT,
    detached: true, // a process group of its own, so that none of it outlives a test that gives up
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ran = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => (ran[stream] += text))
  }
  const { pid } = child
  if (pid === undefined) throw new Error('node could not be run')
  const timer = setTimeout(() => process.kill(-pid, 'SIGKILL'), DEADLINE_MS)
  const [code] = (await once(child, 'close')) as [number | null]
  clearTimeout(timer)
  return { ...ran, code }
}

/** When each report was last written. */
function reports(): object {
  const folder = join(ROOT, 'bench', 'results')
  return Object.fromEntries(
    readdirSync(folder).map((name) => [name, statSync(join(folder, name)).mtimeMs]),
  )
}

// The bench reads what a process uses from /proc.
describe.skipIf(process.platform !== 'linux')('the bench', () => {
  it(
    'measures every figure, and writes none down that is worth nothing',
    async () => {
      const before = reports()
      const { stdout, stderr, code } = await bench('--rounds', '1', '--scale', '0.01')
      if (code !== 0) throw new Error(stderr)
      const [, ...rows] = stdout
        .split('\n')
        .filter((line) => line.startsWith('| '))
        .map((line) => line.split('|').map((cell) => cell.trim()))
      expect(rows.map(([, , measure]) => measure)).toEqual([
        'CPU per request',
        'added time to first byte, p50',
        'CPU per chunk',
        'CPU per chunk',
        'CPU per chunk', // 64 streams, and 256
        'delay of a chunk, p99',
        'CPU per chunk',
        'delay of a chunk, p99',
        'memory grown at its peak, per stream',
        ...Array<string>(4).fill('CPU per request'), // dialects: short replies
        ...Array<string>(4).fill('CPU per chunk'), // streams, and paced ones
        ...Array<string>(3).fill('CPU per request'), // turns, and a picture
        ...Array<string>(2).fill('CPU per request'), // an agent's turn
        'CPU per request', // a long conversation
        'memory grown at its peak ÷ bytes of the bodies',
        'CPU per request', // pictures
        'memory grown at its peak ÷ bytes of the bodies',
        'CPU per request', // users
        'requests a second',
        'memory of each',
        'spawn to first 200',
        'a second',
        'lease, p99',
        'rows written per request',
        'bundle, gzip',
      ])
      // Ratios of values that the system counts in ticks are not checked: the run is too short for them.
      const isMeasured = ([, , , floor = '', pollux = '']: string[]): boolean =>
        /^(?:\((?:[abce]|chat)\) \d.*)?$/.test(floor) && /^\d/.test(pollux)
      expect(rows.filter((row) => !isMeasured(row))).toEqual([])
      expect(reports()).toEqual(before)
    },
    DEADLINE_MS + 10_000,
  )

  it('names what there is where it is asked for something else', async () => {
    const { stderr, code } = await bench('shrot')
    expect(code).toBe(2)
    expect(stderr).toContain("There is no 'shrot'; there are: short, single, stream")
  })
})
