import { sha256Hex } from '../../bytes/sha256.ts'
import type { CredentialFault } from '../../upstreams/verdict.ts'
import type { Upstream } from '../../gemini/upstreams.ts'
import type { Secret } from '../../upstreams/credential.ts'

/** A credential as an admin gave it, checked and normalised (routes/admin/credential-body.ts). */
export interface CredentialInput {
  readonly secret: Secret
  readonly upstream: Upstream
  readonly label: string | null
  readonly project: string | null
  readonly location: string | null
  readonly quotaProject: string | null
}

/** A credential as the ring knows it. The secret stays sealed. */
export interface Credential {
  readonly id: string
  readonly position: number
  readonly type: Secret['type']
  readonly upstream: Upstream
  readonly label: string | null
  readonly project: string | null
  readonly location: string | null
  readonly quotaProject: string | null
  /** Its tier: the lowest number serves first. */
  readonly priority: number
  /** The only models that it may serve; null for all. */
  readonly models: readonly string[] | null
  /** An admin has taken it out until then, in epoch milliseconds. */
  readonly pausedUntil: number | null
  /** Why it serves nothing until an admin replaces or resets it; null while it is active. */
  readonly quarantine: CredentialFault | null
  /** A page of Google's where the owner can end the quarantine. */
  readonly quarantineLink: string | null
  readonly lastError: string | null
  readonly lastErrorAt: number | null
  readonly createdAt: number
  readonly updatedAt: number
}

/**
 * A credential as a snapshot holds it: the secret sealed, times in epoch milliseconds, nothing that changes with
 * traffic.
 */
export interface KeptCredential {
  readonly id: string
  readonly position: number
  readonly type: Secret['type']
  readonly upstream: Upstream
  readonly label: string | null
  readonly project: string | null
  readonly location: string | null
  readonly quota_project: string | null
  readonly priority: number
  readonly models: readonly string[] | null
  readonly paused_until: number | null
  readonly sealed_secret: string
  readonly created_at: number
  readonly updated_at: number
}

/**
 * The stable id of a credential: a fingerprint of the part of its secret that identifies it, so that posting it again
 * finds it wherever it stands in the ring. Salted with the user, so that ids of two users cannot be matched.
 */
export async function credentialId(userId: string, secret: Secret): Promise<string> {
  const fingerprint = await sha256Hex(JSON.stringify([userId, secret.type, identityOf(secret)]))
  return `cred_${fingerprint.slice(0, 16)}`
}

function identityOf(secret: Secret): string {
  switch (secret.type) {
    case 'authorized_user':
      return secret.refreshToken
    case 'service_account':
      // Line breaks of a PEM depend on the tool that copied it.
      return `${secret.clientEmail} ${secret.privateKey.replace(/\s+/g, '')}`
    case 'api_key':
      return secret.apiKey
  }
}
