/**
 * How the routes of the Responses API refuse: as OpenAI's do, but adapted to Codex (seen with Codex 0.169). Codex
 * repeats a request after every status except 400, and 404 with `model_not_found`. After a 5xx it does so thirty
 * times. It gives up at a 429 without a time to wait. So a failure that repeating cannot mend is a 400 here.
 */
import type { Failure, FailureReason } from '../../failure/failure.ts'
import { jsonResponse } from '../../json/json-response.ts'
import type { Family } from '../dialect.ts'
import { OPENAI_FAMILY, toOpenAIError } from '../openai/family.ts'

const FINAL: ReadonlySet<FailureReason> = new Set([
  'user_disabled',
  'user_expired',
  'no_credentials',
  'region_not_supported',
  'body_too_large',
  'unsupported_encoding',
  'larger_than_limit',
  'credentials_unusable',
  'vault_not_configured',
  'misconfigured',
])

/** For a 429 whose end nobody knows. */
const RETRY_AFTER_SECONDS = 10

export const RESPONSES_FAMILY: Family = {
  ...OPENAI_FAMILY,
  refuse(failure, requestId) {
    if (FINAL.has(failure.reason)) return refuseForGood(failure)
    if (failure.reason === 'upstream_overloaded') return refuseOverloaded(failure, requestId)
    const response = OPENAI_FAMILY.refuse(failure, requestId)
    if (response.status === 429 && !response.headers.has('retry-after')) {
      response.headers.set('retry-after', String(RETRY_AFTER_SECONDS))
    }
    return response
  },
}

function refuseForGood(failure: Failure): Response {
  const { error } = toOpenAIError(failure)
  return jsonResponse(
    { error: { ...error, type: 'invalid_request_error' } },
    { status: 400, headers: { 'x-should-retry': 'false' } },
  )
}

/** At the code `server_is_overloaded` Codex ends the turn as if the model were full, so another code is sent. */
function refuseOverloaded(failure: Failure, requestId: string): Response {
  const { headers, status } = OPENAI_FAMILY.refuse(failure, requestId)
  const { error } = toOpenAIError(failure)
  return jsonResponse({ error: { ...error, code: 'server_error' } }, { status, headers })
}
