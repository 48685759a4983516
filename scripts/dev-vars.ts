import { randomBytes } from 'node:crypto'
import { appendFileSync, chmodSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { parseEnv } from 'node:util'

export interface DevVars {
  readonly MASTER_API_KEY: string
  readonly USER_API_KEY: string
  readonly VAULT_KEY: string
  readonly API_KEY_SECRET: string
}

const HEADER = `# Made by \`npm start\` or the container: the secrets of the Pollux on this machine. Git ignores this file.
# USER_API_KEY is the demo user's key; the Worker itself never sees it.
`

/** Reads the secrets in `file`, after adding those that are missing; what is there stays as it is. */
export function ensureDevVars(file: string): DevVars {
  mkdirSync(dirname(file), { recursive: true })
  const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
  const given = parseEnv(text)
  const vars: DevVars = {
    MASTER_API_KEY: given['MASTER_API_KEY'] || `sk-pollux-admin-${random(24)}`,
    USER_API_KEY: given['USER_API_KEY'] || `sk-pollux-${random(24)}`,
    VAULT_KEY: given['VAULT_KEY'] || randomBytes(32).toString('base64'),
    API_KEY_SECRET: given['API_KEY_SECRET'] || randomBytes(32).toString('base64'),
  }
  const added = Object.entries(vars).filter(([name]) => !given[name])
  if (added.length > 0) {
    const start = text === '' ? HEADER : text.endsWith('\n') ? '' : '\n'
    const lines = added.map(([name, value]) => `${name}=${value}\n`).join('')
    appendFileSync(file, start + lines, { mode: 0o600 })
  }
  chmodSync(file, 0o600)
  return vars
}

function random(bytes: number): string {
  return randomBytes(bytes).toString('base64url')
}
