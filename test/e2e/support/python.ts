/** Packages of PyPI in an environment of their own, for tests whose other side is Python. */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const INSTALL = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r']

/** The interpreter that has what `requirements` (a file) names; null where Python, or what installs them, is not at hand. */
export function pythonWith(home: string, requirements: string): string | null {
  const python = join(home, 'bin', 'python')
  /** What is installed, so that a second run installs nothing. */
  const mark = join(home, 'installed.txt')
  const wanted = readFileSync(requirements, 'utf8')
  if (existsSync(mark) && readFileSync(mark, 'utf8') === wanted) return python
  const isDone = run('python3', ['-m', 'venv', home]) && run(python, [...INSTALL, requirements])
  if (!isDone) return null
  writeFileSync(mark, wanted)
  return python
}

function run(program: string, args: readonly string[]): boolean {
  return spawnSync(program, args, { stdio: 'ignore', timeout: 120_000 }).status === 0
}
