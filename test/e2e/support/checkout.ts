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
 * The project as a fresh clone has it, in a folder of its own: its keys and its state are nobody's, and wrangler, which starts
 * anew when a source file changes, is not disturbed by whoever edits one while the tests run.
 */
export function makeCheckout(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pollux-e2e-'))
  for (const name of FILES) cpSync(join(ROOT, name), join(folder, name), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'dir')
  return folder
}
