import type { Attachment } from './attachment.ts'
import { UPSTREAMS, type Upstream } from '../upstreams.ts'

const GEMINI_FILE = /^https:\/\/generativelanguage\.googleapis\.com\/v1(?:beta)?\/files\/[\w-]+$/
const YOUTUBE =
  /^https:\/\/(?:(?:www|m)\.)?youtube\.com\/(?:watch\?|shorts\/|live\/)|^https:\/\/youtu\.be\//
const STORAGE = /^gs:\/\/[a-z0-9][\w.-]+\/.+/

/**
 * The upstreams that read a file at this address themselves (docs/google.md: One upstream's fields). Null if none
 * does: then Pollux fetches the file once and sends it with the request.
 */
export function readersOf(uri: string): readonly Upstream[] | null {
  if (GEMINI_FILE.test(uri)) return ['gemini-api']
  if (YOUTUBE.test(uri)) return ['gemini-api', 'vertex']
  if (STORAGE.test(uri)) return ['vertex']
  return null
}

export function isYouTube(uri: string): boolean {
  return YOUTUBE.test(uri)
}

/**
 * The upstreams that cannot serve a request with these media, because the request names a file that they do not read.
 */
export function nonReaders(attachments: readonly Pick<Attachment, 'part'>[]): readonly Upstream[] {
  const readers = attachments.flatMap(({ part }) => {
    const known = part.fileData === undefined ? null : readersOf(part.fileData.fileUri)
    return known === null ? [] : [known]
  })
  return UPSTREAMS.filter((upstream) => readers.some((some) => !some.includes(upstream)))
}
