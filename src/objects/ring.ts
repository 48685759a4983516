import type { Upstream } from '../gemini/upstreams.ts'
import type { QuotaDimension } from '../upstreams/verdict.ts'
import type { Cooldown } from './cooldowns.ts'
import type { Credential } from './credential.ts'

/** A user's credentials in order, and the id that the cursor stands on (design §4: identity is the id, never the position). */
export interface Ring {
  readonly credentials: readonly Credential[]
  readonly cursor: string | null
}

export interface SelectRequest {
  readonly model: string
  /** Credentials that have had their one try for this request. */
  readonly tried: readonly string[]
  /** Upstreams that are out for this request: an outage is not worth a third try. */
  readonly avoid: readonly Upstream[]
}

export type Selection = { readonly ok: true; readonly credential: Credential } | NoCredential

/** Why nobody in the ring can serve a request. */
export type NoCredential =
  | { readonly ok: false; readonly reason: 'no_credentials' }
  | { readonly ok: false; readonly reason: 'credentials_unusable' }
  /** No credential of the ring has this model. */
  | { readonly ok: false; readonly reason: 'model_not_found' }
  /** All that could serve are cooling down; `retryAt` (epoch ms) is when the first of them recovers for this model. */
  | {
      readonly ok: false
      readonly reason: 'exhausted'
      readonly retryAt: number
      readonly dimension: QuotaDimension
    }
  /** Each that could serve has had its try. */
  | { readonly ok: false; readonly reason: 'all_tried' }

export type CooldownOf = (credentialId: string, model: string) => Cooldown | undefined

/** Picks the credential for an attempt: from the cursor on, the first that can serve. Pure. */
export function select(
  ring: Ring,
  cooldownOf: CooldownOf,
  request: SelectRequest,
  now: number,
): Selection {
  for (const credential of fromCursor(ring)) {
    const out = request.tried.includes(credential.id) || request.avoid.includes(credential.upstream)
    if (!out && canServe(credential, cooldownOf(credential.id, request.model), now)) {
      return { ok: true, credential }
    }
  }
  return whyNot(ring, cooldownOf, request.model, now)
}

/** Where the cursor goes from `from`: the next that can serve the model; `from` itself where none can. Pure. */
export function nextCursor(
  ring: Ring,
  cooldownOf: CooldownOf,
  from: string,
  model: string,
  now: number,
): string {
  const [, ...others] = fromCursor({ ...ring, cursor: from })
  const next = others.find((other) => canServe(other, cooldownOf(other.id, model), now))
  return next?.id ?? from
}

/** The ring in order, beginning with the cursor's credential. */
export function fromCursor({ credentials, cursor }: Ring): readonly Credential[] {
  const start = Math.max(
    0,
    credentials.findIndex((credential) => credential.id === cursor),
  )
  return [...credentials.slice(start), ...credentials.slice(0, start)]
}

function canServe(credential: Credential, cooldown: Cooldown | undefined, now: number): boolean {
  return credential.quarantine === null && (cooldown === undefined || cooldown.until <= now)
}

function whyNot(ring: Ring, cooldownOf: CooldownOf, model: string, now: number): NoCredential {
  if (ring.credentials.length === 0) return { ok: false, reason: 'no_credentials' }
  const active = ring.credentials.filter((credential) => credential.quarantine === null)
  if (active.length === 0) return { ok: false, reason: 'credentials_unusable' }

  const cooling = active.flatMap((credential) => {
    const cooldown = cooldownOf(credential.id, model)
    return cooldown !== undefined && cooldown.until > now ? [cooldown] : []
  })
  // One that is not cooling has had its try: how that ended says more than when another recovers.
  if (cooling.length < active.length) return { ok: false, reason: 'all_tried' }
  const first = cooling
    .filter((cooldown) => cooldown.cause === 'quota')
    .toSorted((one, other) => one.until - other.until)[0]
  if (first !== undefined) {
    return { ok: false, reason: 'exhausted', retryAt: first.until, dimension: first.dimension }
  }
  const absent = cooling.some((cooldown) => cooldown.cause === 'model_not_found')
  return { ok: false, reason: absent ? 'model_not_found' : 'credentials_unusable' }
}

/** Where a manual rotation goes: one on, past those in quarantine; where it stands if it has nowhere to go. Pure. */
export function nextActive(ring: Ring, from: string): string {
  const [, ...others] = fromCursor({ ...ring, cursor: from })
  return others.find((other) => other.quarantine === null)?.id ?? from
}
