/** What lists of users answer. Times are ISO 8601, money is dollars. */

export const USER_SORTS = [
  'id',
  'label',
  'created',
  'last_used',
  'requests',
  'tokens',
  'cost',
  'trouble',
] as const
export type UserSort = (typeof USER_SORTS)[number]

export type UserStateName = 'active' | 'disabled' | 'expired'

/** One line of `GET /v1/config/users` and of the admin's `/debug/stats`. */
export interface UserLine {
  readonly user: string
  readonly created_at: string
  readonly label: string | null
  readonly state: UserStateName
  readonly expires_at: string | null
  /** The last four characters of a minted key; null if an admin chose the key. */
  readonly key_hint: string | null
  readonly plan: string | null
  /**
   * When the user's object last reported the fields that follow, which it does within a minute of a change; null if
   * it never did.
   */
  readonly as_of: string | null
  readonly credentials: CredentialsLine | null
  /** Whether there is a model that no credential of the ring can serve now. */
  readonly out: boolean
  /** When the first credential that cools down serves again. */
  readonly next_recovery: string | null
  readonly last_used_at: string | null
  /** Since midnight UTC. */
  readonly today: TodayLine
}

export interface CredentialsLine {
  readonly total: number
  readonly serving: number
  /** Out of quota for at least one model. */
  readonly cooling: number
  readonly paused: number
  readonly quarantined: number
}

export interface TodayLine {
  readonly requests: number
  readonly tokens: number
  /** The sum of all costs that are known. */
  readonly cost_usd: number
  /** Attempts whose cost is not known; they are not in `cost_usd`. */
  readonly unpriced: number
}

export interface UserList {
  readonly status: 'ok'
  readonly now: string
  readonly version: string
  readonly users: readonly UserLine[]
  /** How many users match, on all pages. */
  readonly total: number
  /** The query string of the next page; null on the last page. */
  readonly next: string | null
}
