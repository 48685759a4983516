/** What `GET /v1/debug/cache` tells of access tokens, never a token itself. */
import type { CredentialType } from './stats.ts'

export interface HeldToken {
  readonly credential: string
  readonly type: CredentialType
  readonly held: boolean
  readonly usable_until: string | null
  /** If the token endpoint failed: when it is asked again. */
  readonly retry_at: string | null
}
