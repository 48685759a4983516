import type { AuditPage, ShownLine } from '../../wire/audit.ts'
import type { Audit, Line, Row } from './audit.ts'

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
