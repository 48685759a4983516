/**
 * About how many tokens media are, from what is cheap to know: type, length, and how closely it is to be looked at. A rule of
 * thumb for limits, which the count that Google sends with its answer corrects. Google's rates (ai.google.dev/gemini-api/docs/tokens):
 * an image 258 to 1,120, sound 32 a second, film 263 a second, a page of a PDF 258 to 560. How long a file plays and how many
 * pages it has is guessed from its size: 16 kB a second of sound, 125 kB of film, 50 kB a page.
 */
import type { Part } from '../types.ts'

const IMAGE = { LOW: 280, OTHER: 1120 }
/** Bytes for each token. */
const SOUND_BYTES = 16_000 / 32
const FILM_BYTES = 125_000 / 263
const PAGE_BYTES = 50_000 / 560
/** A file elsewhere: its size is not known. */
const ELSEWHERE = { image: IMAGE.OTHER, other: 10_000 }

export function estimateMediaTokens(part: Part, lengthOf: (text: string) => number): number {
  const { inlineData, fileData, mediaResolution } = part
  if (inlineData !== undefined) {
    const { mimeType, data } = inlineData
    if (mimeType.startsWith('image/')) {
      return mediaResolution?.level === 'MEDIA_RESOLUTION_LOW' ? IMAGE.LOW : IMAGE.OTHER
    }
    return Math.ceil((lengthOf(data) * 0.75) / bytesPerToken(mimeType))
  }
  if (fileData === undefined) return 0
  return fileData.mimeType?.startsWith('image/') ? ELSEWHERE.image : ELSEWHERE.other
}

function bytesPerToken(mimeType: string): number {
  if (mimeType.startsWith('audio/')) return SOUND_BYTES
  return mimeType.startsWith('video/') ? FILM_BYTES : PAGE_BYTES
}
