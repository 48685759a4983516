import type { Credential } from './credential.ts'
import type { Mode } from '../config/user-settings.ts'

/**
 * A user's credentials in order, and the id of the credential on which the cursor stands. The cursor follows the id,
 * never the position.
 */
export interface Ring {
  readonly credentials: readonly Credential[]
  readonly cursor: string | null
  readonly mode: Mode
  /** The only credential that serves, if an admin has pinned one; otherwise null. */
  readonly pinned: string | null
}
