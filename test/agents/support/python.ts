/** Python clients, in an environment of their own beside this suite's node_modules. */
import { join, resolve } from 'node:path'
import { pythonWith } from '../../e2e/support/python.ts'

const FOLDER = resolve(import.meta.dirname, '../python')

/** The Python interpreter with the clients. Null if Python or its installer is missing, and a warning says so. */
export function pythonWithClients(): string | null {
  const python = pythonWith(join(FOLDER, '.venv'), join(FOLDER, 'requirements.txt'))
  if (python === null) {
    console.warn(
      'SKIPPED: the clients of Python: there is no Python 3.10 with venv, or no way to install them.',
    )
  }
  return python
}

export const CLIENTS = join(FOLDER, 'clients.py')
