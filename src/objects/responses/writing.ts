import type { NewContent, Step } from './contents.ts'
import { type History, NO_HISTORY } from './histories.ts'
import type { ResponseToStore } from './results.ts'
import { count, makeReady, newContents, place, placesOf, type Ready, type Store } from './store.ts'
import type { Bounds } from './pruning.ts'
import { sealBody } from './stored-responses.ts'

/** A response prepared for writing, after everything that needs waiting. */
export interface Prepared {
  readonly response: ResponseToStore
  readonly settings: NewContent
  readonly input: readonly NewContent[]
  readonly output: readonly NewContent[]
  readonly ready: Ready
  /** Null if the response will not be found again. */
  readonly sealedBody: Uint8Array | null
}

export type Written =
  | { readonly ok: true; readonly stored: Bounds }
  /**
   * `swept`: something on which the preparation relied has been deleted meanwhile. `stored_before`: it was asked for
   * again.
   */
  | {
      readonly ok: false
      readonly reason:
        | 'swept'
        | 'stored_before'
        | 'response_not_found'
        | 'conversation_not_found'
        | 'too_large'
    }

export interface When {
  readonly now: number
  /** Everything stored by then has expired. */
  readonly since: number
  /** The most bytes that one response may take together with everything before it. */
  readonly maxBytes: number
}

export async function prepare(response: ResponseToStore, store: Store): Promise<Prepared> {
  const { key } = store
  const settings = {
    text: response.settings,
    digest: store.settingsDigest(response.settings),
    itemId: null,
  }
  const input = newContents(response.input, key)
  const output = newContents(response.output, key)
  const [ready, sealedBody] = await Promise.all([
    makeReady([settings, ...input], store, output),
    response.id === null ? null : sealBody(response.body, response.id, key),
  ])
  return { response, settings, input, output, ready, sealedBody }
}

/**
 * Writes a response and its new contents. Synchronous. To be called within a transaction that is undone if the result
 * is not ok.
 */
export function write(prepared: Prepared, store: Store, when: When): Written {
  const { response, sealedBody } = prepared
  const { id, conversation } = response
  const base = baseOf(response, store, when)
  if (base === null) {
    const reason = response.previous === null ? 'conversation_not_found' : 'response_not_found'
    return { ok: false, reason }
  }
  if (hasGrown(response, store)) return { ok: false, reason: 'stored_before' }
  const placed = place(prepared.ready, store)
  if (placed === null) return { ok: false, reason: 'swept' }
  const stepsOf = (contents: readonly NewContent[]): readonly Step[] =>
    contents.flatMap(({ digest }) => placed.steps.get(digest) ?? [])
  const [input, output, [settings]] = [
    stepsOf(prepared.input),
    stepsOf(prepared.output),
    stepsOf([prepared.settings]),
  ]
  const said = [...base.steps, ...input, ...output]
  const size = said.reduce((sum, { bytes }) => sum + bytes, base.history.size)
  if (size > when.maxBytes) return { ok: false, reason: 'too_large' }
  let { bytes } = placed
  if (id !== null && sealedBody !== null && settings !== undefined) {
    const made = store.histories.extend(base.history, [...base.steps, ...input])
    const row = {
      id,
      history: made.history.historyId,
      output: output.map(({ contentId }) => contentId),
      settings: settings.contentId,
      sealed: sealedBody,
    }
    const added = store.responses.add(row, when.now)
    if (added === null) return { ok: false, reason: 'stored_before' }
    bytes += made.bytes + added
  }
  if (conversation !== null) {
    const places = placesOf([...response.input, ...response.output], [...input, ...output])
    bytes += store.conversations.append(conversation, places, when.now)
  }
  return { ok: true, stored: count(store.sql, bytes, id === null ? 0 : 1) }
}

/** Whether this answer is in its conversation already: ids of what was answered are never given twice. */
function hasGrown({ conversation, output }: ResponseToStore, { conversations }: Store): boolean {
  const first = output[0]?.id ?? null
  return conversation !== null && first !== null && conversations.has(conversation, first)
}

/** What stands before a response's own input: a history, and steps that are not part of one yet. */
interface Base {
  readonly history: History
  readonly steps: readonly Step[]
}

function baseOf(
  { previous, conversation }: ResponseToStore,
  { contents, histories, responses, conversations }: Store,
  { since }: When,
): Base | null {
  if (previous !== null) {
    const row = responses.find(previous, since)
    if (row === undefined) return null
    return { history: histories.get(row.history), steps: contents.steps(row.output) }
  }
  if (conversation === null) return { history: NO_HISTORY, steps: [] }
  if (conversations.find(conversation, since) === undefined) return null
  const items = conversations.items(conversation)
  return { history: NO_HISTORY, steps: contents.steps(items.map(({ contentId }) => contentId)) }
}
