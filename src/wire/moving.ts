/** What `POST /v1/config/import/fork` answers: a result a line, never a key or another secret. Imports nothing that the page could not. */

export interface ForkCredentialLine {
  /** Its place in the fork's list, from 0. */
  readonly index: number
  readonly result: 'added' | 'known' | 'duplicate' | 'refused'
  /** The ring's id of it; null where it was refused, or in a dry run. */
  readonly credential: string | null
  readonly type: string | null
  /** The fork's count of requests that it served. */
  readonly requests: number
  readonly message: string | null
}

export interface ForkLine {
  readonly line: number
  readonly ok: boolean
  /** `would_…`: in a dry run. */
  readonly result: 'created' | 'completed' | 'would_create' | 'would_complete' | 'refused'
  /** The user's id, which is the SHA-256 of the key; null where there is no key that could be one's. */
  readonly user: string | null
  readonly total_requests: number
  /** Where the cursor stands after it: the place in the fork's list. */
  readonly cursor: number | null
  readonly credentials: readonly ForkCredentialLine[]
  readonly message: string | null
}

export interface ForkAnswer {
  readonly status: 'ok'
  readonly dry_run: boolean
  readonly succeeded: number
  readonly failed: number
  readonly results: readonly ForkLine[]
}
