/**
 * Every way in which Pollux can refuse or fail a request, and what each looks like on the wire: one table.
 * Code inside speaks in `Failure`s; only the rim turns one into a status and an error object.
 * Statuses, types and codes are OpenAI's where it has one (client-protocols §1.11). The `retry` column says whether the same
 * request can succeed later: SDKs retry 408, 409, 429 and 5xx by themselves, so whatever is permanent must tell them not to.
 */
import { jsonResponse } from '../http/json-response.ts'

export interface Failure {
  readonly reason: FailureReason
  /** For the client: names the field and what to do; never a secret, never an upstream body. */
  readonly message: string
  /** Path of the field at fault, such as `messages[2].content`. */
  readonly param?: string
  /** How long until the same request may succeed, in milliseconds. */
  readonly retryAfterMs?: number
}

interface Wire {
  readonly status: number
  readonly type: string
  readonly code: string | null
  readonly retry?: 'never'
}

const INVALID = 'invalid_request_error'
const SERVER = 'server_error'

const FAILURES = {
  // The request itself
  invalid_json: { status: 400, type: INVALID, code: 'invalid_json' },
  invalid_form: { status: 400, type: INVALID, code: 'invalid_form' },
  invalid_type: { status: 400, type: INVALID, code: 'invalid_type' },
  invalid_value: { status: 400, type: INVALID, code: 'invalid_value' },
  missing_required_parameter: { status: 400, type: INVALID, code: 'missing_required_parameter' },
  unknown_parameter: { status: 400, type: INVALID, code: 'unknown_parameter' },
  unsupported_parameter: { status: 400, type: INVALID, code: 'unsupported_parameter' },
  unsupported_value: { status: 400, type: INVALID, code: 'unsupported_value' },
  /** Google refused what could not be told here; its text, which speaks of the request, is passed on. */
  upstream_rejected: { status: 400, type: INVALID, code: 'invalid_value' },
  /** Google's filters refused to make what the prompt asks for. */
  content_filtered: { status: 400, type: INVALID, code: 'content_policy_violation' },
  context_length_exceeded: { status: 400, type: INVALID, code: 'context_length_exceeded' },
  model_not_found: { status: 404, type: INVALID, code: 'model_not_found' },
  body_too_large: { status: 413, type: INVALID, code: 'request_too_large' },
  unsupported_encoding: { status: 415, type: INVALID, code: 'unsupported_encoding' },

  // Routing
  unknown_url: { status: 404, type: INVALID, code: 'unknown_url' },
  /** A route of OpenAI's that Gemini, or what stands behind a key, has no counterpart to. */
  not_served: { status: 404, type: INVALID, code: 'not_served' },
  method_not_allowed: { status: 405, type: INVALID, code: 'method_not_allowed' },

  // Who is asking
  missing_api_key: { status: 401, type: INVALID, code: 'missing_api_key' },
  invalid_api_key: { status: 401, type: INVALID, code: 'invalid_api_key' },
  user_disabled: { status: 403, type: INVALID, code: 'api_key_disabled' },
  user_expired: { status: 403, type: INVALID, code: 'api_key_expired' },
  admin_not_configured: { status: 403, type: INVALID, code: 'admin_not_configured' },
  guesses_slowed: { status: 429, type: 'requests', code: 'rate_limit_exceeded' },

  // Administration
  user_not_found: { status: 404, type: INVALID, code: 'user_not_found' },
  no_credentials: { status: 403, type: INVALID, code: 'no_credentials' },
  user_exists: { status: 409, type: INVALID, code: 'user_exists', retry: 'never' },
  user_deleted: { status: 409, type: INVALID, code: 'user_deleted', retry: 'never' },
  too_many_keys: { status: 409, type: INVALID, code: 'too_many_keys', retry: 'never' },
  credential_not_found: { status: 404, type: INVALID, code: 'credential_not_found' },
  idempotency_key_reused: {
    status: 422,
    type: INVALID,
    code: 'idempotency_key_reused',
    retry: 'never',
  },
  /** SDKs ask again by themselves after a 409, which is what is wanted here. */
  idempotency_in_progress: { status: 409, type: INVALID, code: 'idempotency_in_progress' },
  ring_full: { status: 409, type: INVALID, code: 'max_credentials_reached', retry: 'never' },

  // The ring and Google
  tokens_limited: { status: 429, type: 'tokens', code: 'rate_limit_exceeded' },
  larger_than_limit: { status: 429, type: 'tokens', code: 'rate_limit_exceeded', retry: 'never' },
  rate_limited: { status: 429, type: 'requests', code: 'rate_limit_exceeded' },
  quota_exhausted: {
    status: 429,
    type: 'insufficient_quota',
    code: 'insufficient_quota',
    retry: 'never',
  },
  credentials_unusable: {
    status: 503,
    type: SERVER,
    code: 'credentials_unusable',
    retry: 'never',
  },
  credentials_paused: { status: 503, type: SERVER, code: 'credentials_paused' },
  region_not_supported: {
    status: 403,
    type: 'request_forbidden',
    code: 'unsupported_country_region_territory',
  },
  upstream_error: { status: 502, type: SERVER, code: 'upstream_error' },
  upstream_overloaded: { status: 503, type: SERVER, code: 'server_is_overloaded' },
  upstream_timeout: { status: 504, type: SERVER, code: 'timeout' },
  upstream_truncated: { status: 502, type: SERVER, code: 'upstream_truncated' },

  // Pollux
  vault_not_configured: {
    status: 500,
    type: SERVER,
    code: 'vault_not_configured',
    retry: 'never',
  },
  minting_not_configured: {
    status: 500,
    type: SERVER,
    code: 'minting_not_configured',
    retry: 'never',
  },
  misconfigured: { status: 500, type: SERVER, code: 'misconfigured', retry: 'never' },
  overloaded: { status: 503, type: SERVER, code: 'gateway_overloaded' },
  internal_error: { status: 500, type: SERVER, code: 'internal_error' },
} as const satisfies Record<string, Wire>

export type FailureReason = keyof typeof FAILURES

export interface OpenAIError {
  readonly error: {
    readonly message: string
    readonly type: string
    readonly param: string | null
    readonly code: string | null
  }
}

/** OpenAI's error object; all four keys always, `code` a string (client-protocols §1.11). */
export function toOpenAIError(failure: Failure): OpenAIError {
  const { type, code } = FAILURES[failure.reason]
  return { error: { message: failure.message, type, param: failure.param ?? null, code } }
}

/** The HTTP answer to a failure, with the headers by which SDKs decide when to try again (client-protocols §0.4). */
export function errorResponse(failure: Failure): Response {
  const wire: Wire = FAILURES[failure.reason]
  const headers = new Headers()
  if (failure.retryAfterMs !== undefined) {
    // Whole seconds: Zed parses integers only. Above a minute SDKs ignore it and retry at once, so they are told not to.
    const seconds = Math.max(1, Math.ceil(failure.retryAfterMs / 1000))
    headers.set('retry-after', String(seconds))
    if (seconds < 60) headers.set('retry-after-ms', String(Math.ceil(failure.retryAfterMs)))
    else headers.set('x-should-retry', 'false')
  }
  if (wire.retry === 'never') headers.set('x-should-retry', 'false')
  const response = jsonResponse(toOpenAIError(failure), { status: wire.status, headers })
  reasons.set(response, failure.reason)
  return response
}

const reasons = new WeakMap<Response, FailureReason>()

/** Why an answer is a refusal, for the log: wherever it was found out, the line is the same. Null: it is none. */
export function reasonOf(response: Response): FailureReason | null {
  return reasons.get(response) ?? null
}
