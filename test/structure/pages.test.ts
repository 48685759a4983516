/** What README.md, CONTRIBUTING.md and docs/ name must exist, and README's tables say what the code says. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readSettings } from '../../src/settings.ts'

const PAGES = execFileSync('git', ['ls-files', '*.md'], { encoding: 'utf8' }).trim().split('\n')

/** The text without its blocks of code, in which a bracket is no link and a hash is no heading. */
function proseOf(page: string): string {
  return readFileSync(page, 'utf8').replaceAll(/^```[\s\S]*?^```/gm, '')
}

/** The anchors that GitHub makes of a page's headings. */
function anchorsOf(page: string): ReadonlySet<string> {
  const headings = [...proseOf(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading)
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  )
}

interface Link {
  readonly page: string
  readonly to: string
}

const LINKS: readonly Link[] = PAGES.flatMap((page) =>
  [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, to = '']) => ({ page, to }))
    .filter(({ to }) => !/^[a-z]+:/.test(to)),
)

function isBroken({ page, to }: Link): boolean {
  const [path = '', anchor] = to.split('#')
  const target = path === '' ? page : normalize(join(dirname(page), path))
  if (!existsSync(target)) return true
  return anchor !== undefined && !anchorsOf(target).has(anchor)
}

/** The lines of the table in a section of README.md, as cells. */
function tableOf(section: string): readonly (readonly string[])[] {
  const [, after = ''] = readFileSync('README.md', 'utf8').split(`\n## ${section}\n`)
  const [text = ''] = after.split('\n## ')
  return [...text.matchAll(/^\| (`.*) \|$/gm)].map(([, row = '']) => row.split(' | '))
}

function codeIn(cell = ''): readonly string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code)
}

function packagesIn(path: string): readonly string[] {
  const { dependencies = {}, devDependencies = {} } = JSON.parse(
    readFileSync(path, 'utf8'),
  ) as Readonly<Partial<Record<'dependencies' | 'devDependencies', object>>>
  return [...Object.keys(dependencies), ...Object.keys(devDependencies)]
}

/** Packages of PyPI, also those that others bring. */
const PYTHON: ReadonlySet<string> = new Set(
  execFileSync('git', ['ls-files', '*requirements*.txt'], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .flatMap((path) => [...readFileSync(path, 'utf8').matchAll(/^([\w.-]+)==/gm)])
    .map(([, name = '']) => name),
)

/** The variables in wrangler.toml, which are strings. */
function varsOfWrangler(): Readonly<Record<string, string>> {
  const [, after = ''] = readFileSync('wrangler.toml', 'utf8').split(/^\[vars\].*$/m)
  const [text = ''] = after.split(/^\[/m)
  return Object.fromEntries(
    [...text.matchAll(/^([A-Z_]+) = "(.*)"$/gm)].map(([, name = '', value = '']) => [name, value]),
  )
}

describe('links between pages', () => {
  it('lead to a file, and to a heading of it', () => {
    expect(LINKS.filter(isBroken)).toEqual([])
    expect(LINKS.length).toBeGreaterThan(100)
  })
})

describe('the tables of README.md', () => {
  it('give a reason for each package, and for no other', () => {
    const npm = ['package.json', 'test/agents/package.json'].flatMap(packagesIn)
    const named = tableOf('Dependencies, and why each').flatMap(([cell]) => codeIn(cell))
    expect(npm.filter((name) => !named.includes(name))).toEqual([])
    const others = named.filter((name) => !npm.includes(name) && !PYTHON.has(name))
    expect(others).toEqual([])
  })

  it('name each variable of wrangler.toml with its default', () => {
    const named = tableOf('Configuration')
      .filter(([name = '']) => !name.includes('(secret'))
      .map(([name, , value = '']) => [
        codeIn(name)[0],
        value.startsWith('empty') ? '' : codeIn(value)[0],
      ])
    expect(Object.fromEntries(named)).toEqual(varsOfWrangler())
  })

  it('name the defaults that hold where wrangler.toml says nothing', () => {
    expect(readSettings(varsOfWrangler() as unknown as Partial<Env>)).toEqual(readSettings({}))
  })
})
