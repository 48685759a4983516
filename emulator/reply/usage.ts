/** Plausible token counts, summed as Google does (docs/google.md: Token counts). */
import type { JsonObject } from '../json.ts'
import type { Upstream, Usage } from '../protocol.ts'
import type { Content, GenerateRequest, Part } from '../proto/types.ts'

const CHARACTERS_PER_TOKEN = 4
/** Tokens of an image. */
const MEDIA_TOKENS = 258

export function textTokens(text: string): number {
  const words = text.match(/\S+/g)?.length ?? 0
  return Math.max(words, Math.ceil(text.length / CHARACTERS_PER_TOKEN))
}

export function partTokens(part: Part): number {
  if (part.inlineData || part.fileData) return MEDIA_TOKENS
  if (part.text !== undefined) return textTokens(part.text)
  const { thoughtSignature: _, ...rest } = part
  return textTokens(JSON.stringify(rest))
}

export function promptTokens(request: GenerateRequest): number {
  const contents: Content[] = [...(request.contents ?? [])]
  if (request.systemInstruction) contents.push(request.systemInstruction)
  const parts = contents.flatMap((content) => content.parts ?? [])
  const spoken = parts.reduce((sum, part) => sum + partTokens(part), 0)
  return spoken + (request.tools ? textTokens(JSON.stringify(request.tools)) : 0)
}

/** Fills in what a script left open. The total adds up unless the script says otherwise. */
export function completeUsage(counted: Usage, scripted: Usage = {}): Usage {
  const usage = { ...counted, ...scripted }
  const total =
    (usage.promptTokenCount ?? 0) +
    (usage.candidatesTokenCount ?? 0) +
    (usage.toolUsePromptTokenCount ?? 0) +
    (usage.thoughtsTokenCount ?? 0)
  return { ...usage, totalTokenCount: scripted.totalTokenCount ?? total }
}

/** As protobuf JSON, which leaves out zeros. */
export function usageMetadata(usage: Usage, upstream: Upstream): JsonObject {
  const counts = Object.entries(usage).filter(([, count]) => count > 0)
  const { promptTokenCount = 0, candidatesTokenCount = 0, cachedContentTokenCount = 0 } = usage
  const isGemini = upstream === 'gemini-api'
  return {
    ...Object.fromEntries(counts),
    ...(promptTokenCount > 0 ? { promptTokensDetails: textDetails(promptTokenCount) } : {}),
    ...(cachedContentTokenCount > 0
      ? { cacheTokensDetails: textDetails(cachedContentTokenCount) }
      : {}),
    ...(isGemini || candidatesTokenCount === 0
      ? {}
      : { candidatesTokensDetails: textDetails(candidatesTokenCount) }),
    ...(isGemini ? {} : { trafficType: 'ON_DEMAND' }),
  }
}

function textDetails(tokenCount: number): JsonObject[] {
  return [{ modality: 'TEXT', tokenCount }]
}
