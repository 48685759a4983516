import { generationOf } from '../models/model-generation.ts'
import type { Content, GenerateContentRequest, Part } from '../types.ts'
import type { Target } from './aim.ts'

/**
 * How closely the model looks at media. Since Gemini 3 each part can say it; before, only the request can, for all
 * parts at once (docs/google.md: Parts, Generation settings). Then all are looked at closely if any part asks for
 * that, and coarsely only if all parts ask for that.
 */
export function fitMedia(
  request: GenerateContentRequest,
  { model }: Pick<Target, 'model'>,
): GenerateContentRequest {
  // Checked first, since most requests have only text.
  if (!request.contents.some(hasLevel) || generationOf(model) >= 3) return request
  const media = request.contents.flatMap(({ parts }) => parts).filter(isMedia)
  const levels = media.map(({ mediaResolution }) => mediaResolution?.level)
  const mediaResolution = commonLevel(levels)
  const contents = request.contents.map((content) => ({
    ...content,
    parts: content.parts.map(({ mediaResolution: _level, ...part }): Part => part),
  }))
  if (mediaResolution === null) return { ...request, contents }
  return {
    ...request,
    contents,
    generationConfig: { mediaResolution, ...request.generationConfig },
  }
}

/** Frozen contents hold no media (gemini/ask/conversation.ts). */
function hasLevel(content: Content): boolean {
  return !Object.isFrozen(content) && content.parts.some(isLeveled)
}

function isLeveled(part: Part): boolean {
  return isMedia(part) && part.mediaResolution !== undefined
}

function isMedia({ inlineData, fileData }: Part): boolean {
  return inlineData !== undefined || fileData !== undefined
}

/** Parts without a level leave the choice to the model, which looks more closely than LOW. */
function commonLevel(levels: readonly (string | undefined)[]): string | null {
  const [LOW, HIGH] = ['MEDIA_RESOLUTION_LOW', 'MEDIA_RESOLUTION_HIGH']
  if (levels.some((level) => level !== undefined && level !== LOW)) return HIGH
  return levels.every((level) => level === LOW) ? LOW : null
}
