import type { PinRef } from '../../gemini/pins.ts'
import type { LeaseResult } from '../ledger/lease.ts'
import type { Ring } from '../ring/ring.ts'
import type { Selection } from '../ring/select.ts'
import type { UserState } from '../state.ts'

/** Who owns what a request names. */
export type Owner =
  /** The owner is not known, so Google is asked and decides. */
  | { readonly kind: 'nobody' }
  | { readonly kind: 'one'; readonly credentialId: string; readonly ref: PinRef }
  /** Two things belong to two credentials, so no request can have both. */
  | { readonly kind: 'apart'; readonly refs: { readonly one: PinRef; readonly other: PinRef } }

/** The credential that owns the things which a request names. Two credentials of one project own the same things. */
export function ownerOf(state: UserState, refs: readonly PinRef[], now: number): Owner {
  const owners = state.pins.ownersOf(refs, now)
  let first: { readonly credentialId: string; readonly ref: PinRef } | null = null
  for (const [index, ref] of refs.entries()) {
    const credentialId = owners[index] ?? null
    if (credentialId === null) continue
    if (first === null) first = { credentialId, ref }
    else if (placeOf(state, first.credentialId) !== placeOf(state, credentialId)) {
      return { kind: 'apart', refs: { one: first.ref, other: ref } }
    }
  }
  return first === null ? { kind: 'nobody' } : { kind: 'one', ...first }
}

function placeOf({ credentials }: UserState, id: string): string {
  const project = credentials.get(id)?.project ?? null
  return project === null ? id : `project ${project}`
}

/** The ring with only the owner, unless an admin has pinned the ring to another credential. */
export function ringOfOwner(ring: Ring, credentialId: string): Ring {
  const { credentials, pinned } = ring
  const isAllowed = pinned === null || pinned === credentialId
  return {
    ...ring,
    credentials: isAllowed ? credentials.filter(({ id }) => id === credentialId) : [],
  }
}

/**
 * The refusal of a request whose only possible credential cannot serve it; null if that credential was already tried.
 */
export function pinnedAway(
  selection: Extract<Selection, { ok: false }>,
  ref: PinRef,
): Extract<LeaseResult, { reason: 'pinned_away' }> | null {
  const away = { ok: false, reason: 'pinned_away', ref } as const
  switch (selection.reason) {
    case 'exhausted':
      return { ...away, why: 'quota', retryAt: selection.retryAt }
    case 'paused':
      return { ...away, why: 'paused', retryAt: selection.retryAt }
    case 'no_credentials':
      return { ...away, why: 'paused', retryAt: null }
    case 'model_not_found':
    case 'operation_not_served':
      return { ...away, why: 'model', retryAt: null }
    case 'credentials_unusable':
      return { ...away, why: 'unusable', retryAt: null }
    case 'all_tried':
      return null
  }
}
