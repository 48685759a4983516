import type { DataKey } from './data-key.ts'

/** What a row costs besides its content. */
const ROW_BYTES = 160

/** A response as it is on disk. */
export interface ResponseRow {
  readonly id: string
  /** The history that stood before the answer. */
  readonly history: number | null
  /** The numbers of its output's contents. */
  readonly output: readonly number[]
  readonly settings: number
  readonly sealed: Uint8Array
}

/** The responses that can still be asked for, in the order in which they were stored. */
export class StoredResponses {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  /** The response with this id, if it was stored after `since`; otherwise undefined. */
  find(id: string, since: number): ResponseRow | undefined {
    const [row] = this.#sql
      .exec<Row>('SELECT * FROM responses WHERE response_id = ? AND stored_at > ?', id, since)
      .toArray()
    if (row === undefined) return undefined
    return {
      id,
      history: row.history,
      output: JSON.parse(row.output) as number[],
      settings: row.settings,
      sealed: new Uint8Array(row.sealed),
    }
  }

  /** Returns the bytes that it takes; null if a response of this id is stored already. */
  add({ id, history, output, settings, sealed }: ResponseRow, now: number): number | null {
    const contents = JSON.stringify(output)
    const bytes = sealed.byteLength + contents.length + ROW_BYTES
    const { rowsWritten } = this.#sql.exec(
      `INSERT INTO responses (response_id, history, output, settings, stored_at, bytes, sealed)
       VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (response_id) DO NOTHING`,
      id,
      history,
      contents,
      settings,
      now,
      bytes,
      sealed.slice().buffer,
    )
    return rowsWritten === 0 ? null : bytes
  }

  /** False if there was none. */
  remove(id: string): boolean {
    const gone = this.#sql.exec(
      'DELETE FROM responses WHERE response_id = ? RETURNING response_id',
      id,
    )
    return gone.toArray().length > 0
  }
}

export function sealBody(body: string, id: string, key: DataKey): Promise<Uint8Array> {
  return key.seal(body, nameOf(id))
}

/** Rejects if the body cannot be opened. */
export function openBody({ id, sealed }: ResponseRow, key: DataKey): Promise<string> {
  return key.open(sealed, nameOf(id))
}

/** The name under which a response's body is sealed. */
function nameOf(id: string): string {
  return `response/${id}`
}

type Row = {
  history: number | null
  output: string
  settings: number
  sealed: ArrayBuffer
}
