import { joined } from '../../bytes/joined.ts'
import { byDigest } from './by-digest.ts'
import type { DataKey } from './data-key.ts'
import { Known } from './known.ts'

/** Cloudflare allows 2 MB a row, so longer texts are cut into pieces of this size. */
const PIECE_BYTES = 1_000_000
/** About what a row costs besides its content: the indexes too, and its share of their pages. */
const ROW_BYTES = 160

/** A text to be stored. */
export interface NewContent {
  readonly text: string
  readonly digest: string
  /** The item's id, by which it can be found; null for a text that is not an item, or has no id. */
  readonly itemId: string | null
}

/** The same, sealed. */
export interface SealedContent extends Omit<NewContent, 'text'> {
  readonly sealed: Uint8Array
}

/** A stored text, as part of a sequence. */
export interface Step {
  readonly contentId: number
  readonly digest: string
  /** What it takes on disk. */
  readonly bytes: number
}

/** The same, with the item's id. */
export interface Outline extends Step {
  readonly itemId: string | null
}

/** A stored text as it is on disk. */
export interface StoredContent extends SealedContent {
  readonly contentId: number
}

/**
 * Texts, each stored only once however often it is said: a client that sends the whole conversation with each turn
 * adds only its new parts. A text is found by its digest, and referred to by its number. The sweep deletes texts to
 * which nothing refers.
 */
export class Contents {
  readonly #sql: SqlStorage
  readonly #known = new Known<Step>()

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  /** The texts that are stored, by digest. */
  find(digests: readonly string[]): Map<string, Step> {
    const found = new Map<string, Step>()
    const unknown: string[] = []
    for (const digest of digests) {
      const step = this.#known.get(digest)
      if (step === undefined) unknown.push(digest)
      else found.set(digest, step)
    }
    if (unknown.length === 0) return found
    const select = 'SELECT content_id, digest, bytes FROM contents'
    for (const row of byDigest<StepRow>(this.#sql, select, unknown)) {
      const step = stepOf(row)
      this.#known.remember(step.digest, step)
      found.set(step.digest, step)
    }
    return found
  }

  /** Stores a text, unless it is stored. `bytes`: what that adds to what is stored. */
  add(content: SealedContent): { readonly step: Step; readonly bytes: number } {
    const { digest } = content
    const made = this.#known.get(digest) === undefined ? this.#insert(content) : null
    const step = made ?? this.find([digest]).get(digest)
    if (step === undefined) throw new Error('A content was stored, and is not there.')
    this.#known.remember(digest, step)
    return { step, bytes: made?.bytes ?? 0 }
  }

  /** To be called when texts may have been deleted, or their storing undone. */
  forget(): void {
    this.#known.forget()
  }

  /** Null if it is stored already. */
  #insert({ digest, itemId, sealed }: SealedContent): Step | null {
    const bytes = sealed.byteLength + ROW_BYTES
    const pieces = Math.max(1, Math.ceil(sealed.byteLength / PIECE_BYTES))
    const [made] = this.#sql
      .exec<{ content_id: number }>(
        `INSERT INTO contents (digest, item_id, bytes, pieces, sealed) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (digest) DO NOTHING RETURNING content_id`,
        digest,
        itemId,
        bytes,
        pieces,
        pieceOf(sealed, 0),
      )
      .toArray()
    if (made === undefined) return null
    const { content_id: contentId } = made
    for (let piece = 1; piece < pieces; piece++) {
      this.#sql.exec(
        'INSERT INTO content_pieces (content_id, piece, sealed) VALUES (?, ?, ?)',
        contentId,
        piece,
        pieceOf(sealed, piece),
      )
    }
    return { contentId, digest, bytes }
  }

  /** The texts with these numbers, as far as they are stored, by number. */
  read(contentIds: readonly number[]): Map<number, StoredContent> {
    const rows = this.#sql.exec<ContentRow>(
      `SELECT content_id, digest, item_id, pieces, sealed FROM contents
       WHERE content_id IN (SELECT value FROM json_each(?))`,
      JSON.stringify(contentIds),
    )
    return new Map(
      Array.from(rows, (row) => [
        row.content_id,
        {
          contentId: row.content_id,
          digest: row.digest,
          itemId: row.item_id,
          sealed: this.#whole(row),
        },
      ]),
    )
  }

  /** What a list must know of these texts before it reads those of its page, by number. */
  outlines(contentIds: readonly number[]): Map<number, Outline> {
    const rows = this.#sql.exec<OutlineRow>(
      `SELECT content_id, digest, item_id, bytes FROM contents
       WHERE content_id IN (SELECT value FROM json_each(?))`,
      JSON.stringify(contentIds),
    )
    return new Map(
      Array.from(rows, ({ item_id: itemId, ...row }) => [
        row.content_id,
        { ...stepOf(row), itemId },
      ]),
    )
  }

  /** The steps with these numbers, in the same order. Throws if one is missing, which the sweep prevents. */
  steps(contentIds: readonly number[]): readonly Step[] {
    const rows = this.#sql.exec<StepRow>(
      `SELECT content_id, digest, bytes FROM contents
       WHERE content_id IN (SELECT value FROM json_each(?))`,
      JSON.stringify(contentIds),
    )
    const steps = new Map(Array.from(rows, (row) => [row.content_id, stepOf(row)]))
    return contentIds.map((contentId) => {
      const step = steps.get(contentId)
      if (step === undefined) throw new Error('A content that is named is not stored.')
      return step
    })
  }

  /** The numbers of the items with these ids, by id. If a client gave one id to several items, the first counts. */
  named(itemIds: readonly string[]): Map<string, number> {
    const rows = this.#sql.exec<{ item_id: string; content_id: number }>(
      `SELECT item_id, min(content_id) AS content_id FROM (
         SELECT item_id, content_id FROM contents
         WHERE item_id IN (SELECT value FROM json_each(?1))
         UNION ALL
         SELECT item_id, content_id FROM conversation_items
         WHERE item_id IN (SELECT value FROM json_each(?1)))
       GROUP BY item_id`,
      JSON.stringify(itemIds),
    )
    return new Map(Array.from(rows, (row) => [row.item_id, row.content_id]))
  }

  #whole({ content_id: contentId, pieces, sealed }: ContentRow): Uint8Array {
    if (pieces === 1) return new Uint8Array(sealed)
    const rest = this.#sql.exec<{ sealed: ArrayBuffer }>(
      'SELECT sealed FROM content_pieces WHERE content_id = ? ORDER BY piece',
      contentId,
    )
    return joined(
      [sealed, ...Array.from(rest, (row) => row.sealed)].map((part) => new Uint8Array(part)),
    )
  }
}

/** Seals the contents whose digest is not known yet. */
export async function sealNew(
  contents: readonly NewContent[],
  known: ReadonlyMap<string, unknown>,
  key: DataKey,
): Promise<Map<string, SealedContent>> {
  const missing = new Map(
    contents.filter(({ digest }) => !known.has(digest)).map((content) => [content.digest, content]),
  )
  const sealed = await Promise.all(
    Array.from(missing.values(), async ({ digest, itemId, text }) => ({
      digest,
      itemId,
      sealed: await key.seal(text, nameOf(digest)),
    })),
  )
  return new Map(sealed.map((content) => [content.digest, content]))
}

/** Rejects if the text cannot be opened. */
export function openContent({ digest, sealed }: StoredContent, key: DataKey): Promise<string> {
  return key.open(sealed, nameOf(digest))
}

/** The name under which a text is sealed. */
function nameOf(digest: string): string {
  return `content/${digest}`
}

function stepOf({ content_id: contentId, digest, bytes }: StepRow): Step {
  return { contentId, digest, bytes }
}

function pieceOf(bytes: Uint8Array, piece: number): ArrayBuffer {
  const start = bytes.byteOffset + piece * PIECE_BYTES
  const end = Math.min(start + PIECE_BYTES, bytes.byteOffset + bytes.byteLength)
  return (bytes.buffer as ArrayBuffer).slice(start, end)
}

type StepRow = { content_id: number; digest: string; bytes: number }
type OutlineRow = StepRow & { item_id: string | null }
type ContentRow = {
  content_id: number
  digest: string
  item_id: string | null
  pieces: number
  sealed: ArrayBuffer
}
