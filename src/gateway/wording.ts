import type { Target } from '../gemini/fit/index.ts'
import type { ClientFault } from '../upstreams/verdict.ts'

/**
 * How a request is worded for Google. Some complaints are about the wording and not the request: it is then worded another
 * way, once.
 */
export type Wording = Required<Pick<Target, 'schemas' | 'dummiesOnly'>>

export const FIRST_WORDING: Wording = { schemas: 'json', dummiesOnly: false }

/** The wording to try after a complaint; null where the request itself is at fault. Pure. */
export function reworded(wording: Wording, fault: ClientFault): Wording | null {
  if (fault === 'invalid_schema' && wording.schemas === 'json') {
    return { ...wording, schemas: 'openapi' }
  }
  if (fault === 'invalid_signature' && !wording.dummiesOnly) {
    return { ...wording, dummiesOnly: true }
  }
  return null
}
