import { sha256Now } from '../../bytes/digest-now.ts'
import type { AuditDetail as Detail, AuditLine } from '../../wire/audit.ts'

/**
 * The request of an admin act, and the operation to which it belongs. Requests that repeat each other share one
 * operation.
 */
export interface Admin {
  readonly requestId: string
  readonly operation: string
}

export type Act =
  | 'user.created'
  | 'key.minted'
  | 'user.configured'
  /** The settings of the user's plan were changed, for everybody who has it. */
  | 'plan.changed'
  | 'user.deleted'
  | 'user.restored'
  | 'user.imported'
  | 'user.exported'
  | 'user.moved_in'
  | 'user.resealed'
  | 'credential.added'
  | 'credential.updated'
  | 'credential.patched'
  | 'credential.removed'
  | 'credential.reset'
  | 'credential.verified'
  /** It left quarantine because Google accepts it again. */
  | 'credential.released'
  | 'credential.quarantined'
  | 'ring.reordered'
  | 'ring.pinned'
  | 'ring.unpinned'
  /** By an admin. */
  | 'ring.rotated'
  /** By the ring itself. */
  | 'ring.turned'

/** A line as it is stored, shown and hashed. */
export interface Line extends AuditLine {
  readonly act: Act
}

/** The end of a chain: the last line, or the last line that was dropped. */
export interface Link {
  readonly seq: number
  readonly hash: string | null
}

export interface Row {
  readonly seq: number
  readonly line: string
  readonly hash: string
}

const MAX_LINES = 10_000
/** Lines are dropped in groups of this size, so that not every new line costs a deletion. */
const SLACK = 100
/** How far back a repetition is searched for. Repetitions come soon or not at all. */
const REMEMBERED_LINES = 500
const NOTHING: Link = { seq: 0, hash: null }

/**
 * Who did what to this user, as a chain: each line holds the hash of the line before, so that any change shows.
 *
 * A line is written in the same step as its act, so that neither exists without the other. So the hash must not need
 * an await. Nothing is kept in memory, so a transaction that is rolled back leaves nothing wrong behind.
 */
export class Audit {
  readonly #sql: SqlStorage
  readonly #maxLines: number

  constructor(sql: SqlStorage, maxLines = MAX_LINES) {
    this.#sql = sql
    this.#maxLines = maxLines
  }

  record(by: Admin | 'ring', act: Act, subject: string | null, detail: Detail = {}): void {
    const { anchor, head } = this.ends()
    const seq = head.seq + 1
    const line: Line = {
      seq,
      at: new Date().toISOString(),
      actor: by === 'ring' ? 'ring' : 'admin',
      request_id: by === 'ring' ? null : by.requestId,
      act,
      subject,
      detail,
      prev: head.hash,
    }
    const text = JSON.stringify(line)
    const hash = sha256Now(text)
    // OR REPLACE: if somebody tampered with the table and used this number, administration must still go on. The
    // broken chain shows it.
    this.#sql.exec(
      'INSERT OR REPLACE INTO audit (seq, line, hash, operation, act, subject) VALUES (?, ?, ?, ?, ?, ?)',
      seq,
      text,
      hash,
      by === 'ring' ? null : by.operation,
      act,
      subject,
    )
    this.#setEnds(anchor, { seq, hash })
    if (seq - anchor.seq > this.#maxLines + SLACK) this.#drop(seq - this.#maxLines)
  }

  /** The line of this act, if the same operation did it before and its answer was lost on the way. */
  doneBefore(by: Admin, act: Act, subject: string | null): Line | null {
    const [row] = this.#sql
      .exec<{ line: string }>(
        'SELECT line FROM audit WHERE seq > ? AND operation = ? AND act = ? AND subject IS ?',
        this.ends().head.seq - REMEMBERED_LINES,
        by.operation,
        act,
        subject,
      )
      .toArray()
    return row === undefined ? null : (JSON.parse(row.line) as Line)
  }

  /** Where the kept lines begin and end. */
  ends(): { readonly anchor: Link; readonly head: Link } {
    const [row] = this.#sql.exec<EndsRow>('SELECT * FROM audit_ends').toArray()
    if (row === undefined) return { anchor: NOTHING, head: NOTHING }
    return {
      anchor: { seq: row.anchor_seq, hash: row.anchor_hash },
      head: { seq: row.head_seq, hash: row.head_hash },
    }
  }

  rows(after: number, limit: number): readonly Row[] {
    const query = 'SELECT seq, line, hash FROM audit WHERE seq > ? ORDER BY seq LIMIT ?'
    return this.#sql.exec<RowColumns>(query, after, limit).toArray()
  }

  /** The number of the first line that is missing or was changed; null if the chain is intact. */
  brokenAt(): number | null {
    const { anchor, head } = this.ends()
    // At least this many lines are always kept. If there are fewer, somebody has moved the anchor by hand.
    if (anchor.seq > 0 && head.seq - anchor.seq < this.#maxLines) return anchor.seq + 1
    let last = anchor
    for (const { seq, line, hash } of this.#sql.exec<RowColumns>(
      'SELECT seq, line, hash FROM audit ORDER BY seq',
    )) {
      const follows = seq === last.seq + 1 && isAfter(line, last)
      if (!follows || sha256Now(line) !== hash) return last.seq + 1
      last = { seq, hash }
    }
    return last.seq === head.seq && last.hash === head.hash ? null : last.seq + 1
  }

  #drop(upTo: number): void {
    const [last] = this.rows(upTo - 1, 1)
    if (last === undefined) return
    this.#sql.exec('DELETE FROM audit WHERE seq <= ?', upTo)
    this.#setEnds({ seq: last.seq, hash: last.hash }, this.ends().head)
  }

  #setEnds(anchor: Link, head: Link): void {
    this.#sql.exec(
      `INSERT OR REPLACE INTO audit_ends (only_row, anchor_seq, anchor_hash, head_seq, head_hash)
       VALUES (1, ?, ?, ?, ?)`,
      anchor.seq,
      anchor.hash,
      head.seq,
      head.hash,
    )
  }
}

type RowColumns = { seq: number; line: string; hash: string }
type EndsRow = {
  anchor_seq: number
  anchor_hash: string | null
  head_seq: number
  head_hash: string
}

/** Whether a line says that it follows `last`. Only its two ends are compared: parsing ten thousand lines takes too long. */
function isAfter(line: string, last: Link): boolean {
  return (
    line.startsWith(`{"seq":${last.seq + 1},`) &&
    line.endsWith(`,"prev":${JSON.stringify(last.hash)}}`)
  )
}
