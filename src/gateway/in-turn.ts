import type { Failure } from '../failure/failure.ts'
import type { Access } from '../upstreams/credential.ts'
import { askAbout, borrow, type Borrowed, type Borrower, refusedBy } from './things.ts'

/** What Google refused. `isCredentials`: it is the credential that Google does not accept, or that is out of quota. */
export interface TurnedAway {
  readonly ok: false
  readonly reply: Response | Failure
  readonly isCredentials: boolean
}

/**
 * Does something with one credential after the other, in the order of the ring and beginning with the one that was lent,
 * until Google accepts one. Not for what one credential alone knows: another could only say that it is not there.
 */
export async function inTurn<Done extends { readonly ok: true } | TurnedAway>(
  borrower: Borrower,
  first: Borrowed,
  act: (borrowed: Borrowed) => Promise<Done>,
): Promise<{ readonly borrowed: Borrowed; readonly done: Done }> {
  let borrowed = first
  let done = await act(borrowed)
  if (first.isOwner) return { borrowed, done }
  for (const credentialId of othersOf(first)) {
    if (done.ok || !done.isCredentials) break
    const next = await borrow(borrower, { pins: [], credentialId })
    if (!next.ok) continue // paused or removed meanwhile
    borrowed = next
    done = await act(borrowed)
  }
  return { borrowed, done }
}

/** Asks Google about a thing, once. */
export async function accepted(
  borrower: Borrower,
  access: Access,
  asked: Parameters<typeof askAbout>[2],
): Promise<{ readonly ok: true; readonly answer: Response } | TurnedAway> {
  const answer = await askAbout(borrower, access, asked)
  if (!(answer instanceof Response)) return { ok: false, reply: answer, isCredentials: false }
  return answer.ok ? { ok: true, answer } : { ok: false, ...(await refusedBy(access, answer)) }
}

function othersOf({ lenders, credentialId }: Borrowed): readonly string[] {
  const at = lenders.indexOf(credentialId)
  return [...lenders.slice(at + 1), ...lenders.slice(0, Math.max(0, at))]
}
