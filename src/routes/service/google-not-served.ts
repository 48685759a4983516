import type { Failure } from '../../failure/failure.ts'

/**
 * Resources of Google's that belong to one project, so Pollux does not serve them. Clients that ask are told so,
 * instead of that the address is wrong.
 */
const NOT_SERVED: ReadonlyMap<string, string> = new Map([
  ['ws', 'live sessions are not served'],
  ['tunedModels', 'tuned models belong to one project'],
  ['auth_tokens', 'tokens for live sessions are not made here'],
  ['fileSearchStores', 'file search stores belong to one project'],
  ['ragStores', 'stores belong to one project'],
  ['files:register', 'files in Cloud Storage belong to one project'],
  ['corpora', 'corpora belong to one project'],
  ['agents', 'agents belong to one project'],
  ['decisions', 'decisions are not made here; ask a model for JSON of a schema'],
  ['webhooks', 'webhooks belong to one project'],
  ['triggers', 'triggers belong to one project'],
  ['environments', 'environments belong to one project'],
  ['credentials', 'credentials are the admin’s matter'],
  ['voices', 'voices belong to one project'],
  ['dynamic', 'dynamic resources are not served'],
  ['operations', 'operations belong to one project'],
  ['generatedFiles', 'generated files belong to one project'],
])

const VERSION = /^\/{1,2}(?:upload\/|download\/)?(v1|v1beta|v1beta1|v1alpha)(?=\/)/

/** The failure for a path of Google's that is not served; null for any other path. */
export function notServedOfGoogle(pathname: string): Failure | null {
  const version = VERSION.exec(pathname)
  const rest = version === null ? pathname : pathname.slice(version[0].length)
  const doubled = version === null ? null : VERSION.exec(rest)
  if (doubled !== null) {
    return {
      reason: 'unknown_url',
      message: `The path says the version twice (${pathname.slice(0, 60)}): the client adds it by itself, so take /${version?.[1] ?? ''} off the end of its base URL.`,
    }
  }
  const first = rest.split('/').find((word) => word !== '') ?? ''
  if (first === 'projects') return notServedOfVertex(rest)
  if (version?.[1] === 'v1beta1' && OF_VERTEX.test(first)) return ofVertex(first)
  const name = NOT_SERVED.has(first) ? first : (first.split(':')[0] ?? '')
  const why = NOT_SERVED.get(name)
  return why === undefined
    ? null
    : { reason: 'not_served', message: `Pollux does not serve /${name}: ${why}.` }
}

/** Google's SDK asks for these without a project where it has an API key (docs/clients.md: Caches of no project). */
const OF_VERTEX = /^(?:cachedContents|batchPredictionJobs|tuningJobs|endpoints|reasoningEngines)$/
const OF_PROJECT = /^\/+projects\/([^/]+)\/locations\/[^/]+\/(\w{1,60})/

/** What Vertex AI has in a project besides models. Google's SDK asks for it there with `vertexai: true`. */
function notServedOfVertex(path: string): Failure | null {
  const [, project, name] = OF_PROJECT.exec(path) ?? []
  if (name === undefined) return null
  if (project === 'undefined') {
    return {
      reason: 'invalid_value',
      message: `Invalid value for 'project': the client names none, as Google's SDK does where it has an API key and vertexai: true. ${ADVICE}`,
      param: 'project',
    }
  }
  return ofVertex(name)
}

const ADVICE = "Leave vertexai out to use the Gemini API's under /v1beta."

function ofVertex(name: string): Failure {
  return {
    reason: 'not_served',
    message: `Pollux does not serve /${name} of Vertex AI: it belongs to one project. ${ADVICE}`,
  }
}
