import type { Upstream } from '../gemini/upstreams.ts'
import type { Access } from './credential.ts'
import type { GoogleError } from './google-error.ts'
import { BY_REASON, sayingOf } from './named-faults.ts'
import { ownerLink } from './owner-link.ts'
import { isOutsidePlan, isQuota, quotaVerdict } from './quota-verdict.ts'
import type { Verdict } from './verdict.ts'

const CAPACITY_REASONS = new Set(['MODEL_CAPACITY_EXHAUSTED', 'MODEL_CAPACITY_EXCEEDED'])
/** Not "You have exhausted your capacity on this model", which is the account's quota. */
const CAPACITY_WORDS = /^No capacity available for model\b|\bMODEL_CAPACITY_(EXHAUSTED|EXCEEDED)\b/

const CAPACITY: Verdict = { kind: 'upstream_fault', reason: 'capacity' }
const INTERNAL: Verdict = { kind: 'upstream_fault', reason: 'internal' }
const TIMEOUT: Verdict = { kind: 'upstream_fault', reason: 'timeout' }
const INVALID = { kind: 'client_fault', reason: 'invalid_request' } as const satisfies Verdict
/** There is nothing under this address, which the credential's location and project make: no API has looked at the request. */
const NO_SUCH_ADDRESS: Verdict = {
  kind: 'credential_fault',
  reason: 'model_not_found',
  scope: 'model',
}

/**
 * What a status means by itself; the rest of 4xx is the client's fault, all else Google's. A 403 or 404 may be about what the
 * request names (a file, a cache, a project's data): only words that are known ones of accounts (named-faults.ts) take a model
 * from a credential at once.
 */
const BY_STATUS: ReadonlyMap<number, Verdict> = new Map<number, Verdict>([
  [403, { ...INVALID, suspicion: 'permission_denied' }],
  [404, { ...INVALID, suspicion: 'model_not_found' }],
  [408, TIMEOUT],
  // ABORTED: two of Google's own steps were in each other's way.
  [409, INTERNAL],
  [413, { kind: 'client_fault', reason: 'too_large' }],
  // CANCELLED, and not by us: we do not read what we have cancelled.
  [499, INTERNAL],
  [503, { kind: 'upstream_fault', reason: 'overloaded' }],
  [504, TIMEOUT],
])

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
  if (isCapacity(error)) return CAPACITY
  return (
    // Before the status: Google answers a dead API key with 400, not 401 (docs/google.md: Errors by status).
    reasoned(error) ??
    sayingOf(caller, error.httpStatus, error.message) ??
    limited(caller.upstream, error, now) ??
    byStatus(caller, error)
  )
}

function isCapacity({ httpStatus, reasons, message }: GoogleError): boolean {
  const isSaid = httpStatus === 429 || httpStatus === 503
  return (
    reasons.some((reason) => CAPACITY_REASONS.has(reason)) ||
    (isSaid && CAPACITY_WORDS.test(message))
  )
}

function reasoned(error: GoogleError): Verdict | undefined {
  // An outage says nothing of the credential, whatever it carries along.
  if (error.httpStatus >= 500) return undefined
  const named = error.reasons.flatMap((reason) => BY_REASON.get(reason) ?? [])[0]
  if (named?.reason !== 'validation_required') return named
  // Help names the page of support beside the one that verifies (docs/google.md: Errors by status).
  const pages = error.links.filter((link) => !link.startsWith('https://support.google.com/'))
  return { ...named, link: ownerLink([error.metadata['validation_link'], ...pages]) }
}

function limited(upstream: Upstream, error: GoogleError, now: number): Verdict | undefined {
  if (isOutsidePlan(error)) {
    return { kind: 'credential_fault', reason: 'not_in_plan', scope: 'model' }
  }
  return isQuota(error) ? quotaVerdict(upstream, error, now) : undefined
}

function byStatus({ scheme }: Caller, { httpStatus, status, isPage }: GoogleError): Verdict {
  if (httpStatus === 401 && scheme === 'bearer') return { kind: 'token_rejected' }
  if (httpStatus === 401 || httpStatus === 403) {
    // A page of a front end that turned this address away: no API has looked at the credential.
    if (isPage) return { kind: 'upstream_fault', reason: 'unreadable' }
  }
  // A key is not refreshed: it is what it is.
  if (httpStatus === 401) {
    return { kind: 'credential_fault', reason: 'api_key_invalid', scope: 'credential' }
  }
  if (httpStatus === 404 && isPage) return NO_SUCH_ADDRESS
  // Billing, policies, models that a project may not use have words of their own; a file that is not ready has others.
  if (httpStatus === 400 && status === 'FAILED_PRECONDITION') {
    return { ...INVALID, suspicion: 'precondition_failed' }
  }
  return BY_STATUS.get(httpStatus) ?? (httpStatus >= 400 && httpStatus < 500 ? INVALID : INTERNAL)
}
