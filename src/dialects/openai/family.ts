/**
 * How OpenAI's routes and Pollux's own refuse. Statuses, types and codes are OpenAI's where it has one
 * (docs/clients.md: Errors).
 */
import { type Failure, type FailureReason, retryAfterSeconds } from '../../failure/failure.ts'
import type { RateLimits } from '../../failure/rate-limits.ts'
import { jsonResponse } from '../../json/json-response.ts'
import type { Family } from '../dialect.ts'
import { retryHeadersOf } from '../retry-headers.ts'

type Wire = readonly [status: number, type: string, code: string]

const INVALID = 'invalid_request_error'
const SERVER = 'server_error'

const WIRE = {
  invalid_json: [400, INVALID, 'invalid_json'],
  invalid_form: [400, INVALID, 'invalid_form'],
  invalid_type: [400, INVALID, 'invalid_type'],
  invalid_value: [400, INVALID, 'invalid_value'],
  missing_required_parameter: [400, INVALID, 'missing_required_parameter'],
  unknown_parameter: [400, INVALID, 'unknown_parameter'],
  unsupported_parameter: [400, INVALID, 'unsupported_parameter'],
  unsupported_value: [400, INVALID, 'unsupported_value'],
  files_out_of_reach: [400, INVALID, 'unsupported_value'],
  upstream_rejected: [400, INVALID, 'invalid_value'],
  content_filtered: [400, INVALID, 'content_policy_violation'],
  prompt_blocked: [400, INVALID, 'invalid_prompt'],
  context_length_exceeded: [400, INVALID, 'context_length_exceeded'],
  model_not_found: [404, INVALID, 'model_not_found'],
  body_too_large: [413, INVALID, 'request_too_large'],
  unsupported_encoding: [415, INVALID, 'unsupported_encoding'],

  unknown_url: [404, INVALID, 'unknown_url'],
  not_served: [404, INVALID, 'not_served'],
  method_not_allowed: [405, INVALID, 'method_not_allowed'],

  missing_api_key: [401, INVALID, 'missing_api_key'],
  invalid_api_key: [401, INVALID, 'invalid_api_key'],
  user_disabled: [403, INVALID, 'api_key_disabled'],
  user_expired: [403, INVALID, 'api_key_expired'],
  admin_not_configured: [403, INVALID, 'admin_not_configured'],
  guesses_slowed: [429, 'requests', 'rate_limit_exceeded'],

  user_not_found: [404, INVALID, 'user_not_found'],
  no_credentials: [403, INVALID, 'no_credentials'],
  plan_not_found: [404, INVALID, 'plan_not_found'],
  plan_in_use: [409, INVALID, 'plan_in_use'],
  user_exists: [409, INVALID, 'user_exists'],
  user_deleted: [409, INVALID, 'user_deleted'],
  too_many_keys: [409, INVALID, 'too_many_keys'],
  credential_not_found: [404, INVALID, 'credential_not_found'],
  file_not_found: [404, INVALID, 'not_found'],
  response_not_found: [404, INVALID, 'response_not_found'],
  previous_response_not_found: [400, INVALID, 'previous_response_not_found'],
  conversation_not_found: [404, INVALID, 'conversation_not_found'],
  item_not_found: [400, INVALID, 'item_not_found'],
  stored_item_not_found: [404, INVALID, 'item_not_found'],
  no_websocket: [426, INVALID, 'no_websocket'],
  idempotency_key_reused: [422, INVALID, 'idempotency_key_reused'],
  /** SDKs ask again by themselves after a 409, which is right here. */
  idempotency_in_progress: [409, INVALID, 'idempotency_in_progress'],
  ring_full: [409, INVALID, 'max_credentials_reached'],

  tokens_limited: [429, 'tokens', 'rate_limit_exceeded'],
  larger_than_limit: [429, 'tokens', 'rate_limit_exceeded'],
  more_than_limit: [429, 'requests', 'rate_limit_exceeded'],
  rate_limited: [429, 'requests', 'rate_limit_exceeded'],
  quota_exhausted: [429, 'insufficient_quota', 'insufficient_quota'],
  credentials_unusable: [503, SERVER, 'credentials_unusable'],
  credentials_paused: [503, SERVER, 'credentials_paused'],
  region_not_supported: [403, 'request_forbidden', 'unsupported_country_region_territory'],
  upstream_error: [502, SERVER, 'upstream_error'],
  upstream_overloaded: [503, SERVER, 'server_is_overloaded'],
  upstream_timeout: [504, SERVER, 'timeout'],
  upstream_truncated: [502, SERVER, 'upstream_truncated'],

  vault_not_configured: [500, SERVER, 'vault_not_configured'],
  minting_not_configured: [500, SERVER, 'minting_not_configured'],
  misconfigured: [500, SERVER, 'misconfigured'],
  overloaded: [503, SERVER, 'gateway_overloaded'],
  internal_error: [500, SERVER, 'internal_error'],
} as const satisfies Record<FailureReason, Wire>

export const OPENAI_FAMILY: Family = {
  name: 'openai',
  requestIdHeader: null,
  takesKeyInQuery: false,
  errorBody: toOpenAIError,
  refuse: (failure) =>
    jsonResponse(toOpenAIError(failure), {
      status: WIRE[failure.reason][0],
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
  const [, type, code] = WIRE[failure.reason]
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
