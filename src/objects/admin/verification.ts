import type { Settings } from '../../settings.ts'
import type { Secret } from '../../upstreams/credential.ts'
import { type Depth, type Verification, verify } from '../../upstreams/verify.ts'
import type { UserState } from '../state.ts'
import type { Vault } from '../secrets/vault.ts'
import type { Admin } from '../audit/audit.ts'
import type { Credential } from '../ring/credential.ts'

interface Means {
  readonly vault: Vault
  readonly userId: string
  readonly settings: Settings
}

/** Verifies a credential of the ring; null if there is none with this id. */
export async function verifyStored(
  { credentials }: UserState,
  id: string,
  depth: Depth,
  { vault, userId, settings }: Means,
): Promise<Verification | null> {
  const credential = credentials.get(id)
  const sealed = credentials.sealedSecret(id)
  if (credential === undefined || sealed === undefined) return null
  let secret: Secret
  try {
    secret = JSON.parse(
      await vault.open(sealed, { userId, credentialId: id, purpose: 'secret' }),
    ) as Secret
  } catch {
    const advice = 'Add the key that sealed it to VAULT_KEY, or post the credential again.'
    return {
      verdict: 'refused',
      checked: 'token',
      reason: 'sealed_by_another_key',
      advice,
      project: null,
    }
  }
  // If Google refused the credential at a later step, a token alone proves nothing.
  const needed = credential.quarantine === null ? depth : 'upstream'
  return verify({ ...credential, secret }, settings, needed)
}

/**
 * Google accepts the credential, so whatever put it into quarantine is no longer true. Does nothing if the credential
 * was replaced while Google was asked.
 */
export function releaseVerified(
  { credentials, tokens, audit }: UserState,
  id: string,
  before: Credential | undefined,
  by: Admin,
): void {
  const credential = credentials.get(id)
  if (credential === undefined || credential.quarantine === null) return
  if (credential.updatedAt !== before?.updatedAt) return
  audit.record(by, 'credential.released', id, { quarantine: credential.quarantine })
  credentials.release(id)
  tokens.secretChanged(id)
}
