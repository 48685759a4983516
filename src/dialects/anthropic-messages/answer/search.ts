/** What Google's search found, as the blocks of Anthropic's search. */
import type { Citation } from '../../../gemini/answer/citations.ts'
import type { Searches } from '../../../gemini/answer/searches.ts'

export interface FoundPage {
  readonly type: 'web_search_result'
  readonly url: string
  readonly title: string
  readonly encrypted_content: ''
  readonly page_age: null
}

export interface CitedPage {
  readonly type: 'web_search_result_location'
  readonly cited_text: string
  readonly encrypted_index: ''
  readonly title: string
  readonly url: string
}

export function foundPages({ pages }: Searches): readonly FoundPage[] {
  return Array.from(pages, ([url, title]) => {
    const found = { url, title, encrypted_content: '', page_age: null } as const
    return { type: 'web_search_result', ...found }
  })
}

const MAX_CITED = 150

/** `texts` are the answer's blocks of text; `block` is the index of the cited one. */
export function citedPage(
  { block, start, end, url, title }: Citation,
  texts: readonly string[],
): CitedPage {
  const cited = (texts[block] ?? '').slice(start, end)
  const cited_text = cited.slice(0, MAX_CITED).toWellFormed()
  return { type: 'web_search_result_location', cited_text, encrypted_index: '', title, url }
}
