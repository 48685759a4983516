import { Contents, type NewContent, type SealedContent, sealNew, type Step } from './contents.ts'
import { Conversations, type PlacedItem } from './conversations.ts'
import type { DataKey } from './data-key.ts'
import { Histories } from './histories.ts'
import type { Item } from './results.ts'
import type { Bounds } from './pruning.ts'
import { StoredResponses } from './stored-responses.ts'

/** The tables of a user's responses, and the key that opens them. */
export interface Store {
  readonly sql: SqlStorage
  readonly key: DataKey
  readonly contents: Contents
  readonly histories: Histories
  readonly responses: StoredResponses
  readonly conversations: Conversations
  /** The digest of what a client sends unchanged with each turn: the last one is not made again, unless the text is very long. */
  readonly settingsDigest: (text: string) => string
  /** Grows with each `forget`: what was found before may no longer be there. */
  readonly epoch: () => number
  /** To be called when rows were deleted, or a transaction was undone: what is known of it may no longer be true. */
  readonly forget: () => void
}

/** An object stays in memory between requests, and settings may be as long as a body. */
const MAX_KEPT_CHARS = 262_144

export function openStore(sql: SqlStorage, key: DataKey): Store {
  const contents = new Contents(sql)
  const histories = new Histories(sql, key.digest)
  let epoch = 0
  let last: { readonly text: string; readonly digest: string } | null = null
  return {
    sql,
    key,
    contents,
    histories,
    responses: new StoredResponses(sql),
    conversations: new Conversations(sql),
    settingsDigest(text) {
      if (last?.text === text) return last.digest
      const digest = key.digest(text)
      if (text.length <= MAX_KEPT_CHARS) last = { text, digest }
      return digest
    },
    epoch: () => epoch,
    forget() {
      epoch++
      contents.forget()
      histories.forget()
    },
  }
}

/** Contents prepared for storing, after everything that needs waiting. */
export interface Ready {
  readonly all: readonly NewContent[]
  /** Those that were stored already. */
  readonly known: ReadonlyMap<string, Step>
  /** The others, sealed. */
  readonly sealed: ReadonlyMap<string, SealedContent>
  /** When they were looked for (Store.epoch). */
  readonly epoch: number
}

export function newContents(items: readonly Item[], key: DataKey): readonly NewContent[] {
  return items.map(({ id, text }) => ({ text, digest: key.digest(text), itemId: id }))
}

/** `unheard`: contents that nobody has said before, as an answer is. They are not looked for. */
export async function makeReady(
  said: readonly NewContent[],
  { contents, key, epoch }: Store,
  unheard: readonly NewContent[] = [],
): Promise<Ready> {
  const all = [...said, ...unheard]
  const known = contents.find(said.map(({ digest }) => digest))
  return { all, known, epoch: epoch(), sealed: await sealNew(all, known, key) }
}

/**
 * Stores the contents that are missing, and returns the step of each. Null if the sweep has meanwhile deleted one
 * that was there during the preparation.
 */
export function place(
  { all, known, sealed, epoch: then }: Ready,
  { contents, epoch }: Store,
): { readonly steps: ReadonlyMap<string, Step>; readonly bytes: number } | null {
  const steps = new Map(then === epoch() ? known : contents.find(all.map(({ digest }) => digest)))
  let bytes = 0
  for (const { digest } of all) {
    if (steps.has(digest)) continue
    const content = sealed.get(digest)
    if (content === undefined) return null
    const added = contents.add(content)
    steps.set(digest, added.step)
    bytes += added.bytes
  }
  return { steps, bytes }
}

/** Items and their places. An item without an id is found by its content's digest. */
export function placesOf(items: readonly Item[], steps: readonly Step[]): readonly PlacedItem[] {
  return steps.map(({ contentId, digest }, index) => ({
    id: items[index]?.id ?? digest,
    contentId,
  }))
}

/** Updates the sums of what is stored, and returns them. */
export function count(sql: SqlStorage, bytes: number, things: number): Bounds {
  return sql
    .exec<{ bytes: number; count: number }>(
      'UPDATE store SET bytes = bytes + ?, count = count + ? RETURNING bytes, count',
      bytes,
      things,
    )
    .one()
}
