import type { Upstream } from '../gemini/upstreams.ts'
import type { Access } from './credential.ts'
import type { GoogleError } from './google-error.ts'
import { BY_REASON, isOfAnotherService, sayingOf } from './named-faults.ts'
import { ownerLink } from './owner-link.ts'
import { isOutsidePlan, isQuota, quotaVerdict } from './quota-verdict.ts'
import type { Verdict } from './verdict.ts'

const CAPACITY_REASONS = new Set(['MODEL_CAPACITY_EXHAUSTED', 'MODEL_CAPACITY_EXCEEDED'])
/** Must not match "You have exhausted your capacity on this model", which speaks of the account's quota. */
const CAPACITY_WORDS = /^No capacity available for model\b|\bMODEL_CAPACITY_(EXHAUSTED|EXCEEDED)\b/

const CAPACITY: Verdict = { kind: 'upstream_fault', reason: 'capacity' }
const INTERNAL: Verdict = { kind: 'upstream_fault', reason: 'internal' }
const UNREADABLE: Verdict = { kind: 'upstream_fault', reason: 'unreadable' }
const TIMEOUT: Verdict = { kind: 'upstream_fault', reason: 'timeout' }
const INVALID = { kind: 'client_fault', reason: 'invalid_request' } as const satisfies Verdict
/**
 * No API has looked at the request: nothing exists at this address, which is made of the credential's location and
 * project.
 */
const NO_SUCH_ADDRESS: Verdict = {
  kind: 'credential_fault',
  reason: 'model_not_found',
  scope: 'model',
}

/**
 * What a status means if nothing else in the error says more. Any other 4xx is the client's fault, any other status
 * Google's. A 403 or 404 may be about something that the request names (a file, a cache, a project's data). So it
 * takes a model from a credential at once only if its words are known to be about accounts (named-faults.ts).
 */
const BY_STATUS: ReadonlyMap<number, Verdict> = new Map<number, Verdict>([
  [403, { ...INVALID, suspicion: 'permission_denied' }],
  [404, { ...INVALID, suspicion: 'model_not_found' }],
  [408, TIMEOUT],
  // ABORTED: two of Google's own steps collided.
  [409, INTERNAL],
  [413, { kind: 'client_fault', reason: 'too_large' }],
  // CANCELLED, but not by Pollux: it does not read the answer to a call that it has cancelled.
  [499, INTERNAL],
  [503, { kind: 'upstream_fault', reason: 'overloaded' }],
  [504, TIMEOUT],
])

/** The credential that the error was sent to. */
export interface Caller {
  readonly upstream: Upstream
  readonly scheme: Access['auth']['scheme']
}

/**
 * What an upstream's error means; nothing else decides that. Pure. `error` is the parsed body with its HTTP status.
 * `now` is in epoch milliseconds, for reset times that Google gives as a date.
 */
export function classify(caller: Caller, error: GoogleError, now: number): Verdict {
  if (isCapacity(error)) return CAPACITY
  return (
    // Looked at before the status: Google refuses a dead API key with 400, not 401 (docs/google.md: Errors by
    // status).
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
  // An outage says nothing about the credential, whatever reasons come with it.
  if (error.httpStatus >= 500) return undefined
  const named = error.reasons.flatMap((reason) => BY_REASON.get(reason) ?? [])[0]
  if (named !== undefined && isOfAnotherService(error.metadata['service'])) {
    return { ...INVALID, suspicion: named.reason }
  }
  if (named?.reason !== 'validation_required') return named
  // The Help detail also links to a page of support, which does not verify the account (docs/google.md: Errors by
  // status).
  const pages = error.links.filter((link) => !link.startsWith('https://support.google.com/'))
  return { ...named, link: ownerLink([error.metadata['validation_link'], ...pages]) }
}

function limited(upstream: Upstream, error: GoogleError, now: number): Verdict | undefined {
  if (isOutsidePlan(error)) {
    return { kind: 'credential_fault', reason: 'not_in_plan', scope: 'model' }
  }
  return isQuota(error) ? quotaVerdict(upstream, error, now) : undefined
}

function byStatus(
  { scheme, upstream }: Caller,
  { httpStatus, status, isPage }: GoogleError,
): Verdict {
  if (httpStatus === 401 && scheme === 'bearer') return { kind: 'token_rejected' }
  if (httpStatus === 401 || httpStatus === 403) {
    // A front end of Google's refused this network address with a page. No API has looked at the credential.
    if (isPage) return UNREADABLE
  }
  // An API key cannot be refreshed as a token can.
  if (httpStatus === 401) {
    return { kind: 'credential_fault', reason: 'api_key_invalid', scope: 'credential' }
  }
  // Other front ends have one address for all credentials.
  if (httpStatus === 404 && isPage) return upstream === 'vertex' ? NO_SUCH_ADDRESS : UNREADABLE
  // The name that the client chose is taken. No step of Google's collided, and asking again would not help.
  if (httpStatus === 409 && status === 'ALREADY_EXISTS') return INVALID
  // Known faults of accounts (billing, policies, models that a project may not use) were matched by their words
  // before. What remains may be the request's, such as a file that is not ready.
  if (httpStatus === 400 && status === 'FAILED_PRECONDITION') {
    return { ...INVALID, suspicion: 'precondition_failed' }
  }
  return BY_STATUS.get(httpStatus) ?? (httpStatus >= 400 && httpStatus < 500 ? INVALID : INTERNAL)
}
