import type { MediaKind } from './media-types.ts'
import type { Part } from '../types.ts'

/** A part of a request that holds media, inline or by address, and where the client sent it. */
export interface Attachment {
  /** The very part of the request: what is fetched for it is put into it. */
  readonly part: Part
  /** `messages[0].content[1].image_url.url` */
  readonly param: string
  readonly kind: MediaKind
  /** As the client calls it. */
  readonly fileName: string | null
}

/** A text file goes to Google as text (docs/google.md: Parts), under its name, where it has one. */
export function asText(fileName: string | null, text: string): string {
  return fileName ? `${fileName}:\n\n${text}` : text
}
