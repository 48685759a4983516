import { randomBytes } from 'node:crypto'
import { appendFileSync, chmodSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { parseEnv } from 'node:util'

/** The Worker's secrets. */
export interface Secrets {
  readonly MASTER_API_KEY: string
  readonly VAULT_KEY: string
  readonly API_KEY_SECRET: string
}

export interface DevVars extends Secrets {
  readonly USER_API_KEY: string
}

const HEADER = `# Made by \`npm start\` or the container: the secrets of the Pollux on this machine. Git ignores this file.
`
const DEMO_USER = `# The demo user's key; the Worker itself never sees it.
`

/** The secrets and the demo user's key, which only `npm start` needs. */
export function ensureDevVars(file: string): DevVars {
  const secrets = ensureSecrets(file)
  const given = parseEnv(readFileSync(file, 'utf8'))['USER_API_KEY']
  const key = given || `sk-pollux-${random(24)}`
  if (!given) appendFileSync(file, `${DEMO_USER}USER_API_KEY=${key}\n`)
  return { ...secrets, USER_API_KEY: key }
}

/** Adds missing secrets to `file`, then returns all. Existing values are not changed. */
export function ensureSecrets(file: string): Secrets {
  mkdirSync(dirname(file), { recursive: true })
  const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
  const given = parseEnv(text)
  const vars: Secrets = {
    MASTER_API_KEY: given['MASTER_API_KEY'] || `sk-pollux-admin-${random(24)}`,
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

/** Secrets that are optional for a gateway (docs/operations.md). */
const OPTIONAL = ['METRICS_TOKEN', 'ALERT_WEBHOOK_SECRET'] as const

/** The optional secrets that are set, in the environment or in the file. */
export function optionalSecrets(file: string): Readonly<Record<string, string>> {
  const given = parseEnv(existsSync(file) ? readFileSync(file, 'utf8') : '')
  return Object.fromEntries(
    OPTIONAL.flatMap((name) => {
      const value = process.env[name] || given[name]
      return value ? [[name, value]] : []
    }),
  )
}

function random(bytes: number): string {
  return randomBytes(bytes).toString('base64url')
}
