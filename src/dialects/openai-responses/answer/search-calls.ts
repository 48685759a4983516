/**
 * A search of Google's, told as a call of OpenAI's web search. `@ai-sdk/openai` reads the item and its sources. It
 * stands behind the text, since Google reports it only at the end.
 */
import type { Searches } from '../../../gemini/answer/searches.ts'
import { toJsonLine } from '../../../json/line.ts'

export interface SearchCall {
  readonly id: string
  readonly at: number
}

type Emit = (type: string, fields: string) => void

export function searchItem(
  id: string,
  status: 'in_progress' | 'completed',
  { queries, pages }: Searches,
): string {
  const sources = Array.from(pages.keys(), (url) => ({ type: 'url', url }))
  const action = { type: 'search', query: queries[0] ?? '', queries, sources }
  return toJsonLine({ type: 'web_search_call', id, status, action })
}

/** The events between `output_item.added` and `output_item.done`. */
export function tellSearch({ id, at }: SearchCall, emit: Emit): void {
  const place = `"item_id":${toJsonLine(id)},"output_index":${at}`
  for (const step of ['in_progress', 'searching', 'completed']) {
    emit(`response.web_search_call.${step}`, place)
  }
}
