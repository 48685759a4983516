import type { Admin } from '../audit/audit.ts'
import { credentialId, type CredentialInput } from '../ring/credential.ts'
import type { AddedCredential, RingFull } from '../rpc-results.ts'
import { principalOf } from '../ring/standing.ts'
import type { UserState } from '../state.ts'
import type { Vault } from '../secrets/vault.ts'

/** A credential on its way into the ring, with its secret already sealed. */
export interface Sealed {
  readonly id: string
  readonly input: CredentialInput
  readonly sealedSecret: string
}

export async function seal(input: CredentialInput, userId: string, vault: Vault): Promise<Sealed> {
  const id = await credentialId(userId, input.secret)
  const owner = { userId, credentialId: id, purpose: 'secret' } as const
  return { id, input, sealedSecret: await vault.seal(JSON.stringify(input.secret), owner) }
}

/**
 * Adds a credential at the end of the ring, or updates a known one in place. Synchronous, so that concurrent posts
 * cannot exceed the limit.
 */
export function addCredential(
  state: UserState,
  { id, input, sealedSecret }: Sealed,
  maxCredentials: number,
  by: Admin,
): AddedCredential | RingFull {
  const { profile, credentials, buckets, faults, tokens, audit } = state
  const isKnown = credentials.get(id) !== undefined
  const count = credentials.all().length
  if (!isKnown && count >= maxCredentials) return { ok: false, reason: 'ring_full', count }
  credentials.put(id, input, sealedSecret, Date.now())
  buckets.clear(id)
  faults.clear(id)
  tokens.secretChanged(id)
  if (profile.cursor === null) profile.moveCursor(id)
  profile.configChanged()
  // If the post is a repetition, the first one has added the credential, so it still counts as created.
  const created = !isKnown || audit.doneBefore(by, 'credential.added', id) !== null
  const { upstream, secret } = input
  audit.record(by, isKnown ? 'credential.updated' : 'credential.added', id, {
    type: secret.type,
    upstream,
  })
  const credential = credentials.get(id)
  if (credential === undefined) throw new Error('The credential just written is not there.')
  const ring = credentials.all()
  const principal = principalOf(credential)
  const sharesQuotaWith = ring
    .filter((other) => other.id !== id && principalOf(other) === principal)
    .map((other) => other.id)
  return {
    ok: true,
    credential,
    created,
    count: ring.length,
    sharesQuotaWith,
  }
}
