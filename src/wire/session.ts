/** `GET /v1/session`: whose key it is that asks. */
export interface Session {
  readonly status: 'ok'
  readonly role: 'admin' | 'user'
  /** The user's id; null for the master key. */
  readonly user: string | null
  readonly label: string | null
  /** The gateway's clock, ISO 8601. Countdowns must be counted by it. */
  readonly now: string
  readonly version: string
}
