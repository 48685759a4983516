import { cacheIdIn, fileIdIn, MAX_PINS_ASKED, type PinRef } from '../pins.ts'
import type { GenerateContentRequest } from '../types.ts'
import { UPSTREAMS, type Upstream } from '../upstreams.ts'
import type { Attachment } from './attachment.ts'

/** What a request names that only one credential knows: files of the Files API, and a cache. */
export function pinsIn(
  { cachedContent }: Pick<GenerateContentRequest, 'cachedContent'>,
  attachments: readonly Pick<Attachment, 'part' | 'param'>[],
): readonly PinRef[] {
  const pins: PinRef[] = []
  const cache = cachedContent === undefined ? null : cacheIdIn(cachedContent)
  if (cache !== null) pins.push({ kind: 'cached_content', id: cache, param: 'cached_content' })
  for (const { part, param } of attachments) {
    const id = part.fileData === undefined ? null : fileIdIn(part.fileData.fileUri)
    if (id !== null) pins.push({ kind: 'file', id, param })
  }
  return pins.slice(0, MAX_PINS_ASKED)
}

/**
 * Upstreams that cannot know a cache of this name. A cache belongs either to the Gemini API or to Vertex AI; the
 * names of the latter begin with the project.
 */
export function nonKnowers(cachedContent: string | undefined): readonly Upstream[] {
  if (cachedContent === undefined) return []
  const knower = cachedContent.startsWith('projects/') ? 'vertex' : 'gemini-api'
  return UPSTREAMS.filter((upstream) => upstream !== knower)
}
