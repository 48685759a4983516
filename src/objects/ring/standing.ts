import type { CredentialFault, QuotaDimension } from '../../upstreams/verdict.ts'
import type { BucketTable } from './quota-bucket-table.ts'
import { gateOf, nextChance } from './quota-buckets.ts'
import type { Credential } from './credential.ts'
import type { ModelFaults } from './model-faults.ts'

/** A credential's standing with a model at a moment. */
export type Standing =
  | { readonly kind: 'open' }
  /** Its quota is believed to be used up, but that is due for a test with one real request. */
  | { readonly kind: 'test' }
  | { readonly kind: 'cooling'; readonly until: number; readonly dimension: QuotaDimension }
  | {
      readonly kind: 'fault'
      readonly cause: CredentialFault
      readonly until: number
    }
  | { readonly kind: 'quarantined' }
  /** Paused by an admin. Not the same as quarantine. */
  | { readonly kind: 'paused'; readonly until: number }
  /** An admin lets it serve only other models. */
  | { readonly kind: 'not_allowed' }

export type StandingOf = (credential: Credential) => Standing

/**
 * Whom Google counts a credential's use against: its project if that is known, for each front end separately;
 * otherwise the credential itself.
 */
export function principalOf(credential: Pick<Credential, 'id' | 'upstream' | 'project'>): string {
  return credential.project === null
    ? credential.id
    : `${credential.upstream}/${credential.project}`
}

/** Pure, except that it reads the tables. */
export function standingOf(
  credential: Credential,
  model: string,
  tables: { readonly buckets: BucketTable; readonly faults: ModelFaults },
  now: number,
): Standing {
  if (credential.quarantine !== null) return { kind: 'quarantined' }
  const { pausedUntil, models } = credential
  if (pausedUntil !== null && pausedUntil > now) return { kind: 'paused', until: pausedUntil }
  if (models !== null && !models.includes(model)) return { kind: 'not_allowed' }
  const fault = tables.faults.of(credential.id, model)
  if (fault !== undefined && fault.until > now) {
    return { kind: 'fault', cause: fault.cause, until: fault.until }
  }
  const principal = principalOf(credential)
  const isTested = tables.buckets.isTested(principal, model, now)
  let until = 0
  let dimension: QuotaDimension = 'unknown'
  let tests = false
  for (const bucket of tables.buckets.of(principal, model)) {
    const gate = gateOf(bucket, isTested, now)
    if (gate === 'test') tests = true
    if (gate !== 'closed') continue
    // All of a principal's dimensions must be open, so the last to open decides.
    const chance = nextChance(bucket, now)
    if (chance > until) {
      until = chance
      dimension = bucket.dimension
    }
  }
  if (until > 0) return { kind: 'cooling', until, dimension }
  return tests ? { kind: 'test' } : { kind: 'open' }
}
