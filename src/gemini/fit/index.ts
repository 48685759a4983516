import type { GenerateContentRequest } from '../types.ts'
import type { Upstream } from '../upstreams.ts'

/** Where a request goes: a model's own name, never an alias. */
export interface Target {
  readonly model: string
  readonly upstream: Upstream
}

/**
 * What one model on one upstream takes of a request: the pivot says what the client asked for, this what may be sent.
 * Runs once for each target of a request, since an alias, a fallback or a turn of the ring may change it. Pure; never
 * changes what it is given.
 */
export function fit(request: GenerateContentRequest, _target: Target): GenerateContentRequest {
  return request
}
