/**
 * What an upstream's answer means: whose fault it was and what is known about recovery.
 * Verdicts cross the RPC boundary, so they are plain data, and they carry no text of Google's: that may name projects.
 * The one exception is `link`.
 */
export type Verdict =
  | { readonly kind: 'ok' }
  /** The request is at fault; no other credential would change that. */
  | {
      readonly kind: 'client_fault'
      readonly reason: ClientFault
      /** What it would say of the credential, had Google not put it in words that are none of accounts: once another plain request fails so, it is. */
      readonly suspicion?: CredentialFault
    }
  /** The access token was refused; a fresh one may do. */
  | { readonly kind: 'token_rejected' }
  | {
      readonly kind: 'credential_fault'
      readonly reason: CredentialFault
      /** `credential`: it serves nothing any more. `model`: it may not use this model. */
      readonly scope: 'credential' | 'model'
      /** With `validation_required`: the page of Google's where the owner, and nobody else, verifies the account. */
      readonly link?: string | null
    }
  | {
      readonly kind: 'quota'
      readonly dimension: QuotaDimension
      /** Google's own hint, in milliseconds from now; null where it gave none. */
      readonly retryAfterMs: number | null
      readonly evidence: QuotaEvidence
    }
  /** Nobody's fault here: capacity, outage, network. Never held against the credential. */
  | { readonly kind: 'upstream_fault'; readonly reason: UpstreamFault }
  /** The client left. */
  | { readonly kind: 'cancelled' }

export type ClientFault =
  | 'invalid_request'
  /** Of a function's parameters, or of the answer. */
  | 'invalid_schema'
  /** A thought signature that is missing, or is not this model's. */
  | 'invalid_signature'
  | 'context_length'
  | 'too_large'
export type CredentialFault =
  | 'api_key_invalid'
  | 'api_key_leaked'
  /** The key is good, but not for this API, or not from here. */
  | 'key_restricted'
  | 'token_rejected'
  | 'invalid_grant'
  | 'invalid_client'
  | 'scope_insufficient'
  | 'service_disabled'
  | 'billing_disabled'
  | 'licence_required'
  | 'validation_required'
  | 'tos_violation'
  | 'project_not_found'
  | 'project_suspended'
  /** A rule of the organisation's, such as a perimeter of VPC Service Controls. */
  | 'policy_violated'
  | 'permission_denied'
  | 'precondition_failed'
  /** The plan's limit for this model is zero. */
  | 'not_in_plan'
  /** Prepaid credits or a spending cap are used up. */
  | 'credits_exhausted'
  | 'model_not_found'
export type QuotaDimension =
  | 'requests_per_minute'
  | 'tokens_per_minute'
  | 'requests_per_day'
  | 'tokens_per_day'
  | 'unknown'
export type QuotaEvidence =
  | 'quota_id'
  | 'reset_time'
  | 'retry_info'
  | 'retry_after'
  | 'text'
  | 'none'
export type UpstreamFault =
  | 'capacity'
  | 'overloaded'
  | 'internal'
  | 'timeout'
  | 'unreachable'
  | 'truncated'
  | 'unreadable'
  /** Larger than this gateway holds. */
  | 'oversized'
  /** The model wrote a call that Google could not read. */
  | 'malformed_call'
  /** The model ended without saying anything. */
  | 'empty_answer'
  /** Google does not serve the country that this Worker calls from. */
  | 'location'

/** The terminal states of the ledger (docs/vocabulary.md). `lost` is never reported: it is what a lease becomes when nobody reports. */
export const OUTCOMES = [
  'ok',
  'client_fault',
  'credential_fault',
  'quota',
  'upstream_fault',
  'cancelled',
  'lost',
] as const
export type Outcome = (typeof OUTCOMES)[number]

/** The ledger's word for a verdict. */
export function outcomeOf(verdict: Verdict): Outcome {
  return verdict.kind === 'token_rejected' ? 'credential_fault' : verdict.kind
}
