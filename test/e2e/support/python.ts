/** Packages of PyPI in an environment of their own, for tests whose client is written in Python. */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const INSTALL = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r']

/**
 * The Python interpreter with the packages that the file `requirements` names. Null if Python or its installer is
 * missing.
 */
export function pythonWith(home: string, requirements: string): string | null {
  const python = join(home, 'bin', 'python')
  /** Lists what is installed, so that a second run installs nothing. */
  const mark = join(home, 'installed.txt')
  const wanted = readFileSync(requirements, 'utf8')
  if (existsSync(mark) && readFileSync(mark, 'utf8') === wanted) return python
  const isDone = run('python3', ['-m', 'venv', home]) && run(python, [...INSTALL, requirements])
  if (!isDone) return null
  writeFileSync(mark, wanted)
  return python
}

function run(program: string, args: readonly string[]): boolean {
  return spawnSync(program, args, { stdio: 'ignore', timeout: 300_000 }).status === 0
}
