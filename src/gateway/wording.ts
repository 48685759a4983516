import type { Target } from '../gemini/fit/index.ts'
import type { ClientFault } from '../upstreams/verdict.ts'

/** How a request is put to Google. What it complains of may be the wording and not the request: then it is put another way, once. */
export type Wording = Required<Pick<Target, 'schemas' | 'dummiesOnly'>>

export const FIRST_WORDING: Wording = { schemas: 'json', dummiesOnly: false }

/** The wording to try after a complaint; null where it is the request. Pure. */
export function reworded(wording: Wording, fault: ClientFault): Wording | null {
  if (fault === 'invalid_schema' && wording.schemas === 'json') {
    return { ...wording, schemas: 'openapi' }
  }
  if (fault === 'invalid_signature' && !wording.dummiesOnly) {
    return { ...wording, dummiesOnly: true }
  }
  return null
}
