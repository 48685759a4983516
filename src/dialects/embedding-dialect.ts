import type { UriRef } from '../gemini/media/uri-ref.ts'
import type { PinRef } from '../gemini/pins.ts'

import type { Refused, Sent } from './dialect.ts'

/** How a route that embeds is asked and answered. */
export interface EmbeddingDialect {
  read(sent: Sent<unknown>): Embedding | Refused
}

export interface Embedding {
  readonly ok: true
  readonly model: string
  readonly conversation: string | null
  readonly texts: readonly string[]
  readonly options: { readonly dimensions: number | null; readonly taskType: string | null }
  /** Which fields have no effect on the answer, by the client's own names. */
  readonly ignored?: readonly string[]
  /** The body of the answer. */
  tell(embedded: EmbeddingAnswer): object
  /** Set if the request came in Google's own format. */
  readonly written?: WrittenEmbedding
}

/** A request for the Gemini API, which takes it unchanged. */
export interface WrittenEmbedding {
  readonly method: 'embedContent' | 'batchEmbedContents'
  readonly write: (model: string) => string
  /** The fields that say more than `texts` and `options`, so that other upstreams cannot serve the request. */
  readonly beyondTexts: readonly string[]
  /** Addresses in it that Google would read with the credential's rights. */
  readonly uris: readonly UriRef[]
  /** The files in it that only one credential knows. */
  readonly pins: readonly PinRef[]
}

export interface EmbeddingAnswer {
  /** The model that the answer names. */
  readonly model: string
  /** In the order of the texts. */
  readonly vectors: readonly (readonly number[])[]
  /** Of all texts together. */
  readonly tokens: number
}
