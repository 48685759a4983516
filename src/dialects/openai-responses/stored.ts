import { Cuttings } from '../../bytes/cuttings.ts'
import { type Parsed, parse } from '../../failure/check.ts'
import type { Failure } from '../../failure/failure.ts'
import * as v from 'valibot'
import { narrowJson } from '../../json/narrow.ts'
import { toWellFormedJson } from '../../json/well-formed.ts'
import type { StoredItem, StoredTelling } from '../memory.ts'
import { unreadableIn } from './compaction.ts'
import { type Item, items, referenceIn } from './items.ts'
import { toList, toListed } from './lists.ts'
import { readMedia } from './media.ts'
import { replay, toResponseJson } from './replay.ts'
import { prefixOf, typed } from './to-store.ts'

/** How stored responses and items are told again, and how items that a client wants stored are read. */
export const STORED_RESPONSES: StoredTelling = {
  whole: toResponseJson,
  events: replay,
  list: toList,
  item: toListed,
  reference: referenceIn,
  read: readItems,
}

/** `mint` makes the random part of an id, a new one at each call. */
function readItems(given: readonly unknown[], mint: () => string): Parsed<readonly StoredItem[]> {
  const checked = parse(v.object({ items: items() }), { items: given })
  if (!checked.ok) return checked
  const failure = unusableIn(checked.value.items)
  if (failure !== null) return { ok: false, failure }
  return {
    ok: true,
    value: given.map((item) => {
      const named = typed(item)
      return { id: `${prefixOf(named)}_${mint()}`, text: narrowJson(toWellFormedJson(named)) }
    }),
  }
}

/** What no request could be answered with: once stored, it would fail all that are made in its conversation. */
function unusableIn(checked: readonly Item[]): Failure | null {
  const path = (at: number): string => `items[${at}]`
  const media = readMedia(checked, path, Cuttings.NONE)
  return media.ok ? unreadableIn(checked, path) : media.failure
}
