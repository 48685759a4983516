import type { MediaKind } from './media-types.ts'
import type { Part } from '../types.ts'

/** A part of a request that holds media, inline or by address, and the field in which the client sent it. */
export interface Attachment {
  /** The same object that stands in the request: fetched bytes are written into it. */
  readonly part: Part
  /** Path such as `messages[0].content[1].image_url.url`. */
  readonly param: string
  readonly kind: MediaKind
  /** As the client named it. */
  readonly fileName: string | null
  /** What to do if it can be had no more, where the client did not send it with this request. */
  readonly advice?: string
}

/** A text file goes to Google as text (docs/google.md: Parts), headed by its name if it has one. */
export function asText(fileName: string | null, text: string): string {
  return fileName ? `${fileName}:\n\n${text}` : text
}
