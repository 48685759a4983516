import { openContent, type Outline } from './contents.ts'
import type {
  ItemsResult,
  ListedItem,
  PageRequest,
  RecallRequest,
  RecallResult,
  StoredResponse,
} from './results.ts'
import type { Store } from './store.ts'
import { openBody } from './stored-responses.ts'

/** A message between Worker and object may have 32 MiB. */
const MAX_RECALLED_BYTES = 30 * 1024 * 1024
/** A page's items are in memory several times at once. */
const MAX_PAGE_BYTES = 8 * 1024 * 1024

type NotFound<Reason extends string> = { readonly ok: false; readonly reason: Reason }

/** What stands before a request's input, and the items to which it refers. Rejects if something cannot be opened. */
export async function recall(
  { previous, conversation, references }: RecallRequest,
  store: Store,
  since: number,
): Promise<RecallResult> {
  // Everything is read from the tables in one step; only the opening waits.
  const before = contentsBefore(previous, conversation, store, since)
  if ('reason' in before) return before
  const referred = find(references, store)
  const named = references.flatMap((id) => referred.get(id) ?? [])
  const { contents, key } = store
  if (sizeOf([...before, ...named], store) > MAX_RECALLED_BYTES) return TOO_LARGE
  const stored = contents.read([...before, ...named])
  const texts = new Map<number, string>()
  for (const content of stored.values()) {
    texts.set(content.contentId, await openContent(content, key))
  }
  return {
    ok: true,
    items: before.flatMap((contentId) => texts.get(contentId) ?? []),
    referenced: references.map((id) => texts.get(referred.get(id) ?? -1) ?? null),
  }
}

function contentsBefore(
  previous: string | null,
  conversation: string | null,
  { histories, responses, conversations }: Store,
  since: number,
): readonly number[] | NotFound<'response_not_found' | 'conversation_not_found'> {
  if (previous !== null) {
    const row = responses.find(previous, since)
    if (row === undefined) return { ok: false, reason: 'response_not_found' }
    return [...histories.contentsOf(row.history), ...row.output]
  }
  if (conversation === null) return []
  if (conversations.find(conversation, since) === undefined) {
    return { ok: false, reason: 'conversation_not_found' }
  }
  return conversations.items(conversation).map(({ contentId }) => contentId)
}

/** The id that a list shows for an item without one of its own: its content's digest, and its place in that list. */
const DERIVED = /^([0-9a-f]{32})\d*$/

/** The numbers of the items with these ids, which may be their own or those that a list shows. */
function find(ids: readonly string[], { contents }: Store): ReadonlyMap<string, number> {
  if (ids.length === 0) return new Map()
  const found = contents.named(ids)
  const digests = new Map(
    ids.flatMap((id) => {
      const [, digest] = DERIVED.exec(id) ?? []
      return digest === undefined || found.has(id) ? [] : [[id, digest] as const]
    }),
  )
  const steps = contents.find([...digests.values()])
  for (const [id, digest] of digests) {
    const step = steps.get(digest)
    if (step !== undefined) found.set(id, step.contentId)
  }
  return found
}

/** Null if there is none with this id. Rejects if something cannot be opened. */
export async function responseOf(
  id: string,
  { contents, responses, key }: Store,
  since: number,
): Promise<StoredResponse | null> {
  const row = responses.find(id, since)
  if (row === undefined) return null
  const stored = contents.read([row.settings, ...row.output])
  const open = (contentId: number): Promise<string> => openContent(existing(stored, contentId), key)
  const [body, settings, ...output] = await Promise.all([
    openBody(row, key),
    open(row.settings),
    ...row.output.map(open),
  ])
  return { body, settings, output }
}

/** A page of what stood before a response's answer. */
export function inputOf(
  id: string,
  page: PageRequest,
  store: Store,
  since: number,
): Promise<ItemsResult> {
  const row = store.responses.find(id, since)
  if (row === undefined) return Promise.resolve({ ok: false, reason: 'response_not_found' })
  const all = store.histories.contentsOf(row.history)
  return pageOf(
    all.map((contentId) => ({ contentId, id: null })),
    page,
    store,
  )
}

/** A page of a conversation's items. */
export function itemsOf(
  id: string,
  page: PageRequest,
  store: Store,
  since: number,
): Promise<ItemsResult> {
  if (store.conversations.find(id, since) === undefined) {
    return Promise.resolve({ ok: false, reason: 'conversation_not_found' })
  }
  return pageOf(store.conversations.items(id), page, store)
}

/** One item of a conversation. */
export async function itemOf(
  id: string,
  itemId: string,
  store: Store,
  since: number,
): Promise<ItemsResult> {
  if (store.conversations.find(id, since) === undefined) {
    return { ok: false, reason: 'conversation_not_found' }
  }
  const item = store.conversations.items(id).find((one) => one.id === itemId)
  if (item === undefined) return { ok: false, reason: 'item_not_found' }
  return pageOf([item], { after: null, limit: 1, order: 'asc' }, store)
}

/** An item of a list. `id` is set if the list gives it one. */
interface Place {
  readonly contentId: number
  readonly id: string | null
}

async function pageOf(
  places: readonly Place[],
  { after, limit, order }: PageRequest,
  { contents, key }: Store,
): Promise<ItemsResult> {
  const listed = withIds(places, contents.outlines(places.map(({ contentId }) => contentId)))
  if (order === 'desc') listed.reverse()
  const start = after === null ? 0 : listed.findIndex(({ id }) => id === after) + 1
  if (after !== null && start === 0) return { ok: false, reason: 'item_not_found' }
  const page = beginningOf(listed.slice(start, start + limit))
  const stored = contents.read(page.map(({ outline }) => outline.contentId))
  const items: ListedItem[] = []
  for (const { id, isDerived, outline } of page) {
    items.push({ id, isDerived, text: await openContent(existing(stored, outline.contentId), key) })
  }
  return { ok: true, items, hasMore: start + page.length < listed.length }
}

interface Listed {
  readonly id: string
  readonly isDerived: boolean
  readonly outline: Outline
}

/** As much as fits into one page, but at least one item. */
function beginningOf(page: readonly Listed[]): readonly Listed[] {
  let bytes = 0
  const over = page.findIndex(({ outline }) => (bytes += outline.bytes) > MAX_PAGE_BYTES)
  return over === -1 ? page : page.slice(0, Math.max(1, over))
}

/** Gives each item an id that is unique in the list, since a page begins after an id. */
function withIds(places: readonly Place[], outlines: ReadonlyMap<number, Outline>): Listed[] {
  const taken = new Set<string>()
  return places.map(({ contentId, id }, index) => {
    const outline = existing(outlines, contentId)
    const own = id ?? outline.itemId
    const isDerived = own === null || taken.has(own)
    const shown = isDerived ? `${outline.digest}${index}` : own
    taken.add(shown)
    return { id: shown, isDerived, outline }
  })
}

function sizeOf(contentIds: readonly number[], { contents }: Store): number {
  return contents.steps(contentIds).reduce((sum, { bytes }) => sum + bytes, 0)
}

function existing<Content>(stored: ReadonlyMap<number, Content>, contentId: number): Content {
  const content = stored.get(contentId)
  if (content === undefined) throw new Error('A content that is named is not stored.')
  return content
}

const TOO_LARGE = { ok: false, reason: 'too_large' } as const
