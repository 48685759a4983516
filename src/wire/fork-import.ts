/** What `POST /v1/config/import/fork` answers: one result a line, never a key or another secret. */

export interface ForkCredentialLine {
  /** Position in the fork's list, from 0. */
  readonly index: number
  readonly result: 'added' | 'known' | 'duplicate' | 'refused'
  /** The credential's id in the ring; null if it was refused, or in a dry run. */
  readonly credential: string | null
  readonly type: string | null
  /** How many requests it served, as the fork counted them. */
  readonly requests: number
  readonly message: string | null
}

export interface ForkLine {
  readonly line: number
  readonly ok: boolean
  /** The results with `would_` are those of a dry run. */
  readonly result: 'created' | 'completed' | 'would_create' | 'would_complete' | 'refused'
  /** The user's id, which is the SHA-256 of the key; null if the line holds no usable key. */
  readonly user: string | null
  readonly total_requests: number
  /** Where the cursor stands after the import: the position in the fork's list. */
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
