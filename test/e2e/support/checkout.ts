import { cpSync, mkdtempSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const ROOT = resolve(import.meta.dirname, '../../..')
const FILES = [
  'package.json',
  'wrangler.toml',
  'tsconfig.json',
  'src',
  'page',
  'public',
  'emulator',
  'scripts',
]

/**
 * The project as in a fresh clone, in a folder of its own. It shares no keys and no state with others. And wrangler,
 * which restarts when a source file changes, is not disturbed by edits while the tests run.
 */
export function makeCheckout(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pollux-e2e-'))
  for (const name of FILES) cpSync(join(ROOT, name), join(folder, name), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'dir')
  return folder
}
