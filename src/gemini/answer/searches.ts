/** What Google searched for while it answered, and what it found. */
import { firstCandidate, listOf } from '../response.ts'
import type { GenerateContentResponse } from '../types.ts'

/** Collects over the whole answer: Google reports the search only at the end. */
export class Searches {
  queries: readonly string[] = []
  /** Titles by address, in the order found. */
  readonly pages = new Map<string, string>()

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
      if (typeof url !== 'string' || this.pages.has(url)) continue
      this.pages.set(url, [web?.title, web?.domain].find((name) => typeof name === 'string') ?? url)
    }
  }

  /** How many searches were made. */
  get count(): number {
    return this.queries.length > 0 ? this.queries.length : Math.min(this.pages.size, 1)
  }
}
