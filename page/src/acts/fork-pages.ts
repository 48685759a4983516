/** The most users that one request takes. */
const PAGE = 100

type Json = Readonly<Record<string, unknown>>

/**
 * Splits the pasted KV of the fork into bodies of at most 100 users. It may hold values by key, the same inside
 * `values`, or a list of `{key, value}`. Throws an Error that says what is wrong.
 */
export function forkPages(text: string): readonly Json[] {
  const value = parsed(text)
  if (Array.isArray(value)) return listPages(value)
  if (typeof value !== 'object' || value === null) throw new Error(NO_USERS)
  const body = value as Json
  if (Array.isArray(body['entries'])) return listPages(body['entries'])
  const inner = body['values']
  const values = typeof inner === 'object' && inner !== null ? (inner as Json) : body
  const pages = cut(Object.entries(values)).map((page) => ({ values: Object.fromEntries(page) }))
  if (pages.length === 0) throw new Error(NO_USERS)
  return pages
}

function listPages(entries: readonly unknown[]): readonly Json[] {
  if (entries.length === 0) throw new Error(NO_USERS)
  return cut(entries).map((page) => ({ entries: page }))
}

function cut<T>(all: readonly T[]): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(all.length / PAGE) }, (_, page) =>
    all.slice(page * PAGE, (page + 1) * PAGE),
  )
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw new Error('This is no JSON: a brace, a quote or a comma is missing.')
  }
}

const NO_USERS = 'There is no user in it.'
