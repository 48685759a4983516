/** Paths of Google's front ends, all on one origin (google-upstreams §1, §2.2, §3.1, §3.2). */
import type { Upstream } from './protocol.ts'

export interface Route {
  upstream: Upstream
  method: string
  version: string
  model: string
  project: string
  location: string
  /** name of a long-running operation */
  operation: string
}

interface Pattern {
  verb: 'GET' | 'POST'
  upstream: Upstream
  path: RegExp
  /** for paths that do not name it, and what else the path leaves open */
  given?: Partial<Route>
  methods?: ReadonlySet<string>
}

const CODE_ASSIST_METHODS = new Set([
  'loadCodeAssist',
  'onboardUser',
  'generateContent',
  'streamGenerateContent',
  'countTokens',
  'retrieveUserQuota',
])
const MODEL_METHODS = ['generateContent', 'streamGenerateContent', 'countTokens', 'embedContent']
/** Of other models than there are here: told so in JSON. */
const FOREIGN_METHODS = ['predict', 'predictLongRunning']
const VERTEX_METHODS = new Set([...MODEL_METHODS, 'predict'])
const GEMINI_API_METHODS = new Set([...MODEL_METHODS, ...FOREIGN_METHODS, 'batchEmbedContents'])

const VERTEX_MODEL = 'publishers/google/models/(?<model>[^/:]+):(?<method>\\w+)'

const PATTERNS: readonly Pattern[] = [
  { verb: 'POST', upstream: 'oauth', path: /^\/token$/, given: { method: 'token' } },
  {
    verb: 'POST',
    upstream: 'code-assist',
    path: /^\/(?<version>v1internal):(?<method>\w+)$/,
    methods: CODE_ASSIST_METHODS,
  },
  {
    verb: 'GET',
    upstream: 'code-assist',
    path: /^\/(?<version>v1internal)\/(?<operation>operations\/[^/]+)$/,
    given: { method: 'getOperation' },
  },
  {
    verb: 'POST',
    upstream: 'vertex',
    path: new RegExp(
      `^/(?<version>v1|v1beta1)/projects/(?<project>[^/]+)/locations/(?<location>[^/]+)/${VERTEX_MODEL}$`,
    ),
    methods: VERTEX_METHODS,
  },
  {
    // Express mode: an API key and no project.
    verb: 'POST',
    upstream: 'vertex',
    path: new RegExp(`^/(?<version>v1|v1beta1)/${VERTEX_MODEL}$`),
    given: { location: 'global' },
    methods: VERTEX_METHODS,
  },
  {
    verb: 'POST',
    upstream: 'gemini-api',
    path: /^\/(?<version>v1|v1beta|v1alpha)\/models\/(?<model>[^/:]+):(?<method>\w+)$/,
    methods: GEMINI_API_METHODS,
  },
  {
    verb: 'GET',
    upstream: 'gemini-api',
    path: /^\/(?<version>v1|v1beta|v1alpha)\/models(?:\/(?<model>[^/:]+))?$/,
    given: { method: 'models' },
  },
]

const NOTHING = { method: '', version: '', model: '', project: '', location: '', operation: '' }

export function findRoute(verb: string, path: string): Route | undefined {
  for (const pattern of PATTERNS) {
    const match = pattern.verb === verb ? pattern.path.exec(path) : null
    if (!match) continue
    const named = Object.entries(match.groups ?? {}).filter(([, value]) => value !== undefined)
    const decoded = named.map(([name, value]) => [name, decodeURIComponent(value)])
    const route: Route = {
      upstream: pattern.upstream,
      ...NOTHING,
      ...pattern.given,
      ...Object.fromEntries(decoded),
    }
    return !pattern.methods || pattern.methods.has(route.method) ? route : undefined
  }
  return undefined
}

const SERVICES: Record<Upstream, string> = {
  oauth: 'oauth2.googleapis.com',
  'code-assist': 'cloudcode-pa.googleapis.com',
  vertex: 'aiplatform.googleapis.com',
  'gemini-api': 'generativelanguage.googleapis.com',
}

export function serviceOf(upstream: Upstream): string {
  return SERVICES[upstream]
}
