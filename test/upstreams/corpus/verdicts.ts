/** Short names for the verdicts in `expected/`. */
import type {
  CredentialFault,
  QuotaDimension,
  QuotaEvidence,
  UpstreamFault,
  Verdict,
} from '../../../src/upstreams/verdict.ts'
import type { TokenResult } from '../../../src/upstreams/oauth.ts'

/** The time at which every case is read. Reset times depend on it. */
export const NOW = Date.parse('2026-11-22T12:00:00Z')

export const INVALID: Verdict = { kind: 'client_fault', reason: 'invalid_request' }
export const SCHEMA: Verdict = { kind: 'client_fault', reason: 'invalid_schema' }
export const SIGNATURE: Verdict = { kind: 'client_fault', reason: 'invalid_signature' }
export const CONTEXT: Verdict = { kind: 'client_fault', reason: 'context_length' }
export const TOO_LARGE: Verdict = { kind: 'client_fault', reason: 'too_large' }
export const TOKEN: Verdict = { kind: 'token_rejected' }

/** The request's fault, until another plain request fails in the same way. */
export function suspect(suspicion: CredentialFault): Verdict {
  return { kind: 'client_fault', reason: 'invalid_request', suspicion }
}

export function dead(reason: CredentialFault): Verdict {
  return { kind: 'credential_fault', reason, scope: 'credential' }
}

export function forModel(reason: CredentialFault): Verdict {
  return { kind: 'credential_fault', reason, scope: 'model' }
}

export function toVerify(link: string | null): Verdict {
  return { kind: 'credential_fault', reason: 'validation_required', scope: 'credential', link }
}

export function quota(
  dimension: QuotaDimension,
  retryAfterMs: number | null,
  evidence: QuotaEvidence,
): Verdict {
  return { kind: 'quota', dimension, retryAfterMs, evidence }
}

export function upstream(reason: UpstreamFault): Verdict {
  return { kind: 'upstream_fault', reason }
}

export function permanent(reason: CredentialFault): TokenResult {
  return { ok: false, permanent: true, reason }
}

export function passing(reason: string): TokenResult {
  return { ok: false, permanent: false, reason }
}

export function token(seconds: number): TokenResult {
  return { ok: true, token: 'ya29.a0EXAMPLE', expiresAt: NOW + seconds * 1000 }
}
