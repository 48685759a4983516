import type { NewPin, PinRef } from '../../gemini/pins.ts'
import type { Access } from '../../upstreams/credential.ts'
import type { Admission } from '../config/user-settings.ts'
import type { Credential } from '../ring/credential.ts'
import { fromCursor } from '../ring/order.ts'
import { mayRead } from './media-uris.ts'
import { ownerOf } from './owner.ts'
import { admissionTo, ringOf, type UserState } from '../state.ts'

/** Asks for a credential to ask Google about a thing, which uses no model's quota. */
export interface BorrowRequest {
  readonly keyDigest: string
  /**
   * The thing whose owner must be asked; for a new thing, the things that it is made of; empty if any credential will
   * do.
   */
  readonly pins: readonly PinRef[]
  /** Set if only this credential will do. */
  readonly credentialId?: string
}

export type BorrowResult =
  | {
      readonly ok: true
      readonly credentialId: string
      readonly access: Access
      /** Whether this credential is known to own the thing. */
      readonly isOwner: boolean
      /** Whether the files among the things are the user's own or allowed by an admin. */
      readonly mayRead: boolean
      /** The ids of all credentials that could be asked, in the order of the ring. */
      readonly lenders: readonly string[]
    }
  | { readonly ok: false; readonly reason: Exclude<Admission, 'ok'> }
  | {
      readonly ok: false
      readonly reason:
        | 'no_credentials'
        | 'not_offered'
        | 'credentials_unusable'
        /** The one credential that would do is not in the ring any more. */
        | 'removed'
        /** Google does not accept the one credential that would do. */
        | 'owner_unusable'
    }
  /** Null: nobody knows until when. */
  | { readonly ok: false; readonly reason: 'paused'; readonly retryAt: number | null }
  | { readonly ok: false; readonly reason: 'vault_not_configured' | 'token_unavailable' }
  | {
      readonly ok: false
      readonly reason: 'pinned_apart'
      readonly one: PinRef
      readonly other: PinRef
    }

/**
 * Lends a credential of the Gemini API, the only upstream with such things. No model is involved, so it does not
 * count as an attempt.
 */
export async function borrow(state: UserState, request: BorrowRequest): Promise<BorrowResult> {
  const now = Date.now()
  const admission = admissionTo(state, request.keyDigest, now)
  if (admission !== 'ok') return { ok: false, reason: admission }
  const all = state.credentials.all()
  if (all.length === 0) return { ok: false, reason: 'no_credentials' }
  const ring = ringOf(state, now)
  const allowed = fromCursor(ring).filter(
    ({ id, upstream }) => upstream === 'gemini-api' && (ring.pinned === null || id === ring.pinned),
  )
  if (allowed.length === 0) return { ok: false, reason: 'not_offered' }
  const owned = ownerOf(state, request.pins, now)
  if (owned.kind === 'apart') return { ok: false, reason: 'pinned_apart', ...owned.refs }
  const owner = owned.kind === 'one' ? owned.credentialId : null
  const wanted = request.credentialId ?? owner
  const asked = wanted === null ? allowed : allowed.filter(({ id }) => id === wanted)
  const usable = asked.find((credential) => isUsable(credential, now))
  if (usable === undefined) {
    if (wanted !== null && !all.some(({ id }) => id === wanted))
      return { ok: false, reason: 'removed' }
    if (wanted === null) {
      const isPaused = asked.some(({ quarantine }) => quarantine === null)
      return isPaused ? pausedUntil(asked) : { ok: false, reason: 'credentials_unusable' }
    }
    // None is asked if the admin has pinned the ring to another credential, which passes as a pause does.
    const isRefused = asked.some(({ quarantine }) => quarantine !== null)
    return isRefused ? { ok: false, reason: 'owner_unusable' } : pausedUntil(asked)
  }
  const auth = await authOf(state, usable)
  if (typeof auth === 'string') return { ok: false, reason: auth }
  const { id, upstream, project, location, quotaProject } = usable
  return {
    ok: true,
    credentialId: id,
    access: { upstream, project, location, quotaProject, auth },
    isOwner: owner === id,
    mayRead: mayRead(state, request.pins, now),
    lenders: all
      .filter((one) => allowed.includes(one) && isUsable(one, now))
      .map((credential) => credential.id),
  }
}

function pausedUntil(asked: readonly Credential[]): BorrowResult {
  const ends = asked.flatMap(({ quarantine, pausedUntil: end }) =>
    quarantine === null && end !== null ? [end] : [],
  )
  return { ok: false, reason: 'paused', retryAt: ends.length === 0 ? null : Math.min(...ends) }
}

function isUsable({ quarantine, pausedUntil }: Credential, now: number): boolean {
  return quarantine === null && (pausedUntil === null || pausedUntil <= now)
}

async function authOf(
  { tokens }: UserState,
  credential: Credential,
): Promise<Access['auth'] | 'vault_not_configured' | 'token_unavailable'> {
  const held = tokens.current(credential, Date.now())
  if (held !== undefined) return held.auth
  const ready = await tokens.prepare(credential.id)
  const fresh = ready.ok ? tokens.current(credential, Date.now()) : undefined
  if (fresh !== undefined) return fresh.auth
  return !ready.ok && (ready.reason === 'vault' || ready.reason === 'sealed')
    ? 'vault_not_configured'
    : 'token_unavailable'
}

/** Records which credential owns these things, as Google has reported. */
export function keepPins(state: UserState, pins: readonly NewPin[], credentialId: string): void {
  if (state.credentials.get(credentialId) !== undefined) state.pins.keep(pins, credentialId)
}

/**
 * Google lists the things of a whole project, which other users' credentials may share. For each thing: whether this
 * user may see it, because this credential of theirs made it or an admin allowed the file.
 */
export function ownOf(
  state: UserState,
  things: readonly PinRef[],
  credentialId: string,
): readonly boolean[] {
  const now = Date.now()
  const owners = state.pins.ownersOf(things, now)
  return things.map((thing, index) => {
    const owner = owners[index] ?? null
    if (owner !== null) return owner === credentialId
    return thing.kind === 'file' && mayRead(state, [thing], now)
  })
}
