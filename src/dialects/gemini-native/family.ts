/**
 * How Google's own routes refuse: `google.rpc.Status` as JSON. Google's SDKs raise an error by its status
 * (docs/clients.md).
 */
import { type Failure, type FailureReason, retryAfterSeconds } from '../../failure/failure.ts'
import { jsonResponse } from '../../json/json-response.ts'
import type { Family } from '../dialect.ts'

type Wire = readonly [code: number, status: string]

const INVALID = [400, 'INVALID_ARGUMENT'] as const
const LIMITED = [429, 'RESOURCE_EXHAUSTED'] as const
const INTERNAL = [500, 'INTERNAL'] as const
const UNAVAILABLE = [503, 'UNAVAILABLE'] as const

const WIRE = {
  invalid_json: INVALID,
  invalid_form: INVALID,
  invalid_type: INVALID,
  invalid_value: INVALID,
  missing_required_parameter: INVALID,
  unknown_parameter: INVALID,
  unsupported_parameter: INVALID,
  unsupported_value: INVALID,
  files_out_of_reach: INVALID,
  upstream_rejected: INVALID,
  content_filtered: INVALID,
  prompt_blocked: INVALID,
  context_length_exceeded: INVALID,
  model_not_found: [404, 'NOT_FOUND'],
  body_too_large: [413, 'INVALID_ARGUMENT'],
  unsupported_encoding: [415, 'INVALID_ARGUMENT'],

  unknown_url: [404, 'NOT_FOUND'],
  not_served: [501, 'UNIMPLEMENTED'],
  method_not_allowed: [405, 'UNIMPLEMENTED'],

  missing_api_key: [401, 'UNAUTHENTICATED'],
  invalid_api_key: [401, 'UNAUTHENTICATED'],
  user_disabled: [403, 'PERMISSION_DENIED'],
  user_expired: [403, 'PERMISSION_DENIED'],
  admin_not_configured: [403, 'PERMISSION_DENIED'],
  guesses_slowed: LIMITED,

  user_not_found: [404, 'NOT_FOUND'],
  no_credentials: [403, 'PERMISSION_DENIED'],
  user_exists: [409, 'ALREADY_EXISTS'],
  plan_not_found: [404, 'NOT_FOUND'],
  plan_in_use: [409, 'FAILED_PRECONDITION'],
  user_deleted: [409, 'FAILED_PRECONDITION'],
  too_many_keys: [409, 'FAILED_PRECONDITION'],
  credential_not_found: [404, 'NOT_FOUND'],
  file_not_found: [404, 'NOT_FOUND'],
  response_not_found: [404, 'NOT_FOUND'],
  previous_response_not_found: INVALID,
  conversation_not_found: [404, 'NOT_FOUND'],
  item_not_found: INVALID,
  stored_item_not_found: [404, 'NOT_FOUND'],
  no_websocket: [426, 'INVALID_ARGUMENT'],
  idempotency_key_reused: [422, 'INVALID_ARGUMENT'],
  idempotency_in_progress: [409, 'ABORTED'],
  ring_full: [409, 'FAILED_PRECONDITION'],

  tokens_limited: LIMITED,
  // No header could tell these clients that the failure lasts. They repeat after 429 and 5xx, so the status must be
  // another.
  larger_than_limit: INVALID,
  more_than_limit: INVALID,
  rate_limited: LIMITED,
  quota_exhausted: LIMITED,
  credentials_unusable: [403, 'PERMISSION_DENIED'],
  credentials_paused: UNAVAILABLE,
  region_not_supported: [400, 'FAILED_PRECONDITION'],
  upstream_error: INTERNAL,
  upstream_overloaded: UNAVAILABLE,
  upstream_timeout: [504, 'DEADLINE_EXCEEDED'],
  upstream_truncated: UNAVAILABLE,

  vault_not_configured: INTERNAL,
  minting_not_configured: INTERNAL,
  misconfigured: INTERNAL,
  overloaded: UNAVAILABLE,
  internal_error: INTERNAL,
} as const satisfies Record<FailureReason, Wire>

const SAID_WITH: Readonly<Record<NonNullable<Failure['saidWith']>, Wire>> = {
  403: [403, 'PERMISSION_DENIED'],
  404: [404, 'NOT_FOUND'],
}

export const GOOGLE_FAMILY: Family = {
  name: 'google',
  requestIdHeader: null,
  takesKeyInQuery: true,
  errorBody: toGoogleError,
  refuse(failure) {
    const body = toGoogleError(failure)
    const seconds = retryAfterSeconds(failure)
    const headers = new Headers(seconds === undefined ? {} : { 'retry-after': String(seconds) })
    return jsonResponse(body, { status: body.error.code, headers })
  },
  // Google has no headers for limits.
  rateLimits: () => undefined,
}

export interface GoogleErrorBody {
  readonly error: {
    /** A number: readers of streams recognise an error by it. */
    readonly code: number
    readonly message: string
    readonly status: string
    readonly details?: readonly object[]
  }
}

export function toGoogleError(failure: Failure): GoogleErrorBody {
  const { reason, saidWith } = failure
  const [code, status] = saidWith === undefined ? WIRE[reason] : SAID_WITH[saidWith]
  const details = detailsOf(failure)
  const error = { code, message: sentenceOf(failure), status }
  return { error: details.length > 0 ? { ...error, details } : error }
}

function sentenceOf(failure: Failure): string {
  const { reason, message, model, used, limit } = failure
  switch (reason) {
    case 'missing_api_key':
      return 'No API key was sent. Send it in the header x-goog-api-key.'
    case 'invalid_api_key':
      return `API key not valid. ${message}`
    case 'model_not_found':
      // gemini-cli recognises a missing model by these words of Google's.
      return model === undefined
        ? message
        : `models/${model} is not found for API version v1beta, or is not supported for this method. ${message}`
    case 'context_length_exceeded':
      return limit === undefined
        ? message
        : `The input token count (${used ?? limit + 1}) exceeds the maximum number of tokens allowed (${limit}).`
    case 'larger_than_limit':
      return `${message}; ask for less with maxOutputTokens.`
  }
  const seconds = isLimit(failure) ? retryAfterSeconds(failure) : undefined
  return seconds === undefined ? message : `${message} Please retry in ${seconds}s.`
}

/**
 * gemini-cli waits as long as RetryInfo says, and gives up for good when a quota per day is named. So one is named
 * only if all credentials are out for the day.
 */
function detailsOf(failure: Failure): readonly object[] {
  const details: object[] = []
  const { reason, message, param, usedUp } = failure
  const seconds = retryAfterSeconds(failure)
  if (reason === 'invalid_api_key') {
    details.push({
      '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
      reason: 'API_KEY_INVALID',
      domain: 'googleapis.com',
    })
  }
  if (param !== undefined) {
    details.push({
      '@type': 'type.googleapis.com/google.rpc.BadRequest',
      fieldViolations: [{ field: param, description: message }],
    })
  }
  if (usedUp?.forTheDay === true) {
    details.push({
      '@type': 'type.googleapis.com/google.rpc.QuotaFailure',
      violations: [{ quotaId: QUOTA_IDS[usedUp.of] }],
    })
  }
  if (seconds !== undefined) {
    details.push({
      '@type': 'type.googleapis.com/google.rpc.RetryInfo',
      retryDelay: `${seconds}s`,
    })
  }
  return details
}

const QUOTA_IDS = {
  ring: 'RequestsPerDayOfAllCredentials-PerDay',
  user: 'LimitsOfThisApiKey-PerDay',
} as const

function isLimit({ reason }: Failure): boolean {
  return WIRE[reason] === LIMITED
}
