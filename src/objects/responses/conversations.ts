import type { DataKey } from './data-key.ts'

/** What a row costs besides its content. */
const ROW_BYTES = 120
/** What an item's place in a conversation costs. */
export const PLACE_BYTES = 160

export interface ConversationRow {
  readonly id: string
  readonly createdAtMs: number
  readonly sealed: Uint8Array
}

/** An item and its place. */
export interface PlacedItem {
  readonly id: string
  readonly contentId: number
}

/** Conversations that clients made, and their items in order. Each use extends a conversation's life by a whole TTL. */
export class Conversations {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  /** The conversation with this id, if it was used after `since`; otherwise undefined. */
  find(id: string, since: number): ConversationRow | undefined {
    const [row] = this.#sql
      .exec<{ created_at: number; sealed: ArrayBuffer }>(
        `SELECT created_at, sealed FROM conversations
         WHERE conversation_id = ? AND used_at > ?`,
        id,
        since,
      )
      .toArray()
    return row && { id, createdAtMs: row.created_at, sealed: new Uint8Array(row.sealed) }
  }

  /** Stores a conversation, or its new metadata. Returns the bytes that this adds. */
  put(id: string, sealed: Uint8Array, now: number): number {
    const [before] = this.#sql
      .exec<{ bytes: number }>('SELECT bytes FROM conversations WHERE conversation_id = ?', id)
      .toArray()
    const bytes = sealed.byteLength + ROW_BYTES
    this.#sql.exec(
      `INSERT INTO conversations (conversation_id, created_at, used_at, bytes, sealed)
       VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET
         used_at = excluded.used_at, bytes = excluded.bytes, sealed = excluded.sealed`,
      id,
      now,
      now,
      bytes,
      sealed.slice().buffer,
    )
    return bytes - (before?.bytes ?? 0)
  }

  /**
   * Adds items at the end. An item that is there already is left out, so that nothing is doubled where a client sends
   * items back. Returns the bytes that this adds, without the contents.
   */
  append(id: string, items: readonly PlacedItem[], now: number): number {
    const { position } = this.#sql
      .exec<{ position: number }>(
        `SELECT coalesce(max(position), 0) AS position FROM conversation_items
         WHERE conversation_id = ?`,
        id,
      )
      .one()
    for (const [index, { id: itemId, contentId }] of items.entries()) {
      const place = position + 1 + index
      if (this.#insert(id, place, { id: itemId, contentId })) continue
      // Some clients give one id to many items, whose words would be lost without an id of their own. But an id that
      // Pollux gave is of one item for good, which clients send back without the fields that they do not know.
      if (!OWN_ID.test(itemId) && this.#contentOf(id, itemId) !== contentId) {
        this.#insert(id, place, { id: anewFrom(itemId), contentId })
      }
    }
    this.#sql.exec('UPDATE conversations SET used_at = ? WHERE conversation_id = ?', now, id)
    return items.length * PLACE_BYTES
  }

  /** Whether the conversation has an item with this id. */
  has(id: string, itemId: string): boolean {
    return this.#contentOf(id, itemId) !== null
  }

  /** False if the conversation has an item with this id. */
  #insert(id: string, position: number, item: PlacedItem): boolean {
    const made = this.#sql.exec(
      `INSERT OR IGNORE INTO conversation_items (conversation_id, position, item_id, content_id)
       VALUES (?, ?, ?, ?) RETURNING position`,
      id,
      position,
      item.id,
      item.contentId,
    )
    return made.toArray().length > 0
  }

  /** Null if there is no such item. */
  #contentOf(id: string, itemId: string): number | null {
    const [row] = this.#sql
      .exec<{ content_id: number }>(
        'SELECT content_id FROM conversation_items WHERE item_id = ? AND conversation_id = ?',
        itemId,
        id,
      )
      .toArray()
    return row?.content_id ?? null
  }

  items(id: string): readonly PlacedItem[] {
    const rows = this.#sql.exec<{ item_id: string; content_id: number }>(
      `SELECT item_id, content_id FROM conversation_items
       WHERE conversation_id = ? ORDER BY position`,
      id,
    )
    return Array.from(rows, (row) => ({ id: row.item_id, contentId: row.content_id }))
  }

  /** Also deletes its items. False if there was none. */
  remove(id: string): boolean {
    this.#sql.exec('DELETE FROM conversation_items WHERE conversation_id = ?', id)
    const gone = this.#sql.exec(
      'DELETE FROM conversations WHERE conversation_id = ? RETURNING conversation_id',
      id,
    )
    return gone.toArray().length > 0
  }

  /** False if there was none. */
  removeItem(id: string, itemId: string): boolean {
    const gone = this.#sql.exec(
      `DELETE FROM conversation_items WHERE conversation_id = ? AND item_id = ?
       RETURNING item_id`,
      id,
      itemId,
    )
    return gone.toArray().length > 0
  }
}

/** The form of ids that Pollux gives. */
const OWN_ID = /^[a-z]+_[0-9a-f]{32}(?:x\d+)?$/

/** Another id with the same prefix. */
function anewFrom(itemId: string): string {
  const [prefix = 'item_'] = /^[a-z]+_/.exec(itemId) ?? []
  return `${prefix}${crypto.randomUUID().replaceAll('-', '')}`
}

export function sealMetadata(metadata: string, id: string, key: DataKey): Promise<Uint8Array> {
  return key.seal(metadata, nameOf(id))
}

/** Rejects if the metadata cannot be opened. */
export function openMetadata({ id, sealed }: ConversationRow, key: DataKey): Promise<string> {
  return key.open(sealed, nameOf(id))
}

/** The name under which a conversation's metadata are sealed. */
function nameOf(id: string): string {
  return `conversation/${id}`
}
