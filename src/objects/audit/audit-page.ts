import type { Audit, Line, Row } from './audit.ts'

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
  | (Line & { readonly hash: string })
  | { readonly seq: number; readonly hash: string; readonly unreadable: true }

export function pageOf(audit: Audit, after: number, limit: number): AuditPage {
  const rows = audit.rows(after, limit)
  const { anchor, head } = audit.ends()
  const last = rows.at(-1)?.seq ?? head.seq
  const brokenAt = audit.brokenAt()
  return {
    lines: rows.map(shown),
    next: last < head.seq ? last : null,
    chain: { holds: brokenAt === null, broken_at: brokenAt, first: anchor.seq + 1, head },
  }
}

function shown({ seq, line, hash }: Row): ShownLine {
  try {
    return { ...(JSON.parse(line) as Line), hash }
  } catch {
    return { seq, hash, unreadable: true } // brokenAt() reports it too
  }
}
