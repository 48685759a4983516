/** Whatever comments cite must exist in the repository, under the heading that they name. */
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const FOLDERS = ['src', 'test', 'emulator', 'openapi', 'bench', 'scripts', 'page']

const sources = FOLDERS.flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => `${folder}/${path}`)
    .filter((path) => /\.(ts|tsx|css)$/.test(path) && !path.includes('node_modules')),
).map((path) => ({ path, text: readFileSync(path, 'utf8') }))

function headingsOf(page: string): readonly string[] {
  const text = readFileSync(`docs/${page}.md`, 'utf8')
  return [...text.matchAll(/^##+ (.+)$/gm)].map(([, heading = '']) => heading)
}

const HEADINGS = { google: headingsOf('google'), clients: headingsOf('clients') }

/**
 * Citations of one page's headings in a text, such as `docs/google.md: Turns, Parts`, each with what follows the
 * page's name.
 */
function citationsIn(text: string): readonly { page: keyof typeof HEADINGS; named: string }[] {
  const plain = text.replaceAll(/\s+(?:\*|\/\/)?\s*/g, ' ')
  return [...plain.matchAll(/docs\/(google|clients)\.md[:,] ([A-Z][^();:]*)/g)].map(
    ([, page, named = '']) => ({ page: page as keyof typeof HEADINGS, named }),
  )
}

/** The first name in the list that is not a heading; null if all that look like one are. */
function unknownIn(named: string, headings: readonly string[]): string | null {
  const known = headings.find((heading) => named.startsWith(heading))
  if (known === undefined) return named
  const rest = named.slice(known.length)
  const next = /^(?:,| and| to) ([A-Z].*)$/.exec(rest)?.[1]
  return next === undefined ? null : unknownIn(next, headings)
}

describe('what comments cite', () => {
  it('is a heading of docs/google.md or docs/clients.md', () => {
    const wrong = sources.flatMap(({ path, text }) =>
      citationsIn(text).flatMap(({ page, named }) => {
        const unknown = unknownIn(named, HEADINGS[page])
        return unknown === null ? [] : [`${path}: ${page}: ${unknown}`]
      }),
    )
    expect(wrong).toEqual([])
    expect(sources.flatMap(({ text }) => citationsIn(text)).length).toBeGreaterThan(100)
  })

  it('is a page that exists', () => {
    const pages = new Set(readdirSync('docs', { recursive: true, encoding: 'utf8' }))
    const wrong = sources.flatMap(({ path, text }) =>
      [...text.matchAll(/\bdocs\/([\w/-]+\.md)/g)]
        .filter(([, page = '']) => !pages.has(page))
        .map(([, page]) => `${path}: ${page}`),
    )
    expect(wrong).toEqual([])
  })

  it('is no section of a document by its number alone', () => {
    const sign = String.fromCodePoint(0xa7)
    expect(sources.filter(({ text }) => text.includes(sign)).map(({ path }) => path)).toEqual([])
  })
})
