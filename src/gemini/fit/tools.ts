/** Which tools may meet in a request (docs/google.md: Tools), and where the media of a function's result go (docs/google.md: Parts). */
import { isGooglesOwn } from '../tools.ts'
import type { Content, FunctionResponse, GenerateContentRequest, Part } from '../types.ts'
import type { Aim } from './aim.ts'

export function fitTools(request: GenerateContentRequest, aim: Aim): GenerateContentRequest {
  const goesBeside = aim.traits.nestsMedia ? isSoundOrFilm : isAny
  return unmixed(withMediaBeside(request, goesBeside))
}

/**
 * Google's own tools beside functions end in refused turns: older models take no such request, and Gemini 3 on the Gemini API wants
 * its calls of its own tools (`toolCall`, `toolResponse`, with their signatures) back with every later turn, which no client keeps.
 * So where both are asked for, it is what stands first.
 */
function unmixed(request: GenerateContentRequest): GenerateContentRequest {
  const { tools } = request
  if (tools === undefined) return request
  const functions = tools.filter((tool) => !isGooglesOwn(tool))
  if (functions.length === 0 || functions.length === tools.length) return request
  if (tools[0]?.functionDeclarations !== undefined) return { ...request, tools: functions }
  const builtIns = tools.filter(isGooglesOwn)
  // What it says is about functions.
  const { toolConfig: _, ...rest } = request
  return { ...rest, tools: builtIns }
}

type Inside = NonNullable<FunctionResponse['parts']>[number]

/** Inside a result Google takes pictures, PDFs and texts, from no model sound or film. */
function isSoundOrFilm({ inlineData: { mimeType } }: Inside): boolean {
  return /^(?:audio|video)\//.test(mimeType)
}

function isAny(): boolean {
  return true
}

/** Beside the results media are taken everywhere. */
function withMediaBeside(
  request: GenerateContentRequest,
  goesBeside: (media: Inside) => boolean,
): GenerateContentRequest {
  return request.contents.some(hasMediaInside)
    ? { ...request, contents: request.contents.map((content) => mediaBeside(content, goesBeside)) }
    : request
}

function hasMediaInside({ parts }: Content): boolean {
  return parts.some(({ functionResponse }) => functionResponse?.parts !== undefined)
}

/** After all results, which Google counts and wants together. */
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
  return { ...content, parts: [...parts, ...beside] }
}
