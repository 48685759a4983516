/**
 * What can go wrong, in terms that belong to no family of clients. All code passes `Failure`s. Only `handle.ts` turns
 * one into a status and a body, in the form of the family that was asked (dialects/<family>/family.ts).
 */
export interface Failure {
  readonly reason: FailureReason
  /**
   * For the client: names the field and what to do about it. Never holds a secret or an upstream's body. A family may
   * use its own words instead.
   */
  readonly message: string
  /** Path of the field that is wrong, such as `messages[2].content`. */
  readonly param?: string
  /** Milliseconds until the same request may succeed. */
  readonly retryAfterMs?: number
  /** Name of the model, as the client may see it. */
  readonly model?: string
  /** Only with `context_length_exceeded`: tokens of the request, if known, and the most that the model takes. */
  readonly used?: number
  readonly limit?: number
  /**
   * Only with `upstream_rejected`: the status with which Google said so, if that says more than 400. For Google's own
   * clients, some of which decide by it.
   */
  readonly saidWith?: 403 | 404
  /** The quota or limit that is used up. Set only if it is used up as a whole, not if a single attempt met a limit. */
  readonly usedUp?: UsedUp
}

export interface UsedUp {
  /** `ring`: Google's quota of each credential. `user`: the limit that an admin set for the user. */
  readonly of: 'ring' | 'user'
  /** Whether it is available again when the next day begins. */
  readonly forTheDay: boolean
}

export type FailureReason =
  // The request itself
  | 'invalid_json'
  | 'invalid_form'
  | 'invalid_type'
  | 'invalid_value'
  | 'missing_required_parameter'
  | 'unknown_parameter'
  | 'unsupported_parameter'
  | 'unsupported_value'
  /** No credential of the ring can read the files that the request names. */
  | 'files_out_of_reach'
  /**
   * Google refused the request for a reason that Pollux does not know. Google's text is passed on, since it speaks of
   * the request.
   */
  | 'upstream_rejected'
  /** Google's filters refused to make what the prompt asks for. */
  | 'content_filtered'
  /** Google's filters refused the prompt itself. */
  | 'prompt_blocked'
  | 'context_length_exceeded'
  | 'model_not_found'
  | 'body_too_large'
  | 'unsupported_encoding'
  // Routing
  | 'unknown_url'
  /** The route exists in this family, but Gemini or Pollux has nothing like it. */
  | 'not_served'
  | 'method_not_allowed'
  // Who is asking
  | 'missing_api_key'
  | 'invalid_api_key'
  | 'user_disabled'
  | 'user_expired'
  | 'admin_not_configured'
  | 'guesses_slowed'
  // Administration
  | 'user_not_found'
  | 'no_credentials'
  | 'user_exists'
  | 'user_deleted'
  | 'plan_not_found'
  | 'plan_in_use'
  | 'too_many_keys'
  | 'credential_not_found'
  /** A file that the client uploaded. */
  | 'file_not_found'
  /** Something that the client stored, or claims to have stored. */
  | 'response_not_found'
  | 'previous_response_not_found'
  | 'conversation_not_found'
  | 'item_not_found'
  /** An element of a list that the client asked for by its id. */
  | 'stored_item_not_found'
  | 'no_websocket'
  | 'idempotency_key_reused'
  | 'idempotency_in_progress'
  | 'ring_full'
  // The ring and Google
  | 'tokens_limited'
  /** The request alone has more tokens than the limit allows. */
  | 'larger_than_limit'
  /** The request alone takes more calls than the limit allows. */
  | 'more_than_limit'
  | 'rate_limited'
  | 'quota_exhausted'
  | 'credentials_unusable'
  | 'credentials_paused'
  | 'region_not_supported'
  | 'upstream_error'
  | 'upstream_overloaded'
  | 'upstream_timeout'
  | 'upstream_truncated'
  // Pollux
  | 'vault_not_configured'
  | 'minting_not_configured'
  | 'misconfigured'
  | 'overloaded'
  | 'internal_error'

/**
 * Reasons that repeating the request does not mend. Their status (409, 429, 5xx) would make clients repeat it by
 * themselves.
 */
export const LASTING: ReadonlySet<FailureReason> = new Set([
  'user_exists',
  'user_deleted',
  'plan_in_use',
  'too_many_keys',
  'idempotency_key_reused',
  'ring_full',
  'larger_than_limit',
  'more_than_limit',
  'quota_exhausted',
  'credentials_unusable',
  'vault_not_configured',
  'minting_not_configured',
  'misconfigured',
])

/** Whole seconds until the same request may succeed, rounded up; undefined if nobody knows. */
export function retryAfterSeconds({ retryAfterMs }: Failure): number | undefined {
  return retryAfterMs === undefined ? undefined : Math.max(1, Math.ceil(retryAfterMs / 1000))
}
