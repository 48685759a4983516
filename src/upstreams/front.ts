import type { GenerateContentResponse } from '../gemini/types.ts'
import type { Cuttings } from '../bytes/cuttings.ts'
import type { Settings } from '../settings.ts'
import type { Access } from './credential.ts'

/** The last three make embeddings. Which of them is right depends on upstream and model (upstreams/embedding.ts). */
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
  /** Serialised: the pivot request, or whatever the method takes in its place. */
  readonly json: string
  /** What was cut out of the strings of `json`. It is sent as the bytes in which it came. */
  readonly cuttings: Cuttings
}

/** What differs between Google's front ends: the address, the envelope of a request, and the envelope of a reply. */
export interface Front {
  readonly url: (access: Access, model: string, method: Method, settings: Settings) => string
  /** Puts the pivot's JSON into the envelope. The JSON is serialised once a request, however many attempts are made. */
  readonly body: (access: Access, model: string, requestJson: string, method: Method) => string
  /** The pivot inside a parsed reply or stream event; undefined if it is not there. */
  readonly unwrap: (reply: object) => GenerateContentResponse | undefined
  /** The same for the JSON of a reply. Only to be called if `unwrap` has found a pivot in that reply. */
  readonly unwrapText: (json: string) => string
}

/** For a front end without envelopes. */
export const NO_ENVELOPE: Pick<Front, 'body' | 'unwrap' | 'unwrapText'> = {
  body: (_access, _model, requestJson) => requestJson,
  unwrap: (reply) => reply,
  unwrapText: (json) => json,
}

/**
 * The end of an address. `?alt=sse` makes the stream server-sent events; without it Google sends one JSON array
 * (docs/google.md: Streams).
 */
export function methodSuffix(method: Method): string {
  return method === 'streamGenerateContent' ? `:${method}?alt=sse` : `:${method}`
}
