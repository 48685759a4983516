import { Contents, type NewContent, type SealedContent, sealNew, type Step } from './contents.ts'
import { Conversations, type PlacedItem } from './conversations.ts'
import type { DataKey } from './data-key.ts'
import { Histories } from './histories.ts'
import type { Item } from './results.ts'
import { StoredResponses } from './stored-responses.ts'

/** The tables of a user's responses, and the key that opens them. */
export interface Store {
  readonly sql: SqlStorage
  readonly key: DataKey
  readonly contents: Contents
  readonly histories: Histories
  readonly responses: StoredResponses
  readonly conversations: Conversations
}

export function openStore(sql: SqlStorage, key: DataKey): Store {
  return {
    sql,
    key,
    contents: new Contents(sql),
    histories: new Histories(sql, key.digest),
    responses: new StoredResponses(sql),
    conversations: new Conversations(sql),
  }
}

/** Contents prepared for storing, after everything that needs waiting. */
export interface Ready {
  readonly all: readonly NewContent[]
  /** Those that were not stored yet. */
  readonly sealed: ReadonlyMap<string, SealedContent>
}

export function newContents(items: readonly Item[], key: DataKey): readonly NewContent[] {
  return items.map(({ id, text }) => ({ text, digest: key.digest(text), itemId: id }))
}

export async function makeReady(
  all: readonly NewContent[],
  { contents, key }: Store,
): Promise<Ready> {
  const known = contents.find(all.map(({ digest }) => digest))
  return { all, sealed: await sealNew(all, known, key) }
}

/**
 * Stores the contents that are missing, and returns the step of each. Null if the sweep has meanwhile deleted one
 * that was there during the preparation.
 */
export function place(
  { all, sealed }: Ready,
  { contents }: Store,
): { readonly steps: ReadonlyMap<string, Step>; readonly bytes: number } | null {
  const steps = contents.find(all.map(({ digest }) => digest))
  let bytes = 0
  for (const { digest } of all) {
    if (steps.has(digest)) continue
    const content = sealed.get(digest)
    if (content === undefined) return null
    const step = contents.add(content)
    steps.set(digest, step)
    bytes += step.bytes
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

/** Updates the sums of what is stored. */
export function count(sql: SqlStorage, bytes: number, things: number): void {
  sql.exec('UPDATE store SET bytes = bytes + ?, count = count + ?', bytes, things)
}
