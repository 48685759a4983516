import type { Settings } from '../../settings.ts'
import type { Secret } from '../../upstreams/credential.ts'
import { type Depth, type Verification, verify } from '../../upstreams/verify.ts'
import type { UserState } from '../state.ts'
import type { Vault } from '../secrets/vault.ts'

interface Means {
  readonly vault: Vault
  readonly userId: string
  readonly settings: Settings
}

/** Verifies a credential of the ring; null where there is none of that id. */
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
  return verify({ ...credential, secret }, settings, depth)
}
