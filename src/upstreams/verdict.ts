/**
 * What an upstream's answer means: whose fault it was, and what is known about recovery. Verdicts cross the RPC
 * boundary, so they are plain data. They carry no text of Google's, which may name projects, except for `link`.
 * The scope `call` says that a verdict is only about calls of this kind (counting, making a cache or a batch), and
 * nothing follows from it for others.
 */
export type Verdict =
  | { readonly kind: 'ok'; readonly scope?: 'call' }
  /** The request is at fault; another credential would not change that. */
  | {
      readonly kind: 'client_fault'
      readonly reason: ClientFault
      /**
       * What may be wrong with the credential instead. Google's words do not say, so the credential is blamed only
       * when another plain request fails in the same way.
       */
      readonly suspicion?: CredentialFault
    }
  /** The access token was refused; a fresh one may be accepted. */
  | { readonly kind: 'token_rejected' }
  | {
      readonly kind: 'credential_fault'
      readonly reason: CredentialFault
      /** `credential`: it serves nothing any more. `model`: it may not use this model. */
      readonly scope: 'credential' | 'model' | 'call'
      /**
       * Only with `validation_required`: the page of Google's where the owner, and nobody else, verifies the account.
       */
      readonly link?: string | null
    }
  | {
      readonly kind: 'quota'
      readonly dimension: QuotaDimension
      /** Google's own hint, in milliseconds from now; null if it gave none. */
      readonly retryAfterMs: number | null
      readonly evidence: QuotaEvidence
      readonly scope?: 'call'
    }
  /** A fault at Google or on the network: capacity, outage. It is never held against the credential. */
  | { readonly kind: 'upstream_fault'; readonly reason: UpstreamFault }
  /** The client left. */
  | { readonly kind: 'cancelled' }

export type ClientFault =
  | 'invalid_request'
  /** The schema of a function's parameters, or of the answer. */
  | 'invalid_schema'
  /** A thought signature that is missing, or belongs to another model. */
  | 'invalid_signature'
  | 'context_length'
  | 'too_large'
export type CredentialFault =
  | 'api_key_invalid'
  | 'api_key_leaked'
  /** The key is valid, but not for this API, or not from this network. */
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
  /** Forbidden by a rule of the organisation, such as a perimeter of VPC Service Controls. */
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
  /** The answer is larger than this gateway holds in memory. */
  | 'oversized'
  /** The model wrote a call that Google could not read. */
  | 'malformed_call'
  /** The model ended without saying anything. */
  | 'empty_answer'
  /** Google does not serve the country from which this Worker calls. */
  | 'location'

/**
 * The terminal states of the ledger (docs/vocabulary.md). Nobody reports `lost`: a lease becomes it if no report
 * comes.
 */
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
