import type { Credential } from './credential.ts'
import type { Ring } from './ring.ts'

/** How much a credential is used at the moment. */
export interface Use {
  /** Attempts under way. */
  readonly open: number
  /** When it was last lent, in epoch milliseconds; 0 if never. */
  readonly lentAt: number
}

export type UseOf = (credentialId: string) => Use

/**
 * The credentials in the order in which a request tries them: first by tier (`priority`, lowest first); within a
 * tier, by the conversation's own order if there is one, otherwise by the user's mode. Pure.
 */
export function inOrder(ring: Ring, useOf: UseOf, session: string | null): readonly Credential[] {
  const order = session === null ? byMode(ring, useOf) : bySession(ring.credentials, session)
  const hasTiers = order.some(({ priority }) => priority !== order[0]?.priority)
  // The sort is stable, so each tier keeps that order.
  return hasTiers ? order.toSorted((one, other) => one.priority - other.priority) : order
}

function byMode(ring: Ring, useOf: UseOf): readonly Credential[] {
  if (ring.mode !== 'least_used') return fromCursor(ring)
  return fromCursor(ring).toSorted((one, other) => {
    const [use, otherUse] = [useOf(one.id), useOf(other.id)]
    return use.open - otherUse.open || use.lentAt - otherUse.lentAt
  })
}

/** The ring beginning with the cursor's credential. */
export function fromCursor({ credentials, cursor }: Ring): readonly Credential[] {
  const start = credentials.findIndex(({ id }) => id === cursor)
  return start <= 0 ? credentials : [...credentials.slice(start), ...credentials.slice(0, start)]
}

/**
 * Rendezvous hashing: each conversation has an order of its own over the credentials. It needs no memory, and adding
 * or removing a credential changes only that credential's place.
 */
function bySession(credentials: readonly Credential[], session: string): readonly Credential[] {
  return credentials
    .map((credential) => ({ credential, score: fnv1a(`${session} ${credential.id}`) }))
    .toSorted((one, other) => other.score - one.score)
    .map(({ credential }) => credential)
}

/** FNV-1a, 32 bits: distributes well enough, and needs no await. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  }
  // The last step of FNV hardly changes the high bits, which decide the order.
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  return (hash ^ (hash >>> 13)) >>> 0
}
