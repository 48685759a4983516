/**
 * What can go wrong, in no family's words. Code inside speaks in `Failure`s; only the rim turns one into a status and a body, and
 * how those look is the family's that was asked (dialects/<family>/family.ts, a table each).
 */
export interface Failure {
  readonly reason: FailureReason
  /** For the client: names the field and what to do; never a secret, never an upstream body. A family may say the same in its own words. */
  readonly message: string
  /** Path of the field at fault, such as `messages[2].content`. */
  readonly param?: string
  /** How long until the same request may succeed, in milliseconds. */
  readonly retryAfterMs?: number
  /** The model's name, as the client may know it. */
  readonly model?: string
  /** Of `context_length_exceeded`: tokens of the request, where they are known, and the most that the model takes. */
  readonly used?: number
  readonly limit?: number
  /** The quota or limit that the request ran into. Only where all of it is known to be used up, not where one attempt met a limit. */
  readonly usedUp?: UsedUp
}

export interface UsedUp {
  /** `ring`: Google's quota of each credential. `user`: the limit that an admin set for the user. */
  readonly of: 'ring' | 'user'
  /** Whether it comes back with the next day. */
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
  /** Google refused what could not be told here; its text, which speaks of the request, is passed on. */
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
  /** A route of the family's that Gemini, or what stands behind a key, has no counterpart to. */
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
  /** Of a client's own uploads. */
  | 'file_not_found'
  /** What a client had stored, or says it had. */
  | 'response_not_found'
  | 'previous_response_not_found'
  | 'conversation_not_found'
  | 'item_not_found'
  /** Of a list that a client asked for by its id. */
  | 'stored_item_not_found'
  | 'no_websocket'
  | 'idempotency_key_reused'
  | 'idempotency_in_progress'
  | 'ring_full'
  // The ring and Google
  | 'tokens_limited'
  /** Of tokens, alone. */
  | 'larger_than_limit'
  /** Of calls, alone. */
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

/** What the same request would meet again, though its status (409, 429, 5xx) is one after which clients ask again by themselves. */
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

/** Whole seconds until the same request may succeed, rounded up; undefined where nobody knows. */
export function retryAfterSeconds({ retryAfterMs }: Failure): number | undefined {
  return retryAfterMs === undefined ? undefined : Math.max(1, Math.ceil(retryAfterMs / 1000))
}
