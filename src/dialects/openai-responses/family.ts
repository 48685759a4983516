/**
 * How the routes of the Responses API refuse: as OpenAI's do, but adapted to Codex, which repeats a request after
 * nearly every status except 400 (docs/clients.md: Responses). So a failure that repeating cannot mend is a 400 here.
 */
import type { Failure, FailureReason } from '../../failure/failure.ts'
import { jsonResponse } from '../../json/json-response.ts'
import type { Family } from '../dialect.ts'
import { OPENAI_FAMILY } from '../openai/family.ts'
import { toError } from './failures.ts'

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
/** For what may go well the next time. */
const SOON_SECONDS = 1

export const RESPONSES_FAMILY: Family = {
  ...OPENAI_FAMILY,
  errorBody: (failure) => ({ error: toError(failure) }),
  refuse(failure, requestId) {
    if (FINAL.has(failure.reason)) return refuseForGood(failure)
    const { headers, status } = OPENAI_FAMILY.refuse(failure, requestId)
    if (!headers.has('retry-after')) {
      if (status === 429) headers.set('retry-after', String(RETRY_AFTER_SECONDS))
      else if (status >= 500 && !headers.has('x-should-retry')) {
        headers.set('retry-after', String(SOON_SECONDS))
      }
    }
    const error = toError(failure)
    // At the code `server_is_overloaded` Codex ends the turn as if the model were full, so another code is sent.
    const code = failure.reason === 'upstream_overloaded' ? 'server_error' : error.code
    return jsonResponse({ error: { ...error, code } }, { status, headers })
  },
}

function refuseForGood(failure: Failure): Response {
  return jsonResponse(
    { error: { ...toError(failure), type: 'invalid_request_error' } },
    { status: 400, headers: { 'x-should-retry': 'false' } },
  )
}
