import type { Credential } from './ring/credential.ts'
import type { Verification } from '../upstreams/verify.ts'
import type { UserDescription } from '../wire/user.ts'

export interface AddedCredential {
  readonly ok: true
  readonly credential: Credential
  /** False if a known credential was updated in place. */
  readonly created: boolean
  readonly count: number
  /** Credentials of the ring that Google counts against the same quota, so that this one adds none. */
  readonly sharesQuotaWith: readonly string[]
}

export interface RingFull {
  readonly ok: false
  readonly reason: 'ring_full'
  readonly count: number
}

/** Why none of them was accepted. */
export interface PutRefused {
  readonly ok: false
  readonly reason: 'vault_not_configured' | 'misconfigured' | 'user_deleted' | 'unknown_user'
}

export type PutCredentialResult = AddedCredential | RingFull | PutRefused

/** One result for each credential, in order. */
export type PutCredentialsResult =
  | { readonly ok: true; readonly results: readonly (AddedCredential | RingFull)[] }
  | PutRefused

export type RotateResult =
  | { readonly ok: true; readonly from: string; readonly to: string }
  | { readonly ok: false; readonly reason: 'unknown_user' | 'no_credentials' }

/** `kept`: the user exists, and nothing was changed. `deleted`: the user was deleted, and there is a tombstone. */
export type RestoreResult = 'restored' | 'deleted' | 'kept' | 'unreadable'

export type CreateResult =
  | { readonly ok: true; readonly user: UserDescription }
  | { readonly ok: false; readonly reason: 'user_exists' | 'user_deleted' }

export type ReplaceKeyResult =
  | {
      readonly ok: true
      readonly user: UserDescription
      /** Until when the key before it is valid, in epoch milliseconds. */
      readonly previousEndsAt: number
    }
  | { readonly ok: false; readonly reason: 'unknown_user' | 'too_many_keys' }

export type VerifyResult =
  | { readonly ok: true; readonly verification: Verification }
  | { readonly ok: false; readonly reason: 'credential_not_found' | 'vault_not_configured' }
