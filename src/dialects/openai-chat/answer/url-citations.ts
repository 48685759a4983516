/** Citations in OpenAI's form (docs/clients.md: Whole answers). Positions count UTF-16 units of the whole content. */
import type { Citation } from '../../../gemini/answer/citations.ts'

export interface Annotation {
  readonly type: 'url_citation'
  readonly url_citation: {
    readonly start_index: number
    readonly end_index: number
    readonly url: string
    /** Never missing: without it @ai-sdk/openai rejects the whole answer (docs/clients.md: Whole answers). */
    readonly title: string
  }
}

/** Records where the answer's blocks of text begin in the content, which also holds code and tags. */
export class ContentPlaces {
  readonly #starts: number[] = []
  #length = 0

  /** To be called when a block of text begins. */
  open(): void {
    this.#starts.push(this.#length)
  }

  add(text: string): void {
    this.#length += text.length
  }

  toAnnotations(citations: readonly Citation[]): Annotation[] {
    return citations.map(({ block, start, end, url, title }) => {
      const from = this.#starts[block] ?? 0
      const url_citation = { start_index: from + start, end_index: from + end, url, title }
      return { type: 'url_citation', url_citation }
    })
  }
}
