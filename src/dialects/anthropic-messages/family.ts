/**
 * How Anthropic's routes refuse: type and status of an error, and the headers that Anthropic's clients read
 * (docs/clients.md).
 */
import { isoOfSeconds } from '../../json/time.ts'
import {
  type Failure,
  type FailureReason,
  LASTING,
  retryAfterSeconds,
} from '../../failure/failure.ts'
import type { RateLimits } from '../../failure/rate-limits.ts'
import { jsonResponse } from '../../json/json-response.ts'
import type { Family } from '../dialect.ts'
import { retryHeadersOf } from '../retry-headers.ts'

/** Anthropic's types of errors, each with its usual status. */
const STATUSES = {
  invalid_request_error: 400,
  authentication_error: 401,
  permission_error: 403,
  not_found_error: 404,
  conflict_error: 409,
  request_too_large: 413,
  rate_limit_error: 429,
  api_error: 500,
  timeout_error: 504,
  overloaded_error: 529,
} as const

type ErrorType = keyof typeof STATUSES
type Wire = ErrorType | readonly [ErrorType, number]

const WIRE = {
  invalid_json: 'invalid_request_error',
  invalid_form: 'invalid_request_error',
  invalid_type: 'invalid_request_error',
  invalid_value: 'invalid_request_error',
  missing_required_parameter: 'invalid_request_error',
  unknown_parameter: 'invalid_request_error',
  unsupported_parameter: 'invalid_request_error',
  unsupported_value: 'invalid_request_error',
  files_out_of_reach: 'invalid_request_error',
  upstream_rejected: 'invalid_request_error',
  content_filtered: 'invalid_request_error',
  prompt_blocked: 'invalid_request_error',
  context_length_exceeded: 'invalid_request_error',
  model_not_found: 'not_found_error',
  body_too_large: 'request_too_large',
  unsupported_encoding: ['invalid_request_error', 415],

  unknown_url: 'not_found_error',
  not_served: 'not_found_error',
  method_not_allowed: ['invalid_request_error', 405],

  missing_api_key: 'authentication_error',
  invalid_api_key: 'authentication_error',
  user_disabled: 'permission_error',
  user_expired: 'permission_error',
  admin_not_configured: 'permission_error',
  guesses_slowed: 'rate_limit_error',

  user_not_found: 'not_found_error',
  no_credentials: 'permission_error',
  user_exists: 'conflict_error',
  plan_not_found: 'not_found_error',
  plan_in_use: 'conflict_error',
  user_deleted: 'conflict_error',
  too_many_keys: 'conflict_error',
  credential_not_found: 'not_found_error',
  file_not_found: 'not_found_error',
  response_not_found: 'not_found_error',
  previous_response_not_found: 'invalid_request_error',
  conversation_not_found: 'not_found_error',
  item_not_found: 'invalid_request_error',
  stored_item_not_found: 'not_found_error',
  no_websocket: ['invalid_request_error', 426],
  idempotency_key_reused: ['invalid_request_error', 422],
  idempotency_in_progress: 'conflict_error',
  ring_full: 'conflict_error',

  tokens_limited: 'rate_limit_error',
  larger_than_limit: 'rate_limit_error',
  more_than_limit: 'rate_limit_error',
  rate_limited: 'rate_limit_error',
  quota_exhausted: 'rate_limit_error',
  credentials_unusable: ['api_error', 503],
  credentials_paused: ['api_error', 503],
  region_not_supported: 'permission_error',
  upstream_error: 'api_error',
  // The same meaning as Google's "overloaded". At this status clients fall back to another model.
  upstream_overloaded: 'overloaded_error',
  upstream_timeout: 'timeout_error',
  upstream_truncated: 'api_error',

  vault_not_configured: 'api_error',
  minting_not_configured: 'api_error',
  misconfigured: 'api_error',
  overloaded: 'overloaded_error',
  internal_error: 'api_error',
} as const satisfies Record<FailureReason, Wire>

/**
 * Failures that asking again may mend. In a stream they all have the type `overloaded_error`: after `api_error` some
 * clients end the turn for good (docs/clients.md).
 */
const PASSING: ReadonlySet<FailureReason> = new Set([
  'upstream_error',
  'upstream_overloaded',
  'upstream_timeout',
  'upstream_truncated',
  'overloaded',
])

export const ANTHROPIC_FAMILY: Family = {
  name: 'anthropic',
  requestIdHeader: 'request-id',
  takesKeyInQuery: false,
  errorBody: (failure, requestId) => toError(failure, typeOf(failure), requestId),
  refuse(failure, requestId) {
    const status = statusOf(failure)
    const headers = retryHeadersOf(failure)
    // Claude Code even repeats after 400, 401 and 404 unless it is told not to.
    if (!mayPass(failure, status)) headers.set('x-should-retry', 'false')
    return jsonResponse(toError(failure, typeOf(failure), requestId), { status, headers })
  },
  rateLimits: setRateLimits,
}

export interface AnthropicError {
  readonly type: 'error'
  readonly error: {
    readonly type: ErrorType
    readonly message: string
    readonly details?: typeof NO_THREADS
  }
  readonly request_id: string
}

/** The data of an `error` event, for failures after the status was sent. */
export function toStreamError(failure: Failure, requestId: string): AnthropicError {
  const type = PASSING.has(failure.reason) ? 'overloaded_error' : typeOf(failure)
  return toError(failure, type, requestId)
}

/**
 * Anthropic's SDK begins each run of its tools with a thread. At this code it goes on without one, and at any other
 * refusal the run ends (docs/clients.md: Messages).
 */
const NO_THREADS = { error_code: 'thread_unsupported_request', unsupported: ['thread'] } as const

function toError(failure: Failure, type: ErrorType, requestId: string): AnthropicError {
  const { reason, param } = failure
  const isThread = reason === 'unsupported_parameter' && param === 'thread'
  const error = { type, message: sentenceOf(failure), ...(isThread && { details: NO_THREADS }) }
  return { type: 'error', error, request_id: requestId }
}

function typeOf({ reason }: Failure): ErrorType {
  const wire: Wire = WIRE[reason]
  return typeof wire === 'string' ? wire : wire[0]
}

function statusOf({ reason }: Failure): number {
  const wire: Wire = WIRE[reason]
  return typeof wire === 'string' ? STATUSES[wire] : wire[1]
}

function mayPass({ reason }: Failure, status: number): boolean {
  return !LASTING.has(reason) && (status === 409 || status === 429 || status >= 500)
}

function sentenceOf(failure: Failure): string {
  const { reason, used, limit, usedUp } = failure
  const message = fieldFirst(failure)
  switch (reason) {
    case 'missing_api_key':
      return 'No API key was sent. Send it in the header x-api-key, or in Authorization: Bearer YOUR_KEY.'
    case 'context_length_exceeded':
      // Clients look for these words and numbers to decide that they must shorten the conversation.
      return limit === undefined
        ? message
        : `prompt is too long: ${used ?? limit + 1} tokens > ${limit} maximum`
    case 'model_not_found':
      // Anthropic's own words, and then what to do about it.
      return failure.model === undefined ? message : `model: ${failure.model}. ${message}`
    case 'larger_than_limit':
      return `${message}; ask for less with max_tokens.`
  }
  const seconds = usedUp === undefined ? undefined : retryAfterSeconds(failure)
  return seconds === undefined ? message : `${message} Please try again in ${seconds}s.`
}

/** The gateway names a field as OpenAI does. Anthropic's messages begin with it. */
function fieldFirst({ message, param }: Failure): string {
  if (param === undefined) return message
  const naming = [`Invalid value: '${param}' `, `Invalid value for '${param}': `]
  const said = naming.find((words) => message.startsWith(words))
  return said === undefined ? message : `${param}: ${message.slice(said.length)}`
}

function setRateLimits(headers: Headers, limits: RateLimits, nowMs: number): void {
  for (const of of ['requests', 'tokens'] as const) {
    const left = limits[of]
    if (left === null) continue
    headers.set(`anthropic-ratelimit-${of}-limit`, String(left.limit))
    headers.set(`anthropic-ratelimit-${of}-remaining`, String(left.remaining))
    if (left.resetMs === null) continue
    const seconds = Math.ceil((nowMs + left.resetMs) / 1000)
    headers.set(`anthropic-ratelimit-${of}-reset`, isoOfSeconds(seconds))
  }
}
