/** Commands in docs/emulator.md can be pasted, and it describes every control. */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { CONTROLS } from '../../emulator/control.ts'
import { REPLY_FIELDS } from '../../emulator/control-input.ts'
import { QUOTA_PRESETS } from '../../emulator/errors/quota-presets.ts'
import { RESOURCE_METHODS } from '../../emulator/resources/index.ts'
import { useGoogle } from './google.ts'

const google = await useGoogle()
const docs = readFileSync(new URL('../../docs/emulator.md', import.meta.url), 'utf8')
const curls = docs.split('\n').filter((line) => line.startsWith('curl '))
const run = promisify(execFile)

/** Commands about files and batches that do not exist here. */
const NAMELESS = /emulator\/(?:files\/state|batches\/state|expire)"/

describe('docs/emulator.md', () => {
  it.each(curls.map((line) => [line]))('%s', async (line) => {
    const { stdout } = await run('bash', ['-c', line], {
      env: { ...process.env, GOOGLE: google.url },
    })
    const answer: unknown = JSON.parse(stdout)
    const error = NAMELESS.test(line) ? { error: 'there is nothing of this name' } : undefined
    expect(Reflect.get(Object(answer), 'error')).toBe(error?.error)
  })

  it('names every control', () => {
    const shown = curls.map((line) => {
      const path = /__emulator\/([a-z/]+)/.exec(line)?.[1] ?? ''
      const verb = /-X (\w+)/.exec(line)?.[1] ?? (line.includes(" -d '") ? 'POST' : 'GET')
      return `${verb} ${path}`
    })
    expect(Object.keys(CONTROLS).filter((control) => !shown.includes(control))).toEqual([])
  })

  it.each([
    ['field of a reply', Object.keys(REPLY_FIELDS).map((name) => `"${name}"`)],
    ['kind of 429', Object.keys(QUOTA_PRESETS).map((name) => `\`${name}\``)],
    ['method', Object.keys(RESOURCE_METHODS).map((name) => `\`${name}\``)],
  ])('names every %s', (_, names) => {
    const missing = names.filter(
      (name) => !docs.includes(name) && !docs.includes(name.replaceAll('"', '`')),
    )
    expect(missing).toEqual([])
  })
})
