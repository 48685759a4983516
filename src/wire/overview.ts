/** What `GET /v1/overview` answers. */
import type { UsageAnswer } from './usage.ts'
import type { UserList } from './users.ts'

/** Totals of all rings, whichever page of users is shown. */
export interface RingsLine {
  /** How many users there are. */
  readonly users: number
  /** How many of them have reported their rings' state. */
  readonly told: number
  /** How many of those who have reported have no credential, so that nothing can be served for them. */
  readonly empty: number
  /** Rings with at least one model that no credential serves now. An empty ring is not counted. */
  readonly out: number
  /** When the first of those rings serves again by itself. */
  readonly next_recovery: string | null
  /** Rings whose ledger does not add up; must be 0. */
  readonly ledgers_broken: number
  /** Credentials in quarantine. `attention` names the first hundred. */
  readonly quarantined: number
}

/** A credential that stays out of use until somebody acts. */
export interface AttentionLine {
  readonly user: string
  readonly label: string | null
  readonly credential: string
  readonly credential_label: string | null
  readonly reason: string | null
  /** Where Google wants the account's owner to go. */
  readonly link: string | null
}

export interface Overview extends UserList {
  readonly rings: RingsLine
  readonly attention: readonly AttentionLine[]
  /** The use of all users in the last 48 hours. */
  readonly use: Omit<UsageAnswer, 'status' | 'now' | 'version' | 'user'>
}
