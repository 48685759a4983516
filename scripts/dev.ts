/**
 * `npm run dev`: plain `wrangler dev`, but never on a state folder that another Pollux uses. Arguments after `--` go
 * to wrangler.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
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
const child = spawn(process.execPath, [wrangler, 'dev', ...process.argv.slice(2)], {
  cwd: ROOT,
  stdio: 'inherit',
})
// The terminal sends Ctrl-C to wrangler too, so this process ignores it. It holds the lock until wrangler has ended.
process.on('SIGINT', () => undefined)
process.on('SIGTERM', () => child.kill('SIGTERM'))
const [code] = (await once(child, 'exit')) as [number | null]
release()
process.exit(code ?? 1)
