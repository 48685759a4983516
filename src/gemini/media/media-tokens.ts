/**
 * About how many tokens media take, by type, length and how closely the model is to look. It serves limits, and is
 * corrected by the count in Google's answer. Google's rates (ai.google.dev/gemini-api/docs/tokens): an image 258 to
 * 1,120, sound 32 a second, film 263 a second, a page of a PDF 258 to 560. Duration and pages are guessed from the
 * size: 16 kB a second of sound, 125 kB a second of film, 50 kB a page.
 */
import type { Part } from '../types.ts'

const IMAGE = { LOW: 280, OTHER: 1120 }
/** Bytes a token, for the three kinds. */
const SOUND_BYTES = 16_000 / 32
const FILM_BYTES = 125_000 / 263
const PAGE_BYTES = 50_000 / 560
/** Tokens for a file that lies elsewhere, so that its size is not known. */
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
