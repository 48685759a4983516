import { type Parsed, parse } from '../../failure/check.ts'
import * as v from 'valibot'
import { isRecord } from '../../json/record.ts'
import { toWellFormedJson } from '../../json/well-formed.ts'
import type { StoredItem, StoredTelling } from '../memory.ts'
import { items } from './items.ts'
import { toList, toListed } from './lists.ts'
import { replay, toResponseJson } from './replay.ts'
import { prefixOf } from './to-store.ts'

/** How what is stored is told again, and how items come in that are to be stored by themselves. */
export const STORED_RESPONSES: StoredTelling = {
  whole: toResponseJson,
  events: replay,
  list: toList,
  item: toListed,
  read: readItems,
}

/** `mint`: an id's random part, another each time. */
function readItems(given: readonly unknown[], mint: () => string): Parsed<readonly StoredItem[]> {
  const checked = parse(v.object({ items }), { items: given })
  if (!checked.ok) return checked
  return {
    ok: true,
    value: given.map((item) => {
      const typed = isRecord(item) && 'role' in item ? { type: 'message', ...item } : item
      return { id: `${prefixOf(typed)}_${mint()}`, text: toWellFormedJson(typed) }
    }),
  }
}
