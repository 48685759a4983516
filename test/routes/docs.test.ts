import { describe, expect, it } from 'vitest'
import adminDocs from '../../docs/admin.md?raw'
import readme from '../../README.md?raw'
import wrangler from '../../wrangler.toml?raw'
import { ROUTES } from '../../src/routes/index.ts'

interface Shown {
  readonly method: string
  readonly path: string
}

/** The curl commands in docs/admin.md, as method and path. */
function callsIn(markdown: string): readonly Shown[] {
  return [...markdown.matchAll(/curl (.*?)"\$POLLUX([^"?]*)[^"]*"(.*)/g)].map(
    ([, before = '', path = '', after = '']) => {
      const given = /-X (\w+)/.exec(before + after)?.[1]
      const method = given ?? (/ -d /.test(before + after) ? 'POST' : 'GET')
      const named = path.replace('$ID', ':id').replace('$CRED', ':credential')
      return { method, path: named.replace('$PLAN', ':name') }
    },
  )
}

describe('docs/admin.md', () => {
  const shown = new Set(callsIn(adminDocs).map(({ method, path }) => `${method} ${path}`))
  const acts = ROUTES.filter(([, , { who }]) => who === 'admin' || who === 'user_or_admin')
  const table = acts.map(([method, pattern]) => `${method} ${pattern}`)

  it('has a curl for every admin route', () => {
    // Routes with a second address are only named in the text.
    const named = table.filter((route) => !shown.has(route) && !isNamed(route))
    expect(named, 'Give each of these routes a line with curl in docs/admin.md.').toEqual([])
  })

  it('has no curl for a route that is not there', () => {
    const routes = new Set(ROUTES.map(([method, pattern]) => `${method} ${pattern}`))
    expect([...shown].filter((route) => !routes.has(route))).toEqual([])
  })

  function isNamed(route: string): boolean {
    const path = route.split(' ')[1] ?? ''
    return path.startsWith('/v1/debug/') && adminDocs.includes(`\`${path}\``)
  }
})

describe('README.md', () => {
  const [, table = ''] = /^\[vars\](.*?)^\[/ms.exec(wrangler) ?? []
  const variables = [...table.matchAll(/^(\w+) = "(.*)"$/gm)]

  it.each(variables.map(([, name = '', value = '']) => [name, value]))(
    'tells the default of %s',
    (name, value) => {
      const row = readme.split('\n').find((line) => line.startsWith(`| \`${name}\` |`))
      expect(row).toContain(value === '' ? 'empty' : `| \`${value}\` |`)
    },
  )
})
