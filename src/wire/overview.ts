/** What `GET /v1/overview` answers. Imports nothing that the page could not. */
import type { UsageAnswer } from './usage.ts'
import type { UserList } from './users.ts'

/** All rings, whichever users the page of the list is of. */
export interface RingsLine {
  /** Users there are. */
  readonly users: number
  /** Those of them whose objects have told how they stand. */
  readonly told: number
  /** Rings with a model that none of their credentials serves now. */
  readonly out: number
  /** When the first of those serves again by itself. */
  readonly next_recovery: string | null
  /** Rings whose ledger does not add up; must be 0. */
  readonly ledgers_broken: number
  /** Credentials in quarantine, of which `attention` names the first hundred. */
  readonly quarantined: number
}

/** A credential that stays out until somebody acts. */
export interface AttentionLine {
  readonly user: string
  readonly label: string | null
  readonly credential: string
  readonly credential_label: string | null
  readonly reason: string | null
  /** Where Google wants its owner to go. */
  readonly link: string | null
}

export interface Overview extends UserList {
  readonly rings: RingsLine
  readonly attention: readonly AttentionLine[]
  /** The last 48 hours of all users. */
  readonly use: Omit<UsageAnswer, 'status' | 'now' | 'version' | 'user'>
}
