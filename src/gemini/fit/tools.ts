/** Which tools may meet in a request (google-upstreams §4.4), and where the media of a function's result go (§4.2). */
import { isGooglesOwn } from '../tools.ts'
import type { Content, GenerateContentRequest, Part } from '../types.ts'
import type { Aim } from './aim.ts'

export function fitTools(request: GenerateContentRequest, aim: Aim): GenerateContentRequest {
  return unmixed(aim.traits.nestsMedia ? request : withMediaBeside(request), aim)
}

/** Where both are asked for and only one can be had, it is what stands first. */
function unmixed(
  request: GenerateContentRequest,
  { traits, upstream }: Aim,
): GenerateContentRequest {
  const { tools, toolConfig } = request
  if (tools === undefined) return request
  const functions = tools.filter((tool) => !isGooglesOwn(tool))
  if (functions.length === 0 || functions.length === tools.length) return request
  if (traits.mixesTools.includes(upstream)) {
    return { ...request, toolConfig: { ...toolConfig, includeServerSideToolInvocations: true } }
  }
  if (tools[0]?.functionDeclarations !== undefined) return { ...request, tools: functions }
  const builtIns = tools.filter(isGooglesOwn)
  // What it says is about functions.
  const { toolConfig: _, ...rest } = request
  return { ...rest, tools: builtIns }
}

/** Beside the results media are taken everywhere. */
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
