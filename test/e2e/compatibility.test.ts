/** docs/compatibility.md names the tests that show each statement. Those tests must exist. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const DOCS = join(import.meta.dirname, '../../docs')
const page = readFileSync(join(DOCS, 'compatibility.md'), 'utf8')

const cited = [...page.matchAll(/^(\d+)\. \[([^\]]+)\]\(([^)]+)\): `(.+)`$/gm)].map(
  ([, number = '', name = '', path = '', title = '']) => ({ number, name, path, title }),
)
/** Each table of features as its rows of cells; the first is the head. */
const tables = [...page.matchAll(/^\| feature \|.*\n(?:\|.*\n)+/gm)].map(([text]) =>
  text
    .trim()
    .split('\n')
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    ),
)
const cells = tables.flatMap((rows) => rows.slice(2).flatMap(([, ...shown]) => shown))

describe('docs/compatibility.md', () => {
  it.each(cited)('cites $name: $title', ({ path, title }) => {
    const file = join(DOCS, path)
    expect(existsSync(file)).toBe(true)
    expect(titlesIn(readFileSync(file, 'utf8'))).toContain(title)
  })

  it('has in each cell letters and the numbers of tests that it cites, or a dash', () => {
    expect(cells.length).toBeGreaterThan(100)
    expect(
      cells.filter((cell) => !/^(?:–|(?:[GVC]+|reads none|loses them) \d+(?:, \d+)*)$/.test(cell)),
    ).toEqual([])
    const numbers = new Set(cells.flatMap((cell) => cell.match(/\d+/g) ?? []))
    expect([...numbers].toSorted()).toEqual(cited.map(({ number }) => number).toSorted())
  })

  it('has as many cells in every row as there are columns', () => {
    expect(tables).toHaveLength(3)
    for (const rows of tables) {
      expect(rows.filter(({ length }) => length !== rows[0]?.length)).toEqual([])
    }
  })
})

const STRING = String.raw`(['"])((?:(?!\1)[^\\\n]|\\.)+)\1`
const WITH_FUNCTION = new RegExp(String.raw`${STRING},\s*(?:async )?\(`, 'g')
const IN_ROW = new RegExp(String.raw`\[\s*${STRING},`, 'g')

/** The names of tests in a source: strings followed by a function, or at the beginning of a table's row. */
function titlesIn(source: string): readonly string[] {
  const found = [...source.matchAll(WITH_FUNCTION), ...source.matchAll(IN_ROW)]
  return found.map(([, , title = '']) => title.replaceAll('\\', ''))
}
