/**
 * Paths of Google's front ends, all on one origin (docs/google.md: Access tokens, Code Assist, Vertex AI, Gemini
 * API).
 */
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
  /** id of a file, a cache, a batch or an interaction */
  id: string
}

interface Pattern {
  verb: string
  upstream: Upstream
  path: RegExp
  /** what the path does not say */
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
/** Methods of models that the emulator does not have. It answers with an error in JSON. */
const FOREIGN_METHODS = ['predict', 'predictLongRunning']
const VERTEX_METHODS = new Set([...MODEL_METHODS, 'predict'])
const GEMINI_API_METHODS = new Set([
  ...MODEL_METHODS,
  ...FOREIGN_METHODS,
  'batchEmbedContents',
  'batchGenerateContent',
  'asyncBatchEmbedContent',
])

const VERSION = '/(?<version>v1|v1beta|v1alpha)'
const ID = '(?<id>[^/:]+)'

/** Things that belong to one project. Only the Gemini API has them. */
const RESOURCES: readonly (readonly [verb: string, path: string, method: string])[] = [
  ['POST', `/upload${VERSION}/files`, 'uploadFile'],
  ['PUT', `/upload${VERSION}/files`, 'uploadFile'],
  ['GET', `${VERSION}/files`, 'listFiles'],
  ['GET', `${VERSION}/files/${ID}`, 'getFile'],
  ['DELETE', `${VERSION}/files/${ID}`, 'deleteFile'],
  ['GET', `(?:/download)?${VERSION}/files/${ID}:download`, 'downloadFile'],
  ['POST', `${VERSION}/cachedContents`, 'createCachedContent'],
  ['GET', `${VERSION}/cachedContents`, 'listCachedContents'],
  ['GET', `${VERSION}/cachedContents/${ID}`, 'getCachedContent'],
  ['PATCH', `${VERSION}/cachedContents/${ID}`, 'updateCachedContent'],
  ['DELETE', `${VERSION}/cachedContents/${ID}`, 'deleteCachedContent'],
  ['GET', `${VERSION}/batches`, 'listBatches'],
  ['GET', `${VERSION}/batches/${ID}`, 'getBatch'],
  ['DELETE', `${VERSION}/batches/${ID}`, 'deleteBatch'],
  ['POST', `${VERSION}/batches/${ID}:cancel`, 'cancelBatch'],
  ['POST', `${VERSION}/interactions`, 'createInteraction'],
  ['GET', `${VERSION}/interactions/${ID}`, 'getInteraction'],
  ['DELETE', `${VERSION}/interactions/${ID}`, 'deleteInteraction'],
  ['POST', `${VERSION}/interactions/${ID}/cancel`, 'cancelInteraction'],
]

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
    // Express mode: an API key without a project.
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
  ...RESOURCES.map(([verb, path, method]): Pattern => ({
    verb,
    upstream: 'gemini-api',
    path: new RegExp(`^${path}$`),
    given: { method },
  })),
]

const NOTHING = {
  method: '',
  version: '',
  model: '',
  project: '',
  location: '',
  operation: '',
  id: '',
}

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
