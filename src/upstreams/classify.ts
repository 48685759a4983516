import type { Upstream } from '../gemini/upstreams.ts'
import type { Access } from './credential.ts'
import { parseDuration } from './durations.ts'
import type { GoogleError } from './google-error.ts'
import type { CredentialFault, QuotaDimension, QuotaEvidence, Verdict } from './verdict.ts'

/** `reason` of Google's ErrorInfo → what it says of the credential (google-upstreams §8.2–8.4). */
const CREDENTIAL_REASONS: ReadonlyMap<string, CredentialFault> = new Map(
  Object.entries({
    API_KEY_INVALID: 'api_key_invalid',
    API_KEY_SERVICE_BLOCKED: 'permission_denied',
    SERVICE_DISABLED: 'service_disabled',
    BILLING_DISABLED: 'billing_disabled',
    SUBSCRIPTION_REQUIRED: 'licence_required',
    VALIDATION_REQUIRED: 'validation_required',
    TOS_VIOLATION: 'tos_violation',
    CONSUMER_INVALID: 'project_not_found',
    CONSUMER_SUSPENDED: 'project_not_found',
  } as const),
)

const CAPACITY_REASONS = new Set(['MODEL_CAPACITY_EXHAUSTED', 'MODEL_CAPACITY_EXCEEDED'])

/** Whom the error answered. */
export interface Caller {
  readonly upstream: Upstream
  readonly scheme: Access['auth']['scheme']
}

/**
 * What an error of an upstream means. Pure, and the only place that decides it.
 * `error` is the parsed body with its HTTP status; `now` is epoch milliseconds, for reset times that Google gives as a date.
 */
export function classify(caller: Caller, error: GoogleError, now: number): Verdict {
  const named = CREDENTIAL_REASONS.get(error.reason)
  // Before the status: Google answers a dead API key with 400, not 401 (google-upstreams §8.2).
  if (named !== undefined) return { kind: 'credential_fault', reason: named, scope: 'credential' }
  if (CAPACITY_REASONS.has(error.reason)) return { kind: 'upstream_fault', reason: 'capacity' }

  switch (error.httpStatus) {
    case 400:
    case 413:
      return classifyRejection(error)
    case 401:
      // A key is not refreshed: it is what it is.
      return caller.scheme === 'api_key'
        ? { kind: 'credential_fault', reason: 'api_key_invalid', scope: 'credential' }
        : { kind: 'token_rejected' }
    case 403:
      return classifyForbidden(error)
    case 404:
      return { kind: 'credential_fault', reason: 'model_not_found', scope: 'model' }
    case 429:
      return classifyQuota(caller.upstream, error, now)
    case 503:
      return { kind: 'upstream_fault', reason: 'overloaded' }
    case 408:
    case 504:
      return { kind: 'upstream_fault', reason: 'timeout' }
    default:
      return error.httpStatus >= 400 && error.httpStatus < 499
        ? { kind: 'client_fault', reason: 'invalid_request' }
        : { kind: 'upstream_fault', reason: 'internal' }
  }
}

function classifyRejection(error: GoogleError): Verdict {
  if (/API key (not valid|expired)/i.test(error.message)) {
    return { kind: 'credential_fault', reason: 'api_key_invalid', scope: 'credential' }
  }
  if (/location is not supported/i.test(error.message)) {
    return { kind: 'upstream_fault', reason: 'location' }
  }
  // Billing, free tiers, models that a project may not use: of the credential, and it may be mended.
  if (error.status === 'FAILED_PRECONDITION' || /is not allowed to use/i.test(error.message)) {
    return { kind: 'credential_fault', reason: 'precondition_failed', scope: 'model' }
  }
  if (/input token count/i.test(error.message)) {
    return { kind: 'client_fault', reason: 'context_length' }
  }
  return { kind: 'client_fault', reason: 'invalid_request' }
}

function classifyForbidden(error: GoogleError): Verdict {
  if (/reported as leaked/i.test(error.message)) {
    return { kind: 'credential_fault', reason: 'api_key_leaked', scope: 'credential' }
  }
  if (/violation of Terms of Service/i.test(error.message)) {
    return { kind: 'credential_fault', reason: 'tos_violation', scope: 'credential' }
  }
  return { kind: 'credential_fault', reason: 'permission_denied', scope: 'model' }
}

function classifyQuota(upstream: Upstream, error: GoogleError, now: number): Verdict {
  // Vertex's dynamic shared quota: no details at all, and nothing that this credential did (google-upstreams §8.6).
  const shared = upstream === 'vertex' && error.quotaIds.length === 0 && error.retryDelay === null
  if (shared && /^Resource exhausted\. Please try again later/i.test(error.message)) {
    return { kind: 'upstream_fault', reason: 'capacity' }
  }
  // `limit: 0` means that this model is not in the credential's plan: waiting does not help.
  if (/\blimit: 0\b/.test(error.message)) {
    return { kind: 'credential_fault', reason: 'permission_denied', scope: 'model' }
  }
  const dimension = dimensionOf(error)
  const hint = hintOf(error, now)
  const evidence = dimension.endsWith('_per_day') ? 'quota_id' : hint.evidence
  return { kind: 'quota', dimension, retryAfterMs: hint.ms, evidence }
}

function dimensionOf(error: GoogleError): QuotaDimension {
  // The day first: its RetryInfo may say seconds although the day's quota is used up (google-upstreams §8.6).
  const daily = error.quotaIds.find((id) => /PerDay|Daily/i.test(id))
  if (daily !== undefined) return /Token/i.test(daily) ? 'tokens_per_day' : 'requests_per_day'
  const minute = error.quotaIds.find((id) => /PerMinute/i.test(id))
  if (minute !== undefined)
    return /Token/i.test(minute) ? 'tokens_per_minute' : 'requests_per_minute'
  return 'unknown'
}

function hintOf(error: GoogleError, now: number): { ms: number | null; evidence: QuotaEvidence } {
  const stamp = Date.parse(error.metadata['quotaResetTimeStamp'] ?? '')
  if (!Number.isNaN(stamp)) return { ms: Math.max(0, stamp - now), evidence: 'reset_time' }
  const delay = parseDuration(error.metadata['quotaResetDelay'] ?? '')
  if (delay !== null) return { ms: delay, evidence: 'reset_time' }
  const retry = parseDuration(error.retryDelay ?? '')
  if (retry !== null) return { ms: retry, evidence: 'retry_info' }
  const [, spoken] =
    /(?:retry in|reset after) ((?:\d+(?:\.\d+)?(?:h|ms|m|s))+)/i.exec(error.message) ?? []
  const fromText = parseDuration(spoken ?? '')
  return fromText === null ? { ms: null, evidence: 'none' } : { ms: fromText, evidence: 'text' }
}
