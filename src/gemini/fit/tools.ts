/**
 * Which tools may stand together in a request (docs/google.md: Tools), and where media of a function's result go
 * (docs/google.md: Parts).
 */
import { isGooglesOwn } from '../tools.ts'
import type { Content, FunctionResponse, GenerateContentRequest, Part } from '../types.ts'
import type { Aim } from './aim.ts'

export function fitTools(request: GenerateContentRequest, aim: Aim): GenerateContentRequest {
  const goesBeside = aim.traits.nestsMedia ? isSoundOrFilm : isAny
  return unmixed(withMediaBeside(request, goesBeside))
}

/**
 * Google's own tools beside functions would get later turns refused. Older models refuse such a request at once.
 * Gemini 3 on the Gemini API wants the calls of its own tools (`toolCall`, `toolResponse`, with their signatures)
 * back in every later turn, and no client keeps them. So if a request has both, only the kind that stands first is
 * kept.
 */
function unmixed(request: GenerateContentRequest): GenerateContentRequest {
  const { tools } = request
  if (tools === undefined) return request
  const functions = tools.filter((tool) => !isGooglesOwn(tool))
  if (functions.length === 0 || functions.length === tools.length) return request
  if (tools[0]?.functionDeclarations !== undefined) return { ...request, tools: functions }
  const builtIns = tools.filter(isGooglesOwn)
  // The tool configuration speaks of functions only.
  const { toolConfig: _, ...rest } = request
  return { ...rest, tools: builtIns }
}

type Inside = NonNullable<FunctionResponse['parts']>[number]

/** Inside a result Google accepts pictures, PDFs and texts, but sound or film from no model. */
function isSoundOrFilm({ inlineData: { mimeType } }: Inside): boolean {
  return /^(?:audio|video)\//.test(mimeType)
}

function isAny(): boolean {
  return true
}

/** Moves media out of results. Beside the results Google accepts them everywhere. */
function withMediaBeside(
  request: GenerateContentRequest,
  goesBeside: (media: Inside) => boolean,
): GenerateContentRequest {
  return request.contents.some(hasMediaInside)
    ? { ...request, contents: request.contents.map((content) => mediaBeside(content, goesBeside)) }
    : request
}

/** Frozen contents are of earlier turns, and of words and calls alone (gemini/ask/conversation.ts). */
function hasMediaInside(content: Content): boolean {
  return !Object.isFrozen(content) && content.parts.some(isWithMedia)
}

function isWithMedia({ functionResponse }: Part): boolean {
  return functionResponse?.parts !== undefined
}

/** The media follow all results, which Google counts and wants together, and precede what the user says of them. */
function mediaBeside(content: Content, goesBeside: (media: Inside) => boolean): Content {
  if (!hasMediaInside(content)) return content
  const beside: Part[] = []
  const parts = content.parts.map((part): Part => {
    if (part.functionResponse === undefined) return part
    const { parts: media = [], ...rest } = part.functionResponse
    for (const each of media) if (goesBeside(each)) beside.push(each)
    const inside = media.filter((each) => !goesBeside(each))
    const functionResponse = inside.length === 0 ? rest : { ...rest, parts: inside }
    return { ...part, functionResponse }
  })
  const end = parts.findLastIndex(({ functionResponse }) => functionResponse !== undefined) + 1
  return { ...content, parts: parts.toSpliced(end, 0, ...beside) }
}
