import type { UriRef } from '../gemini/media/owned-uris.ts'

import type { Refused, Sent } from './dialect.ts'

/** How one route that embeds is asked and answered. */
export interface EmbeddingDialect {
  read(sent: Sent<unknown>): Embedding | Refused
}

export interface Embedding {
  readonly ok: true
  readonly model: string
  readonly conversation: string | null
  readonly texts: readonly string[]
  readonly options: { readonly dimensions: number | null; readonly taskType: string | null }
  /** What of the request has no part in its answer, by the client's own names. */
  readonly ignored?: readonly string[]
  /** The body of the answer. */
  tell(embedded: EmbeddingAnswer): object
  /** Where the request came in Google's own words. */
  readonly written?: WrittenEmbedding
}

/** For the Gemini API, which takes it as it is. */
export interface WrittenEmbedding {
  readonly method: 'embedContent' | 'batchEmbedContents'
  readonly write: (model: string) => string
  /** Whether `texts` and `options` say all of it, so that other upstreams can be asked too. */
  readonly isOfTexts: boolean
  /** What it names that Google would read with the credential's rights. */
  readonly uris: readonly UriRef[]
}

export interface EmbeddingAnswer {
  /** As the answer names it. */
  readonly model: string
  /** In the order of the texts. */
  readonly vectors: readonly (readonly number[])[]
  /** Of all texts together. */
  readonly tokens: number
}
