/** Which tools may meet in a request (google-upstreams §4.4), and where the media of a function's result go (§4.2). */
import { generationOf } from '../generation.ts'
import type { Content, GenerateContentRequest, Part } from '../types.ts'
import type { Target } from './aim.ts'

/** Since then Google's own tools and functions may be in one request, on the Gemini API. */
const MIXES_SINCE = 3
/** Gemini CLI nests media for ids that begin so, and for no others; beside the result they are taken everywhere. */
const NESTS_MEDIA = /^gemini-3-/

export function fitTools(request: GenerateContentRequest, target: Target): GenerateContentRequest {
  return unmixed(NESTS_MEDIA.test(target.model) ? request : withMediaBeside(request), target)
}

/** Where both are asked for and only one can be had, it is the functions: the client's own code waits for them. */
function unmixed(request: GenerateContentRequest, target: Target): GenerateContentRequest {
  const { tools = [], toolConfig } = request
  const functions = tools.filter(({ functionDeclarations }) => functionDeclarations !== undefined)
  if (functions.length === 0 || functions.length === tools.length) return request
  const mixes = target.upstream === 'gemini-api' && generationOf(target.model) >= MIXES_SINCE
  return mixes
    ? { ...request, toolConfig: { ...toolConfig, includeServerSideToolInvocations: true } }
    : { ...request, tools: functions }
}

function withMediaBeside(request: GenerateContentRequest): GenerateContentRequest {
  return request.contents.some(hasMediaInside)
    ? { ...request, contents: request.contents.map(mediaBeside) }
    : request
}

function hasMediaInside({ parts }: Content): boolean {
  return parts.some(({ functionResponse }) => functionResponse?.parts !== undefined)
}

/** After all results, which Google counts and wants together. */
function mediaBeside(content: Content): Content {
  if (!hasMediaInside(content)) return content
  const media: Part[] = content.parts.flatMap(
    ({ functionResponse }) => functionResponse?.parts ?? [],
  )
  return { ...content, parts: [...content.parts.map(withoutMedia), ...media] }
}

function withoutMedia(part: Part): Part {
  if (part.functionResponse === undefined) return part
  const { parts: _, ...functionResponse } = part.functionResponse
  return { ...part, functionResponse }
}
