/** What Google's search found, as the blocks of Anthropic's search. */
import type { Citation } from '../../../gemini/answer/citations.ts'
import { firstCandidate, listOf } from '../../../gemini/response.ts'
import type { GenerateContentResponse } from '../../../gemini/types.ts'

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

/** Collects over the whole answer: Google reports the search only at the end. */
export class Search {
  queries: readonly string[] = []
  readonly #pages = new Map<string, FoundPage>()

  read(response: GenerateContentResponse): void {
    const grounding = firstCandidate(response)?.groundingMetadata
    if (grounding === undefined) return
    const { webSearchQueries: queries } = grounding
    if (Array.isArray(queries)) {
      const asked = queries.filter((query) => typeof query === 'string' && query !== '')
      if (asked.length > 0) this.queries = asked
    }
    for (const { web } of listOf(grounding.groundingChunks)) {
      const url: unknown = web?.uri
      if (typeof url !== 'string' || this.#pages.has(url)) continue
      const title = [web?.title, web?.domain].find((name) => typeof name === 'string') ?? url
      const found = { url, title, encrypted_content: '', page_age: null } as const
      this.#pages.set(url, { type: 'web_search_result', ...found })
    }
  }

  get pages(): readonly FoundPage[] {
    return [...this.#pages.values()]
  }

  /** How many searches were made. */
  get count(): number {
    return this.queries.length > 0 ? this.queries.length : Math.min(this.#pages.size, 1)
  }
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
