/** `GET /v1/session`: who the key that asks is. */
export interface Session {
  readonly status: 'ok'
  readonly role: 'admin' | 'user'
  /** The user's id; null for the master key. */
  readonly user: string | null
  readonly label: string | null
  /** The gateway's clock, ISO 8601: what countdowns are to be counted by. */
  readonly now: string
  readonly version: string
}
