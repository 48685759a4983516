import type { Target } from '../gemini/fit/index.ts'
import type { ClientFault } from '../upstreams/verdict.ts'

/**
 * How a request is worded for Google. Some complaints are about the wording and not about the request itself. Then
 * the request is worded otherwise, once.
 */
export type Wording = Required<Pick<Target, 'schemas' | 'dummiesOnly'>>

export const FIRST_WORDING: Wording = { schemas: 'json', dummiesOnly: false }

/** The wording to try after a complaint; null if the request itself is at fault. Pure. */
export function reworded(wording: Wording, fault: ClientFault): Wording | null {
  if (fault === 'invalid_schema' && wording.schemas === 'json') {
    return { ...wording, schemas: 'openapi' }
  }
  if (fault === 'invalid_signature' && !wording.dummiesOnly) {
    return { ...wording, dummiesOnly: true }
  }
  return null
}
