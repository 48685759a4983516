/** What the model says: the script's words, or a plausible echo of the request. */
import { isObject } from '../errors/failure.ts'
import type { Model } from '../models.ts'
import type { Reply, Usage } from '../protocol.ts'
import type { GenerateRequest, GenerationConfig, Part } from '../proto/types.ts'
import { base64 } from '../random.ts'
import { sampleOf } from './sample.ts'
import { completeUsage, partTokens, promptTokens, textTokens } from './usage.ts'

const THOUGHT_TOKENS = 16
const THOUGHT = '**Thinking it over**\n\nI should answer what the user said.'
const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

export interface Answer {
  parts: Part[]
  finishReason: string | undefined
  usage: Usage
}

/** `cached`: how many of the request's tokens a cache holds. */
export function answerTo(model: Model, request: GenerateRequest, reply: Reply, cached = 0): Answer {
  const config = request.generationConfig ?? {}
  const thoughts = reply.usage?.thoughtsTokenCount ?? thoughtTokens(model, config)
  const spoken = scriptedParts(reply) ?? limit(defaultParts(model, request), config, thoughts)
  const thought = thoughtPart(reply, config, thoughts)
  const counted: Usage = {
    promptTokenCount: promptTokens(request),
    ...(cached > 0 ? { cachedContentTokenCount: cached } : {}),
    candidatesTokenCount:
      count(spoken.parts.filter((part) => !part.thought)) * (config.candidateCount ?? 1),
    thoughtsTokenCount: thoughts,
  }
  return {
    parts: [...thought, ...spoken.parts],
    finishReason:
      reply.finishReason === null ? undefined : (reply.finishReason ?? spoken.finishReason),
    usage: completeUsage(counted, reply.usage),
  }
}

interface Spoken {
  parts: Part[]
  finishReason: string
}

function scriptedParts(reply: Reply): Spoken | undefined {
  if (reply.parts) return { parts: reply.parts, finishReason: 'STOP' }
  if (reply.text === undefined) return undefined
  return { parts: reply.text === '' ? [] : [{ text: reply.text }], finishReason: 'STOP' }
}

function defaultParts(model: Model, request: GenerateRequest): Part[] {
  const call = forcedCall(request)
  if (call) return [call]
  if (model.kind === 'speech') return speech(lastUserText(request))
  const last = request.contents?.at(-1)?.parts ?? []
  const results = last.flatMap((part) => part.functionResponse?.response ?? [])
  const said = lastUserText(request)
  const text = results.length
    ? `The function answered: ${results.map((result) => JSON.stringify(result)).join(', ')}`
    : said === ''
      ? 'You sent no text.'
      : `You said: ${said}`
  const { responseMimeType, responseSchema, responseJsonSchema } = request.generationConfig ?? {}
  if (responseMimeType === 'application/json') {
    const schema = responseJsonSchema ?? responseSchema
    const value = isObject(schema) ? sampleOf(schema, text) : { answer: text }
    return [{ text: JSON.stringify(value) }]
  }
  const image = { inlineData: { mimeType: 'image/png', data: PIXEL } }
  return model.kind === 'image' ? [{ text }, image] : [{ text }]
}

const SAMPLE_RATE = 24_000
const SAMPLES_PER_WORD = 240

/**
 * A tone as long as the text, one part for every few words. The samples have 16 bits, and only the mime type names
 * the format.
 */
function speech(text: string): Part[] {
  const words = text.split(/\s+/).length
  const mimeType = `audio/L16;codec=pcm;rate=${SAMPLE_RATE}`
  return Array.from({ length: Math.max(1, Math.ceil(words / 4)) }, (_, part) => {
    const pcm = new DataView(new ArrayBuffer(SAMPLES_PER_WORD * 2))
    for (let at = 0; at < SAMPLES_PER_WORD; at++) {
      pcm.setInt16(at * 2, Math.round(8000 * Math.sin(at / 8 + part)), true)
    }
    return { inlineData: { mimeType, data: base64(new Uint8Array(pcm.buffer)) } }
  })
}

/** Mode ANY forces the model to call a function. */
function forcedCall({ tools = [], toolConfig }: GenerateRequest): Part | undefined {
  const { mode, allowedFunctionNames } = toolConfig?.functionCallingConfig ?? {}
  if (mode !== 'ANY') return undefined
  const declared = tools.flatMap((tool) => tool.functionDeclarations ?? [])
  const name = allowedFunctionNames?.[0] ?? declared[0]?.name
  return name === undefined ? undefined : { functionCall: { name, args: {} } }
}

function lastUserText({ contents = [] }: GenerateRequest): string {
  for (const { role, parts = [] } of contents.toReversed()) {
    const text = parts.map((part) => part.text ?? '').join('')
    if (role !== 'model' && text !== '') return text
  }
  return ''
}

/** Applies stop sequences and maxOutputTokens. That limit counts thoughts too (docs/google.md: Generation settings). */
function limit(parts: Part[], config: GenerationConfig, thoughts: number): Spoken {
  const [first] = parts
  if (first?.text === undefined) return { parts, finishReason: 'STOP' }
  const text = beforeStop(first.text, config.stopSequences ?? [])
  const room = (config.maxOutputTokens ?? Infinity) - thoughts
  if (textTokens(text) <= room)
    return { parts: [{ text }, ...parts.slice(1)], finishReason: 'STOP' }
  const words = text.match(/\s*\S+/g) ?? []
  let kept = ''
  for (const word of words) {
    if (textTokens(kept + word) > room) break
    kept += word
  }
  return { parts: kept === '' ? [] : [{ text: kept }], finishReason: 'MAX_TOKENS' }
}

function beforeStop(text: string, stops: string[]): string {
  const ends = stops.map((stop) => text.indexOf(stop)).filter((at) => at >= 0)
  return text.slice(0, Math.min(text.length, ...ends))
}

function thoughtTokens(model: Model, config: GenerationConfig): number {
  if (!thinks(model, config)) return 0
  return Math.min(THOUGHT_TOKENS, Math.floor((config.maxOutputTokens ?? Infinity) / 2))
}

function thinks({ thinking }: Model, { thinkingConfig }: GenerationConfig): boolean {
  if (!thinking) return false
  const { thinkingBudget, thinkingLevel } = thinkingConfig ?? {}
  if (thinkingBudget === undefined && thinkingLevel === undefined) return thinking.byDefault
  // Gemini 3 cannot switch thinking off (docs/google.md: Thinking).
  return thinkingBudget !== 0 || thinking.levels.length > 0
}

function thoughtPart(reply: Reply, { thinkingConfig }: GenerationConfig, thoughts: number): Part[] {
  if (reply.thought !== undefined) return [{ text: reply.thought, thought: true }]
  const wanted = thinkingConfig?.includeThoughts === true && thoughts > 0 && !reply.parts
  return wanted ? [{ text: THOUGHT, thought: true }] : []
}

function count(parts: Part[]): number {
  return parts.reduce((sum, part) => sum + partTokens(part), 0)
}
