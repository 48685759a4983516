import { byDigest } from './by-digest.ts'
import type { Step } from './contents.ts'
import { Known } from './known.ts'

/** What a row costs besides its content. */
const ROW_BYTES = 140

/** Of longer sequences the key alone would take more memory than it saves. */
const MAX_KNOWN = 8

/** A stored sequence of contents. */
export interface History {
  /** Null for the empty history. */
  readonly historyId: number | null
  /** Of the whole sequence, in order; empty for the empty history. */
  readonly digest: string
  /** The bytes that its contents take on disk, each counted as often as it occurs. */
  readonly size: number
}

export const NO_HISTORY: History = { historyId: null, digest: '', size: 0 }

/**
 * What was said before an answer, as sequences of contents. Sequences share their beginnings: a row holds only what
 * came after its parent. So a conversation of n turns costs n short rows, whether its client names the response
 * before or sends everything again.
 */
export class Histories {
  readonly #sql: SqlStorage
  readonly #digest: (text: string) => string
  readonly #known = new Known<History>()

  constructor(sql: SqlStorage, digest: (text: string) => string) {
    this.#sql = sql
    this.#digest = digest
  }

  /**
   * The history of `base` followed by these steps. It is stored if it was not before. Returns the bytes of the new
   * row; 0 if there is none.
   */
  extend(
    base: History,
    steps: readonly Step[],
  ): { readonly history: History; readonly bytes: number } {
    const key = steps.length > MAX_KNOWN ? null : keyOf(base, steps)
    const before = key === null ? undefined : this.#known.get(key)
    if (before !== undefined) return { history: before, bytes: 0 }
    const made = this.#extend(base, steps)
    if (key !== null) this.#known.remember(key, made.history)
    return made
  }

  /** To be called when histories may have been deleted, or their storing undone. */
  forget(): void {
    this.#known.forget()
  }

  #extend(
    base: History,
    steps: readonly Step[],
  ): { readonly history: History; readonly bytes: number } {
    const digests = this.#digestsAlong(base, steps)
    const known = this.#find(digests)
    const last = digests.findLastIndex((digest) => known.has(digest))
    const parent = known.get(digests[last] ?? '') ?? base
    const rest = steps.slice(last + 1)
    const digest = digests.at(-1)
    if (rest.length === 0 || digest === undefined) return { history: parent, bytes: 0 }
    const contents = JSON.stringify(rest.map(({ contentId }) => contentId))
    const bytes = contents.length + ROW_BYTES
    const size = parent.size + rest.reduce((sum, step) => sum + step.bytes, 0)
    const { history_id: historyId } = this.#sql
      .exec<{ history_id: number }>(
        `INSERT INTO histories (digest, parent, contents, size, bytes) VALUES (?, ?, ?, ?, ?)
         RETURNING history_id`,
        digest,
        parent.historyId,
        contents,
        size,
        bytes,
      )
      .one()
    return { history: { historyId, digest, size }, bytes }
  }

  /** The history with this number; the empty one for null. */
  get(historyId: number | null): History {
    if (historyId === null) return NO_HISTORY
    const row = this.#sql
      .exec<HistoryRow>(
        'SELECT history_id, digest, size FROM histories WHERE history_id = ?',
        historyId,
      )
      .one()
    return historyOf(row)
  }

  /** The numbers of all its contents, in order. */
  contentsOf(historyId: number | null): readonly number[] {
    const rows = this.#sql.exec<{ contents: string }>(
      `WITH RECURSIVE path (parent, contents, depth) AS (
         SELECT parent, contents, 0 FROM histories WHERE history_id = ?
         UNION ALL
         SELECT histories.parent, histories.contents, depth + 1
         FROM histories JOIN path ON history_id = path.parent
       )
       SELECT contents FROM path ORDER BY depth DESC`,
      historyId,
    )
    return Array.from(rows, ({ contents }) => JSON.parse(contents) as number[]).flat()
  }

  /** The digest of the sequence after each step. */
  #digestsAlong(base: History, steps: readonly Step[]): readonly string[] {
    let before = base.digest
    return steps.map(({ digest }) => (before = this.#digest(`${before}/${digest}`)))
  }

  #find(digests: readonly string[]): Map<string, History> {
    const select = 'SELECT history_id, digest, size FROM histories'
    const rows = byDigest<HistoryRow>(this.#sql, select, digests)
    return new Map(Array.from(rows, (row) => [row.digest, historyOf(row)]))
  }
}

function keyOf(base: History, steps: readonly Step[]): string {
  return steps.reduce((key, { digest }) => `${key}/${digest}`, base.digest)
}

function historyOf({ history_id: historyId, digest, size }: HistoryRow): History {
  return { historyId, digest, size }
}

type HistoryRow = { history_id: number; digest: string; size: number }
