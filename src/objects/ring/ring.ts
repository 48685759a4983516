import type { Credential } from './credential.ts'
import type { Mode } from '../config/user-settings.ts'

/** A user's credentials in order, and the id that the cursor stands on (identity is the id, never the position). */
export interface Ring {
  readonly credentials: readonly Credential[]
  readonly cursor: string | null
  readonly mode: Mode
  /** Where an admin pinned it, the only credential that serves. */
  readonly pinned: string | null
}
