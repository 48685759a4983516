import type { Target } from '../gemini/fit/index.ts'
import { traitsOf } from '../gemini/models/traits.ts'
import type { Lease } from '../objects/ledger/lease.ts'
import type { ClientFault, UpstreamFault } from '../upstreams/verdict.ts'

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

/**
 * The wording in which a request is repeated after a slip of the model. Some models say nothing to their own
 * signatures, however often they are asked (docs/google.md: Thought signatures).
 */
export function afterSlip(
  wording: Wording,
  slip: UpstreamFault,
  { model, access }: Pick<Lease, 'model' | 'access'>,
): Wording {
  const { demandsSignatures } = traitsOf(model, access.upstream)
  return slip === 'empty_answer' && demandsSignatures ? { ...wording, dummiesOnly: true } : wording
}
