/**
 * How OpenAI's routes and Pollux's own refuse. Statuses, types and codes are OpenAI's where it has one
 * (docs/clients.md: Errors).
 */
import { type Failure, type FailureReason, retryAfterSeconds } from '../../failure/failure.ts'
import type { RateLimits } from '../../failure/rate-limits.ts'
import { jsonResponse } from '../../json/json-response.ts'
import type { Family } from '../dialect.ts'
import { retryHeadersOf } from '../retry-headers.ts'

interface Wire {
  readonly status: number
  readonly type: string
  readonly code: string
}

const INVALID = 'invalid_request_error'
const SERVER = 'server_error'

const WIRE = {
  invalid_json: { status: 400, type: INVALID, code: 'invalid_json' },
  invalid_form: { status: 400, type: INVALID, code: 'invalid_form' },
  invalid_type: { status: 400, type: INVALID, code: 'invalid_type' },
  invalid_value: { status: 400, type: INVALID, code: 'invalid_value' },
  missing_required_parameter: { status: 400, type: INVALID, code: 'missing_required_parameter' },
  unknown_parameter: { status: 400, type: INVALID, code: 'unknown_parameter' },
  unsupported_parameter: { status: 400, type: INVALID, code: 'unsupported_parameter' },
  unsupported_value: { status: 400, type: INVALID, code: 'unsupported_value' },
  files_out_of_reach: { status: 400, type: INVALID, code: 'unsupported_value' },
  upstream_rejected: { status: 400, type: INVALID, code: 'invalid_value' },
  content_filtered: { status: 400, type: INVALID, code: 'content_policy_violation' },
  prompt_blocked: { status: 400, type: INVALID, code: 'invalid_prompt' },
  context_length_exceeded: { status: 400, type: INVALID, code: 'context_length_exceeded' },
  model_not_found: { status: 404, type: INVALID, code: 'model_not_found' },
  body_too_large: { status: 413, type: INVALID, code: 'request_too_large' },
  unsupported_encoding: { status: 415, type: INVALID, code: 'unsupported_encoding' },

  unknown_url: { status: 404, type: INVALID, code: 'unknown_url' },
  not_served: { status: 404, type: INVALID, code: 'not_served' },
  method_not_allowed: { status: 405, type: INVALID, code: 'method_not_allowed' },

  missing_api_key: { status: 401, type: INVALID, code: 'missing_api_key' },
  invalid_api_key: { status: 401, type: INVALID, code: 'invalid_api_key' },
  user_disabled: { status: 403, type: INVALID, code: 'api_key_disabled' },
  user_expired: { status: 403, type: INVALID, code: 'api_key_expired' },
  admin_not_configured: { status: 403, type: INVALID, code: 'admin_not_configured' },
  guesses_slowed: { status: 429, type: 'requests', code: 'rate_limit_exceeded' },

  user_not_found: { status: 404, type: INVALID, code: 'user_not_found' },
  no_credentials: { status: 403, type: INVALID, code: 'no_credentials' },
  plan_not_found: { status: 404, type: INVALID, code: 'plan_not_found' },
  plan_in_use: { status: 409, type: INVALID, code: 'plan_in_use' },
  user_exists: { status: 409, type: INVALID, code: 'user_exists' },
  user_deleted: { status: 409, type: INVALID, code: 'user_deleted' },
  too_many_keys: { status: 409, type: INVALID, code: 'too_many_keys' },
  credential_not_found: { status: 404, type: INVALID, code: 'credential_not_found' },
  file_not_found: { status: 404, type: INVALID, code: 'not_found' },
  response_not_found: { status: 404, type: INVALID, code: 'response_not_found' },
  previous_response_not_found: {
    status: 400,
    type: INVALID,
    code: 'previous_response_not_found',
  },
  conversation_not_found: { status: 404, type: INVALID, code: 'conversation_not_found' },
  item_not_found: { status: 400, type: INVALID, code: 'item_not_found' },
  stored_item_not_found: { status: 404, type: INVALID, code: 'item_not_found' },
  no_websocket: { status: 426, type: INVALID, code: 'no_websocket' },
  idempotency_key_reused: { status: 422, type: INVALID, code: 'idempotency_key_reused' },
  /** SDKs ask again by themselves after a 409, which is right here. */
  idempotency_in_progress: { status: 409, type: INVALID, code: 'idempotency_in_progress' },
  ring_full: { status: 409, type: INVALID, code: 'max_credentials_reached' },

  tokens_limited: { status: 429, type: 'tokens', code: 'rate_limit_exceeded' },
  larger_than_limit: { status: 429, type: 'tokens', code: 'rate_limit_exceeded' },
  more_than_limit: { status: 429, type: 'requests', code: 'rate_limit_exceeded' },
  rate_limited: { status: 429, type: 'requests', code: 'rate_limit_exceeded' },
  quota_exhausted: { status: 429, type: 'insufficient_quota', code: 'insufficient_quota' },
  credentials_unusable: { status: 503, type: SERVER, code: 'credentials_unusable' },
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

  vault_not_configured: { status: 500, type: SERVER, code: 'vault_not_configured' },
  minting_not_configured: { status: 500, type: SERVER, code: 'minting_not_configured' },
  misconfigured: { status: 500, type: SERVER, code: 'misconfigured' },
  overloaded: { status: 503, type: SERVER, code: 'gateway_overloaded' },
  internal_error: { status: 500, type: SERVER, code: 'internal_error' },
} as const satisfies Record<FailureReason, Wire>

export const OPENAI_FAMILY: Family = {
  name: 'openai',
  requestIdHeader: null,
  takesKeyInQuery: false,
  errorBody: toOpenAIError,
  refuse: (failure) =>
    jsonResponse(toOpenAIError(failure), {
      status: WIRE[failure.reason].status,
      headers: retryHeadersOf(failure),
    }),
  rateLimits: setRateLimits,
}

export interface OpenAIError {
  readonly error: {
    readonly message: string
    readonly type: string
    readonly param: string | null
    readonly code: string | null
  }
}

/** OpenAI's error object. All four keys are always present, and `code` is a string (docs/clients.md: Errors). */
export function toOpenAIError(failure: Failure): OpenAIError {
  const { type, code } = WIRE[failure.reason]
  return { error: { message: sentenceOf(failure), type, param: paramOf(failure), code } }
}

function sentenceOf(failure: Failure): string {
  const { reason, message, usedUp } = failure
  switch (reason) {
    case 'missing_api_key':
      return "You didn't provide an API key. Send it in an Authorization header: `Authorization: Bearer YOUR_KEY`."
    case 'context_length_exceeded':
      return tooLong(failure)
    case 'larger_than_limit':
      return `${message}; ask for less with max_tokens.`
  }
  const seconds = usedUp === undefined ? undefined : retryAfterSeconds(failure)
  return seconds === undefined ? message : `${message} Please try again in ${seconds}s.`
}

/** Clients shorten the conversation when they read exactly this sentence (docs/clients.md: Errors). */
function tooLong({ message, used, limit }: Failure): string {
  if (limit === undefined) return message
  return `This model's maximum context length is ${limit} tokens. However, your messages resulted in ${used ?? 'more'} tokens.`
}

function paramOf({ reason, param }: Failure): string | null {
  if (param !== undefined) return param
  return reason === 'context_length_exceeded' || reason === 'files_out_of_reach' ? 'messages' : null
}

/** The headers are OpenAI's (docs/clients.md: Headers). */
function setRateLimits(headers: Headers, limits: RateLimits): void {
  for (const of of ['requests', 'tokens'] as const) {
    const left = limits[of]
    if (left === null) continue
    headers.set(`x-ratelimit-limit-${of}`, String(left.limit))
    headers.set(`x-ratelimit-remaining-${of}`, String(left.remaining))
    if (left.resetMs !== null) {
      headers.set(`x-ratelimit-reset-${of}`, `${Math.ceil(left.resetMs / 1000)}s`)
    }
  }
}
