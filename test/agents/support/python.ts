/** Python's own clients, in an environment of their own beside this suite's node_modules. */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const FOLDER = resolve(import.meta.dirname, '../python')
const HOME = join(FOLDER, '.venv')
const REQUIREMENTS = join(FOLDER, 'requirements.txt')
/** What is installed, so that a second run installs nothing. */
const MARK = join(HOME, 'installed.txt')

/** The interpreter that has the clients; null where Python, or what installs them, is not at hand, which is said aloud. */
export function pythonWithClients(): string | null {
  const python = join(HOME, 'bin', 'python')
  const wanted = readFileSync(REQUIREMENTS, 'utf8')
  if (existsSync(MARK) && readFileSync(MARK, 'utf8') === wanted) return python
  const install = [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    '-r',
    REQUIREMENTS,
  ]
  const isDone = run('python3', ['-m', 'venv', HOME]) && run(python, install)
  if (!isDone) {
    console.warn(
      'SKIPPED: the clients of Python: there is no Python 3.10 with venv, or no way to install them.',
    )
    return null
  }
  writeFileSync(MARK, wanted)
  return python
}

export const CLIENTS = join(FOLDER, 'clients.py')

function run(program: string, args: readonly string[]): boolean {
  return spawnSync(program, args, { stdio: 'ignore', timeout: 120_000 }).status === 0
}
