import type { Answered, Generated, NoAnswer } from '../../gateway/journey-input.ts'
import type { Failure } from '../../failure/failure.ts'
import type { Call, Unanswered } from '../call.ts'

/**
 * Sets the headers about an answer's way through the ring: who answered, with which model, after how many attempts,
 * and what is left of the limits.
 */
export function setJourneyHeaders(
  headers: Headers,
  generated: Generated,
  { family, telemetry }: Call,
  /** The attempts of the whole request, if it took more than this answer's. */
  attempts = generated.attempts,
): void {
  // A refused key must look the same wherever it was refused. Otherwise these headers would tell whose keys exist.
  if (!generated.ok && generated.failure.reason === 'invalid_api_key') return
  headers.set('x-pollux-attempts', String(attempts))
  const credential = generated.ok ? generated.lease.credentialId : generated.credentialId
  telemetry.attempts = attempts
  if (credential !== null) {
    headers.set('x-pollux-credential', credential)
    telemetry.credential = credential
  }
  const rateLimits = generated.ok ? generated.lease.rateLimits : generated.rateLimits
  if (rateLimits !== null) family.rateLimits(headers, rateLimits, Date.now())
  if (!generated.ok) return
  const { copied = [] } = generated
  if (copied.length > 0) headers.set('x-pollux-copied-files', copied.join(', '))
  const { affinity, model, insteadOf, upstream } = generated.lease
  telemetry.served = model
  if (upstream !== undefined) telemetry.upstream = upstream
  if (affinity !== null) headers.set('x-pollux-affinity', affinity)
  headers.set('x-pollux-model', model)
  if (insteadOf !== null) headers.set('x-pollux-fallback', insteadOf)
}

/** The model that an answer names: the client's own name for it, unless another model stood in. */
export function answeringModel(asked: string, { lease }: Answered): string {
  return lease.insteadOf === null ? asked : lease.model
}

/** For a journey that led to no answer. */
export function unanswered(call: Call, generated: NoAnswer, attempts?: number): Unanswered {
  return unusable(call, generated, generated.failure, attempts)
}

/** For a journey whose answer cannot be told to the client. */
export function unusable(
  call: Call,
  generated: Generated,
  failure: Failure,
  attempts?: number,
): Unanswered {
  const headers = new Headers()
  setJourneyHeaders(headers, generated, call, attempts)
  return { ...failure, headers }
}
