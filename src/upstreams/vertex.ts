import type { Settings } from '../settings.ts'
import type { Access } from './credential.ts'
import { type Front, methodSuffix, NO_ENVELOPE } from './front.ts'

/** New models appear here first, and some only here (docs/google.md: Vertex AI). */
const DEFAULT_LOCATION = 'global'

/**
 * Vertex AI (docs/google.md: Vertex AI) takes the pivot unchanged, with project, location and model in the path. An
 * API key means express mode, which has no project.
 */
export const vertex: Front = {
  url(access, model, method, settings) {
    return `${vertexModelUrl(access, model, settings)}${methodSuffix(method)}`
  },
  ...NO_ENVELOPE,
}

/** The address of a model, without a method. */
export function vertexModelUrl(access: Access, model: string, settings: Settings): string {
  const location = access.location ?? DEFAULT_LOCATION
  const parent =
    access.auth.scheme === 'api_key' || access.project === null
      ? ''
      : `/projects/${encodeURIComponent(access.project)}/locations/${encodeURIComponent(location)}`
  const name = `/publishers/google/models/${encodeURIComponent(model)}`
  return `${host(location, settings)}/v1${parent}${name}`
}

function host(location: string, settings: Settings): string {
  if (settings.vertexBaseUrl !== '') return settings.vertexBaseUrl
  if (location === 'global') return 'https://aiplatform.googleapis.com'
  if (location === 'us' || location === 'eu')
    return `https://aiplatform.${location}.rep.googleapis.com`
  return `https://${location}-aiplatform.googleapis.com`
}
