import type { GenerateContentResponse } from '../gemini/types.ts'
import type { Cuttings } from '../bytes/cuttings.ts'
import type { Settings } from '../settings.ts'
import type { Access } from './credential.ts'

/** The last three make embeddings; which of them differs by upstream and model (upstreams/embedding.ts). */
export type Method =
  | 'generateContent'
  | 'streamGenerateContent'
  | 'countTokens'
  | 'batchEmbedContents'
  | 'embedContent'
  | 'predict'

/** What one attempt asks of Google. */
export interface Ask {
  readonly method: Method
  /** The pivot request, or what the method takes instead of it; serialised. */
  readonly json: string
  /** What was cut out of its strings, to be sent as it came. */
  readonly cuttings: Cuttings
}

/** What differs between Google's front ends: address, envelope, and how a reply is wrapped. */
export interface Front {
  readonly url: (access: Access, model: string, method: Method, settings: Settings) => string
  /** Wraps the pivot's JSON, which is serialised once a request however many attempts are made. */
  readonly body: (access: Access, model: string, requestJson: string, method: Method) => string
  /** The pivot inside a parsed reply or stream event; undefined where it is not there. */
  readonly unwrap: (reply: object) => GenerateContentResponse | undefined
  /** The same of the JSON of a reply that `unwrap` has found it in. */
  readonly unwrapText: (json: string) => string
}

/** The end of an address. `?alt=sse` makes a stream server-sent events; without it Google sends one JSON array (docs/google.md: Streams). */
export function methodSuffix(method: Method): string {
  return method === 'streamGenerateContent' ? `:${method}?alt=sse` : `:${method}`
}
