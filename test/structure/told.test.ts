/** What the code says to operators and clients is told in the docs, word by word, and nothing else is. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { expose } from '../../src/http/cors.ts'

function filesOf(...patterns: readonly string[]): string {
  const paths = execFileSync('git', ['ls-files', ...patterns], { encoding: 'utf8' })
  return paths
    .trim()
    .split('\n')
    .map((path) => readFileSync(path, 'utf8'))
    .join('\n')
}

function wordsIn(text: string, pattern: RegExp): readonly string[] {
  const found = [...text.matchAll(pattern)].map(([whole, group]) => group ?? whole)
  return [...new Set(found)].toSorted()
}

const CODE = filesOf('src/*.ts')
const PAGES = filesOf('README.md', 'docs/*.md')
const OPERATIONS = readFileSync('docs/operations.md', 'utf8')

/** The names in the first cells of the table that stands under a heading of docs/operations.md. */
function namedUnder(heading: string): readonly string[] {
  const [, after = ''] = OPERATIONS.split(`\n${heading}\n`)
  const [section = ''] = after.split('\n#')
  const cells = [...section.matchAll(/^\| (`[^|]+) \|/gm)].map(([, cell = '']) => cell)
  return wordsIn(cells.join(' '), /`([^`]+)`/g)
}

describe('what operators see is told in docs/operations.md', () => {
  it('each event of the log’s error stream', () => {
    const logged = wordsIn(CODE, /(?:logError\(|console\.error\(\{ event: )'(\w+)'/g)
    expect(logged.length).toBeGreaterThan(10)
    expect(namedUnder('### What needs a look')).toEqual(logged)
  })

  it('each metric', () => {
    const metrics = wordsIn(CODE, /'(pollux_\w+)'/g)
    expect(metrics.length).toBeGreaterThan(15)
    expect(namedUnder('### What is told')).toEqual(metrics)
  })
})

describe('what is stored is told in docs/storage.md', () => {
  const storage = new Set(wordsIn(readFileSync('docs/storage.md', 'utf8'), /`(\w+)`/g))
  const statements = filesOf('src/objects/*.ts')
  const tables = statements.matchAll(/CREATE TABLE (?:IF NOT EXISTS )?(\w+) ?\(([^;`]+)\) ?STRICT/g)
  /** Of tables that a later step dropped, and a column that only sees to it that there is one row. */
  const gone = new Set(wordsIn(statements, /DROP TABLE (\w+)/g))
  const columns = [...tables].flatMap(([, table = '', text = '']) =>
    gone.has(table) ? [] : [table, ...wordsIn(text, /(?:^|,)\s*(?!only_row)([a-z_]+) [A-Z]/g)],
  )

  it('each table and each column', () => {
    const added = wordsIn(statements, /ADD COLUMN ([a-z_]+) /g)
    expect(columns.length).toBeGreaterThan(100)
    expect(added.length).toBeGreaterThan(20)
    expect([...columns, ...added].filter((name) => !storage.has(name))).toEqual([])
  })
})

describe('errors', () => {
  it('have each code in docs/errors.md, and no other', () => {
    const family = readFileSync('src/dialects/openai/family.ts', 'utf8')
    const rows = readFileSync('docs/errors.md', 'utf8').match(/^\| `.*$/gm) ?? []
    const named = rows.flatMap((row) => wordsIn(row.split(' | ')[0] ?? '', /`(\w+)`/g))
    expect(named.toSorted()).toEqual(wordsIn(family, /\[\d{3}, [^,]+, '(\w+)'\]/g))
  })
})

describe('Pollux’s own headers', () => {
  const own = wordsIn(CODE, /'(x-pollux-[a-z-]+)'/g)

  it('are told, and no others', () => {
    expect(own.length).toBeGreaterThan(8)
    expect(wordsIn(PAGES, /x-pollux-[a-z-]+[a-z]/g)).toEqual(own)
  })

  it('can be read by pages in browsers', () => {
    const headers = new Headers()
    const request = new Request('https://pollux.test/', { headers: { origin: 'https://a.test' } })
    expose(headers, request, '*')
    const exposed = (headers.get('access-control-expose-headers') ?? '').split(', ')
    expect(exposed).toEqual(expect.arrayContaining([...own, 'idempotent-replayed']))
  })
})
