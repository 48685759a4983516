import { findModel } from '../gemini/models/find-model.ts'
import type { Failure } from '../failure/failure.ts'
import { apart, away, notAllowed } from './pin-failure.ts'
import type { Lease, LeaseResult } from '../objects/ledger/lease.ts'
import type { Listed } from '../gemini/models/listing.ts'
import { nearestModel } from '../gemini/models/nearest.ts'
import type { Access } from '../upstreams/credential.ts'
import type { GoogleError } from '../upstreams/google-error.ts'
import type { QuotaDimension, UpstreamFault, Verdict } from '../upstreams/verdict.ts'
import { limitReached, tooLargeFor } from './limit-failure.ts'
import { quotable } from './quotation.ts'

/** When to try again after an outage that gave no hint. */
const OUTAGE_RETRY_MS = 5000
/** When to try again after a 429 without a hint, and at the latest: other credentials may have quota long before. */
const QUOTA_RETRY_MS = 2000
const MAX_QUOTA_RETRY_MS = 30_000

/** What the client is told about an attempt that failed and has no successor. Texts about credentials stay inside. */
export function failureOf(verdict: Verdict, error: GoogleError | null, lease: Lease): Failure {
  const { model } = lease
  switch (verdict.kind) {
    case 'client_fault':
      return rejected(verdict, error, lease)
    case 'credential_fault':
      return verdict.reason === 'model_not_found' ? modelNotFound(model) : UNUSABLE
    case 'token_rejected':
      return UNUSABLE
    case 'quota':
      // Other credentials may have quota left, but there was no time to try them. If the whole ring is out, the
      // object says so (`exhausted`).
      return { ...limited(model), retryAfterMs: quotaRetryMs(verdict) }
    case 'upstream_fault':
      return OUTAGES[verdict.reason]
    case 'cancelled':
    case 'ok':
      return { reason: 'internal_error', message: 'The request ended without an answer.' }
  }
}

export function quotaRetryMs({ retryAfterMs }: Extract<Verdict, { kind: 'quota' }>): number {
  return Math.min(retryAfterMs ?? QUOTA_RETRY_MS, MAX_QUOTA_RETRY_MS)
}

/** What the client is told when the object grants no lease; null if the last attempt says more. */
export function refusalOf(
  refusal: Exclude<LeaseResult, { ok: true }>,
  model: string,
  now: number,
): Failure | null {
  switch (refusal.reason) {
    case 'unknown_user':
    case 'key_replaced':
    case 'user_disabled':
    case 'user_expired':
    case 'no_credentials':
    case 'credentials_unusable':
    case 'vault_not_configured':
      return USER_REFUSALS[refusal.reason]
    case 'model_not_found':
    case 'model_not_allowed':
      return modelNotFound(model)
    case 'wrong_operation':
      return wrongOperation(model)
    case 'operation_not_served':
      return NOT_OFFERED
    case 'limit_reached':
      return refusal.isTooLarge
        ? tooLargeFor(refusal.limit)
        : limitReached(refusal.limit, refusal.retryAt, now)
    case 'exhausted':
      return outOfQuota(model, Math.max(0, refusal.retryAt - now), refusal.dimension)
    case 'paused':
      return { ...PAUSED, retryAfterMs: Math.max(0, refusal.retryAt - now) }
    case 'token_unavailable':
      return { ...OUTAGES.overloaded, retryAfterMs: Math.max(0, refusal.retryAt - now) }
    case 'uri_not_allowed':
      return notAllowed(refusal.ref)
    case 'pinned_apart':
      return apart(refusal)
    case 'pinned_away':
      return away(refusal, model, now)
    case 'all_tried':
    case 'out_for_a_moment':
      return null
  }
}

/** LiteLLM tells a wrong key from other refusals by the phrase "Incorrect API key provided" (docs/clients.md: Errors). */
export const UNKNOWN_KEY: Failure = {
  reason: 'invalid_api_key',
  message:
    'Incorrect API key provided. Check the key (the master key serves admin acts only), or ask the admin of this gateway for one.',
}

export const KEY_REPLACED: Failure = {
  reason: 'invalid_api_key',
  message:
    'Incorrect API key provided: it was replaced by another. Ask the admin of this gateway for the new one.',
}

const NO_CREDENTIALS: Failure = {
  reason: 'no_credentials',
  message: 'This API key has no Google credentials; ask the admin of this gateway to add one.',
}

const PAUSED: Failure = {
  reason: 'credentials_paused',
  message: 'The admin of this gateway has paused all credentials behind this API key.',
}

export const DISABLED: Failure = {
  reason: 'user_disabled',
  message: 'This API key is disabled; ask the admin of this gateway.',
}

export const EXPIRED: Failure = {
  reason: 'user_expired',
  message: 'This API key has expired; ask the admin of this gateway.',
}

export const VAULT_CLOSED: Failure = {
  reason: 'vault_not_configured',
  message:
    'The vault does not open: VAULT_KEY is missing, malformed (32 bytes in base64 are needed) or not the one that sealed these credentials.',
}

/** `usable`: the models that the key can use; empty until they are known (nearest-model.ts). */
export function modelNotFound(model: string, usable: readonly Listed[] = []): Failure {
  const nearest = nearestModel(model, usable)
  const hint = nearest === null ? '' : ` Did you mean \`${nearest}\`?`
  return {
    reason: 'model_not_found',
    message: `The model \`${model}\` does not exist or you do not have access to it.${hint} GET /v1/models lists all that this API key can use.`,
    param: 'model',
    model,
  }
}

function wrongOperation(model: string): Failure {
  return {
    reason: 'invalid_value',
    message: `Invalid value for 'model': \`${model}\` is not a model for this endpoint. Models that embed serve /v1/embeddings and nothing else.`,
    param: 'model',
  }
}

const NOT_OFFERED: Failure = {
  reason: 'not_served',
  message:
    'None of the Google credentials behind this API key offers this: Code Assist has no embeddings. Ask the admin of this gateway for a credential of the Gemini API or of Vertex AI.',
}

export const UNUSABLE: Failure = {
  reason: 'credentials_unusable',
  message:
    'Google accepts none of the credentials behind this API key; the admin finds the reason for each in /debug/stats.',
}

/** What a user's object refuses whatever it is asked for. */
export const USER_REFUSALS = {
  unknown_user: UNKNOWN_KEY,
  key_replaced: KEY_REPLACED,
  user_disabled: DISABLED,
  user_expired: EXPIRED,
  no_credentials: NO_CREDENTIALS,
  credentials_unusable: UNUSABLE,
  vault_not_configured: VAULT_CLOSED,
} as const

export const OUTAGES: Readonly<Record<UpstreamFault, Failure>> = {
  capacity: overloaded('Google has no capacity for this model at the moment.'),
  overloaded: overloaded('Google is overloaded at the moment.'),
  internal: { reason: 'upstream_error', message: 'Google failed to answer this request.' },
  timeout: { reason: 'upstream_timeout', message: 'Google did not answer in time.' },
  unreachable: { reason: 'upstream_error', message: 'Google could not be reached.' },
  truncated: {
    reason: 'upstream_truncated',
    message: 'Google broke the answer off before its end.',
  },
  unreadable: { reason: 'upstream_error', message: 'Google sent an answer that cannot be read.' },
  oversized: {
    reason: 'upstream_error',
    message: 'Google sent an answer that is larger than this gateway can take.',
  },
  malformed_call: {
    reason: 'upstream_error',
    message:
      'The model wrote a function call that Google could not read, and again when it was asked once more. Simpler parameters of the functions may help.',
  },
  empty_answer: {
    reason: 'upstream_error',
    message: 'The model ended its answer without saying anything, and again when asked once more.',
  },
  location: {
    reason: 'region_not_supported',
    message: 'Google does not serve the region that this gateway called from.',
  },
}

function overloaded(message: string): Failure {
  return { reason: 'upstream_overloaded', message, retryAfterMs: OUTAGE_RETRY_MS }
}

function outOfQuota(model: string, retryAfterMs: number, dimension: QuotaDimension): Failure {
  // Even the credential that recovers first must wait until the day ends, so nothing serves before.
  const forTheDay = dimension.endsWith('_per_day')
  return {
    reason: forTheDay ? 'quota_exhausted' : 'rate_limited',
    message: `All credentials of this API key are out of quota for ${model}.`,
    retryAfterMs,
    usedUp: { of: 'ring', forTheDay },
  }
}

function limited(model: string): Failure {
  return {
    reason: 'rate_limited',
    message: `Google limited this request for ${model}, and no other credential answered in time.`,
  }
}

function rejected(
  { reason, suspicion }: Extract<Verdict, { kind: 'client_fault' }>,
  error: GoogleError | null,
  { model, access }: Lease,
): Failure {
  const text = error?.message ?? ''
  switch (reason) {
    case 'context_length':
      return contextLength(text, model)
    case 'too_large':
      return { reason: 'body_too_large', message: 'Google refused the request as too large.' }
    case 'invalid_request':
    case 'invalid_schema':
    case 'invalid_signature':
      return {
        reason: 'upstream_rejected',
        message: quote(text, access),
        // Where the words may be about the credential, the status may be as well.
        ...(suspicion === undefined && saidWith(error?.httpStatus)),
      }
  }
}

function saidWith(status: number | undefined): Pick<Failure, 'saidWith'> {
  return status === 403 || status === 404 ? { saidWith: status } : {}
}

function contextLength(text: string, model: string): Failure {
  const [, used] = /token count(?: is)? \(?(\d+)/.exec(text) ?? []
  const [, stated] = /\b(?:tokens allowed|supports up to) \(?(\d+)/.exec(text) ?? []
  return {
    reason: 'context_length_exceeded',
    message: `The request is longer than ${model} takes.`,
    limit: Number(stated ?? findModel(model)?.contextWindow ?? 1_048_576),
    ...(used !== undefined && { used: Number(used) }),
  }
}

function quote(message: string, access: Access): string {
  const said = quotable(message, access)
  return said === null
    ? 'Google refused the request as invalid.'
    : `Google refused the request: ${said}`
}
