import type { Admin } from '../audit/audit.ts'
import type { UserState } from '../state.ts'
import type { Vault } from '../secrets/vault.ts'

export interface ResealResult {
  /** False if there is no vault to seal with. */
  readonly ok: boolean
  readonly resealed: number
  /** Sealed by a key that VAULT_KEY no longer holds. */
  readonly unreadable: number
}

/**
 * Opens what an earlier key sealed and seals it with the current one. Access tokens are left out: they are simply
 * fetched anew.
 */
export async function resealAll(
  state: UserState,
  vault: Vault,
  userId: string,
  by: Admin,
): Promise<ResealResult> {
  const again: { readonly id: string; readonly before: string; readonly after: string }[] = []
  let unreadable = 0
  for (const { id } of state.credentials.all()) {
    const sealed = state.credentials.sealedSecret(id)
    if (sealed === undefined || vault.isCurrent(sealed)) continue
    const owner = { userId, credentialId: id, purpose: 'secret' } as const
    try {
      const after = await vault.seal(await vault.open(sealed, owner), owner)
      again.push({ id, before: sealed, after })
    } catch {
      unreadable++ // counted, and reported to the admin
    }
  }
  // No await from here on: the writes and their line in the audit are one step.
  let resealed = 0
  for (const { id, before, after } of again) {
    // Posted again meanwhile, so it is already sealed with the current key.
    if (state.credentials.sealedSecret(id) !== before) continue
    state.credentials.reseal(id, after)
    resealed++
  }
  state.audit.record(by, 'user.resealed', null, { resealed, unreadable })
  if (resealed > 0) {
    state.tokens.forgetStored()
    state.profile.configChanged()
  }
  return { ok: true, resealed, unreadable }
}
