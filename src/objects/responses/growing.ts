import { sealMetadata } from './conversations.ts'
import type { Item } from './results.ts'
import { count, makeReady, newContents, place, placesOf, type Ready, type Store } from './store.ts'
import type { When, Written } from './writing.ts'

/** A new conversation, or what is added to one, after everything that needs waiting. */
export interface Growth {
  readonly id: string
  readonly items: readonly Item[]
  readonly ready: Ready
  /** Null: unchanged. */
  readonly sealedMetadata: Uint8Array | null
}

export async function prepareGrowth(
  id: string,
  metadata: string | null,
  items: readonly Item[],
  store: Store,
): Promise<Growth> {
  const { key } = store
  const [ready, sealedMetadata] = await Promise.all([
    makeReady(newContents(items, key), store),
    metadata === null ? null : sealMetadata(metadata, id, key),
  ])
  return { id, items, ready, sealedMetadata }
}

/**
 * Makes a conversation, changes its metadata or adds items. `creates`: the conversation need not exist yet.
 * Synchronous. To be called within a transaction that is undone if the result is not ok.
 */
export function grow(
  { id, items, ready, sealedMetadata }: Growth,
  creates: boolean,
  store: Store,
  { now, since, maxBytes }: When,
): Written {
  const { conversations, contents } = store
  const isNew = conversations.find(id, since) === undefined
  if (isNew && !creates) return { ok: false, reason: 'conversation_not_found' }
  const placed = place(ready, store)
  if (placed === null) return { ok: false, reason: 'swept' }
  let { bytes } = placed
  if (sealedMetadata !== null) bytes += conversations.put(id, sealedMetadata, now)
  const steps = ready.all.flatMap(({ digest }) => placed.steps.get(digest) ?? [])
  bytes += conversations.append(id, placesOf(items, steps), now)
  const all = contents.steps(conversations.items(id).map(({ contentId }) => contentId))
  const size = all.reduce((sum, step) => sum + step.bytes, 0)
  if (size > maxBytes) return { ok: false, reason: 'too_large' }
  return { ok: true, stored: count(store.sql, bytes, isNew ? 1 : 0) }
}
