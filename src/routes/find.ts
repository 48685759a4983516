import { type IRequest, Router } from 'itty-router'
import type { Family } from '../dialects/dialect.ts'
import { lazy } from '../lazy.ts'
import type { Access } from './access.ts'
import type { Method, Route } from './route.ts'
import { ADMINISTRATION, ROUTES, SERVICE } from './index.ts'

/** What a request's method and path lead to. */
export interface Found {
  readonly pattern: string
  readonly family: Family | 'shared'
  readonly params: Readonly<Record<string, string>>
  readonly run: Access
}

/** The path exists, but not with this method. */
export interface Misused {
  readonly pattern: string
  readonly family: Family | 'shared'
  readonly allowed: readonly Method[]
}

const VERBS = { GET: 'get', POST: 'post', PUT: 'put', PATCH: 'patch', DELETE: 'delete' } as const

/**
 * The service's routes without parameters, by method and path. Nearly all requests find their route here without a
 * search.
 */
const fixed = new Map<string, Found>()
for (const [method, pattern, run, family] of SERVICE) {
  if (!pattern.includes(':'))
    fixed.set(`${method} ${pattern}`, { pattern, family, params: {}, run })
}

/** Characters of the longest of them, with its method. */
const LONGEST = Math.max(...Array.from(fixed.keys(), (key) => key.length))

/**
 * All routes, compiled at the first request that needs a search: each route has two patterns, which would slow down
 * every start.
 */
const router = lazy(() => {
  const built = Router<IRequest, [], Found | Misused | undefined>()
  /** By shape: the same path may have parameters of other names for another method. */
  const paths = new Map<string, Route[]>()
  for (const route of ROUTES) {
    const [method, pattern, run, family] = route
    const found = ({ params }: IRequest): Found => ({
      pattern,
      family,
      params: decodeParams(params),
      run,
    })
    built[VERBS[method]](pattern, found)
    if (method === 'GET') built['head']?.(pattern, found)
    const shape = pattern.replaceAll(/:\w+/g, ':')
    paths.set(shape, [...(paths.get(shape) ?? []), route])
  }
  for (const routes of paths.values()) {
    const pattern = routes[0]?.[1] ?? ''
    const family = familyOfAll(routes)
    const allowed = routes.map(([method]) => method)
    built.all(pattern, () => ({ pattern, family, allowed }))
  }
  return built
})

const adminPatterns = lazy(() => new Set(ADMINISTRATION.map(([, pattern]) => pattern)))

const adminPaths = lazy(() =>
  router()
    .routes.filter(([, , , path]) => path !== undefined && adminPatterns().has(path))
    .map(([, matcher]) => matcher),
)

/**
 * What searches of the service's routes found, by method and path. A search tries hundreds of patterns, and clients of Google's API
 * name their model in the path, so they would pay for it with every request.
 */
const searched = new Map<string, Found>()
const MAX_SEARCHED = 500
/** Longer paths are searched for each time: anybody may send them, and they would fill the memory. */
const MAX_SEARCHED_CHARS = 200

/** The route of a request, found without a search; undefined if it must be searched for. */
export function known({ method, url }: Request): Found | undefined {
  const key = `${method} ${plainPath(url)}`
  return fixed.get(key) ?? searched.get(key)
}

/** Undefined if no route has this path. */
export async function search(request: Request): Promise<Found | Misused | undefined> {
  const found = await router().fetch(request)
  if (found !== undefined && 'run' in found && !adminPatterns().has(found.pattern)) {
    remember(`${request.method} ${plainPath(request.url)}`, found)
  }
  return found
}

function remember(key: string, found: Found): void {
  if (key.length > MAX_SEARCHED_CHARS) return
  if (searched.size >= MAX_SEARCHED) searched.clear()
  searched.set(key, found)
}

/** The longest end of a path that is the path of a route; null if there is none. */
export function routeAtEndOf(method: string, pathname: string): string | null {
  // Danger: of a path of nothing but slashes all ends together have the square of its length.
  const from = Math.max(1, pathname.length - LONGEST)
  for (let at = pathname.indexOf('/', from); at !== -1; at = pathname.indexOf('/', at + 1)) {
    const end = pathname.slice(at)
    if (end !== '/' && fixed.has(`${method} ${end}`)) return end
  }
  return null
}

export function isAdminRoute(request: Request): boolean {
  const { pathname } = new URL(request.url)
  return adminPaths().some((matcher) => matcher.test(pathname))
}

/** The path as written. A path in another spelling than the table's is searched for. */
function plainPath(url: string): string {
  const from = url.indexOf('/', url.indexOf('//') + 2)
  const to = url.indexOf('?', from)
  return to === -1 ? url.slice(from) : url.slice(from, to)
}

function familyOfAll(routes: readonly Route[]): Family | 'shared' {
  const families = new Set(routes.map(([, , , family]) => family))
  const [only = 'shared'] = families
  return families.size === 1 ? only : 'shared'
}

function decodeParams(
  params: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const decoded: Record<string, string> = {}
  for (const [name, value = ''] of Object.entries(params)) {
    // The router takes a slash at the end of a path for none, but not where the last parameter may hold slashes.
    // Danger: without the look behind, many slashes that something follows would take the square of their number.
    const written = value.replace(/(?<!\/)\/+$/, '')
    try {
      decoded[name] = decodeURIComponent(written)
    } catch {
      decoded[name] = written // a stray % stays as it is; no route will find anything by it
    }
  }
  return decoded
}
