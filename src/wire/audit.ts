/** What `GET /v1/config/users/{id}/audit` answers. */

/** Ids, names of fields and counts. Never a secret, and no value that an admin gave. */
export type AuditDetail = Readonly<
  Record<string, string | number | boolean | null | readonly string[]>
>

/** A line as it is stored, shown and hashed. */
export interface AuditLine {
  readonly seq: number
  /** ISO 8601. */
  readonly at: string
  readonly actor: 'admin' | 'ring'
  /** The id of the admin's request, as in its answer and in the log. */
  readonly request_id: string | null
  /** Such as `user.created`. */
  readonly act: string
  /** The id of the credential, or the name of the plan, that it is about; null if it is about the user or the ring. */
  readonly subject: string | null
  readonly detail: AuditDetail
  /** The hash of the line before; null for the first line. */
  readonly prev: string | null
}

/** A page of the audit as the admin API shows it. */
export interface AuditPage {
  readonly lines: readonly ShownLine[]
  /** The `after` of the next page; null if these were the last lines. */
  readonly next: number | null
  /** About all lines that are kept, not only this page. */
  readonly chain: {
    readonly holds: boolean
    /** The first line that is missing or was changed. */
    readonly broken_at: number | null
    /** The oldest line that is kept. Earlier ones were dropped for their age. */
    readonly first: number
    /**
     * The newest line and its hash. Whoever stores them elsewhere can later see that nothing up to here was
     * rewritten.
     */
    readonly head: { readonly seq: number; readonly hash: string | null }
  }
}

/**
 * A line with its hash, which is the SHA-256 of the line's own JSON. `unreadable`: somebody has overwritten the line
 * with something else.
 */
export type ShownLine =
  | (AuditLine & { readonly hash: string })
  | { readonly seq: number; readonly hash: string; readonly unreadable: true }
