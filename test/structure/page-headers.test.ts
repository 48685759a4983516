import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { PAGE_HEADERS } from '../../src/routes/public/page.ts'

it('the page has the same headers from the Worker as from public/_headers', () => {
  const rules = readFileSync('public/_headers', 'utf8').split(/^(?=\/)/m)
  const rule = rules.find((text) => text.startsWith('/page/*\n')) ?? ''
  const headers = [...rule.matchAll(/^ {2}([\w-]+): (.+)$/gm)].map(([, name = '', value]) => [
    name.toLowerCase(),
    value,
  ])
  expect(Object.fromEntries(headers)).toEqual(PAGE_HEADERS)
})
