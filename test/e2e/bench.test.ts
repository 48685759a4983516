/** The bench with next to nothing to do: that every figure is measured, not what it is. */
import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const ROOT = resolve(import.meta.dirname, '../..')
const RESULTS = join(ROOT, 'bench', 'results')

interface Ran {
  readonly stdout: string
  readonly stderr: string
  readonly code: number
}

async function bench(...args: string[]): Promise<Ran> {
  const flags = ['--disable-warning=ExperimentalWarning', 'bench/run.ts']
  try {
    const out = await promisify(execFile)(process.execPath, [...flags, ...args], { cwd: ROOT })
    return { ...out, code: 0 }
  } catch (error) {
    return error as Ran
  }
}

// What a process uses is read from /proc.
describe.skipIf(process.platform !== 'linux')('the bench', () => {
  it('measures every figure, and writes none down that is worth nothing', async () => {
    const before = readdirSync(RESULTS)
    const { stdout, stderr, code } = await bench('--rounds', '1', '--scale', '0.005')
    if (code !== 0) throw new Error(stderr)
    const rows = stdout.split('\n').filter((line) => line.startsWith('| '))
    const measured = rows.slice(1).map((row) => row.split('|')[2]?.trim())
    expect(measured).toEqual([
      'CPU per request',
      'added time to first byte, p50',
      'CPU per chunk',
      'CPU per chunk',
      'CPU per chunk',
      'delay of a chunk, p99',
      'CPU per request',
      'memory grown at its peak ÷ bytes of the bodies',
      'spawn to first 200',
      'a second',
      'lease, p99',
      'rows written per request',
      'bundle, gzip',
    ])
    expect(stdout).not.toContain('undefined')
    expect(readdirSync(RESULTS)).toEqual(before)
  }, 90_000)

  it('names what there is where it is asked for something else', async () => {
    const { stderr, code } = await bench('shrot')
    expect(code).toBe(2)
    expect(stderr).toContain("There is no 'shrot'; there are: short, single, stream")
  })
})
