/** The answer as GenerateContentResponse objects: one for a unary call, several for a stream. */
import type { Model } from '../models.ts'
import type { JsonObject } from '../json.ts'
import type { Reply, Upstream, Usage } from '../protocol.ts'
import type { GenerateRequest, Part } from '../proto/types.ts'
import { randomId } from '../random.ts'
import type { Signatures } from '../state/signatures.ts'
import { answerTo } from './answer.ts'
import type { Answer } from './answer.ts'
import { signParts } from './sign.ts'
import { completeUsage, partTokens, promptTokens, usageMetadata } from './usage.ts'

export interface Composition {
  upstream: Upstream
  model: Model
  request: GenerateRequest
  reply: Reply
  signatures: Signatures
  now: number
  streaming: boolean
  /** how many of the request's tokens a cache holds */
  cached?: number
}

export function composeChunks(composition: Composition): JsonObject[] {
  const { reply, streaming } = composition
  if (reply.chunks) {
    composition.signatures.rememberAll(composition, reply.chunks)
    return streaming ? reply.chunks : reply.chunks.slice(0, 1)
  }
  const frame = frameOf(composition)
  if (reply.blockReason !== undefined) return [blocked(composition, frame)]
  const answer = answerTo(composition.model, composition.request, reply, composition.cached)
  const parts = reply.signatures === false ? answer.parts : sign(answer, composition)
  const pieces = streaming ? splitParts(parts) : [parts]
  let spoken = 0
  return pieces.map((piece, index) => ({
    candidates: candidates(piece, {
      composition,
      finishReason: index === pieces.length - 1 ? answer.finishReason : undefined,
    }),
    usageMetadata:
      index === pieces.length - 1
        ? usageMetadata(answer.usage, composition.upstream)
        : runningUsage(composition, answer.usage, (spoken += spokenTokens(piece))),
    ...frame,
  }))
}

function sign(answer: Answer, composition: Composition): Part[] {
  const { upstream, model, signatures, streaming, request } = composition
  return signParts(answer.parts, {
    signatures,
    upstream,
    model,
    streaming,
    hasFunctions: (request.tools ?? []).some((tool) => tool.functionDeclarations?.length),
    thought: (answer.usage.thoughtsTokenCount ?? 0) > 0,
  })
}

/** What every chunk of an answer has. Vertex and Code Assist also say when it was made. */
function frameOf({ upstream, model, reply, now }: Composition): JsonObject {
  return {
    modelVersion: reply.modelVersion ?? model.id,
    ...(upstream === 'gemini-api' ? {} : { createTime: new Date(now).toISOString() }),
    responseId: randomId(16),
  }
}

function blocked({ upstream, request, reply }: Composition, frame: JsonObject): JsonObject {
  const usage = completeUsage({ promptTokenCount: promptTokens(request) }, reply.usage)
  const message = { blockReasonMessage: 'The prompt was blocked.' }
  return {
    promptFeedback: {
      blockReason: reply.blockReason,
      ...(upstream === 'gemini-api' ? {} : message),
    },
    usageMetadata: usageMetadata(usage, upstream),
    ...frame,
  }
}

function candidates(
  parts: Part[],
  { composition, finishReason }: { composition: Composition; finishReason: string | undefined },
): JsonObject[] {
  const { upstream, request, reply } = composition
  const last = finishReason !== undefined
  const count = request.generationConfig?.candidateCount ?? 1
  return Array.from({ length: count }, (_, index) => ({
    // If all tokens went into thinking, the candidate's content has no parts.
    content: parts.length > 0 ? { parts, role: 'model' } : { role: 'model' },
    ...(last ? { finishReason } : {}),
    ...(last && reply.finishMessage ? { finishMessage: reply.finishMessage } : {}),
    ...(last && reply.continuationToken ? { continuationToken: reply.continuationToken } : {}),
    ...(last ? reply.candidate : {}),
    // Vertex and Code Assist leave out the zero; the Gemini API writes it.
    ...(upstream === 'gemini-api' || index > 0 ? { index } : {}),
    ...(last && upstream !== 'gemini-api' && !composition.streaming ? { avgLogprobs: -0.21 } : {}),
  }))
}

/** Splits text word by word; all other parts stay whole. */
function splitParts(parts: Part[]): Part[][] {
  if (parts.length === 0) return [[]]
  return parts.flatMap((part) => {
    const words = part.text?.match(/\s*\S+\s*/g)
    if (!words || part.thought || part.thoughtSignature !== undefined) return [[part]]
    return words.map((text) => [{ ...part, text }])
  })
}

/** The Gemini API counts tokens in every chunk. The others say only the traffic type until the last chunk. */
function runningUsage({ upstream }: Composition, total: Usage, spoken: number): JsonObject {
  if (upstream !== 'gemini-api') return { trafficType: 'ON_DEMAND' }
  const { promptTokenCount = 0, thoughtsTokenCount = 0, candidatesTokenCount = 0 } = total
  const counted = {
    promptTokenCount,
    candidatesTokenCount: Math.min(spoken, candidatesTokenCount),
    thoughtsTokenCount,
  }
  return usageMetadata(completeUsage(counted), upstream)
}

function spokenTokens(parts: Part[]): number {
  return parts.reduce((sum, part) => (part.thought ? sum : sum + partTokens(part)), 0)
}
