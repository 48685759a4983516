/**
 * `npm run dev`: plain `wrangler dev`, but never on a state folder that another Pollux uses. Arguments after `--` go
 * to wrangler.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { optionalSecrets } from './dev-vars.ts'
import { lock } from './state.ts'

const ROOT = resolve(import.meta.dirname, '..')

const { values } = parseArgs({
  strict: false,
  options: { 'persist-to': { type: 'string', default: join(ROOT, '.wrangler', 'state') } },
})
const state = resolve(String(values['persist-to']))
const release = lock(state)
if (release === null) {
  console.error(`${state} is in use by another Pollux; end it, or name another with --persist-to.`)
  process.exit(1)
}
const wrangler = join(ROOT, 'node_modules', 'wrangler', 'wrangler-dist', 'cli.js')
// Wrangler takes only required secrets from the file, so these are passed as arguments, as in start.ts. Other users of
// this machine may see them; the keys and the vault's are not among them.
const optional = Object.entries(optionalSecrets(join(ROOT, '.dev.vars')))
const vars = optional.flatMap(([name, value]) => ['--var', `${name}:${value}`])
const child = spawn(process.execPath, [wrangler, 'dev', ...vars, ...process.argv.slice(2)], {
  cwd: ROOT,
  stdio: 'inherit',
})
// The terminal sends Ctrl-C to wrangler too, so this process ignores it. It holds the lock until wrangler has ended.
process.on('SIGINT', () => undefined)
process.on('SIGTERM', () => child.kill('SIGTERM'))
const [code] = (await once(child, 'exit')) as [number | null]
release()
process.exit(code ?? 1)
