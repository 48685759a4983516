import { toSpeech } from '../../dialects/openai-speech/whole.ts'
import { parseSpeechRequest, type SpeechRequest } from '../../dialects/openai-speech/body.ts'
import type { KeyHolder } from '../../gateway/authenticate.ts'
import { type Generated, generate } from '../../gateway/generate.ts'
import { verdictOf } from '../../gateway/verdict-of.ts'
import type { GenerateContentRequest } from '../../gemini/types.ts'
import { estimateTokens } from '../../gemini/usage.ts'
import { speechConfigOf } from '../../gemini/media/voices.ts'
import { Cuttings } from '../../bytes/cuttings.ts'
import { checked } from '../access.ts'
import type { Call, Reply } from '../call.ts'
import { setJourneyHeaders } from './journey-headers.ts'
import { notOfKind } from './model-kind.ts'
import { journeyFor, outliving, readServiceBody } from './journey.ts'

/** POST /v1/audio/speech */
export async function speech(call: Call, holder: KeyHolder): Promise<Reply> {
  const body = await readServiceBody(call, holder)
  if (!body.ok) return body.reply
  const parsed = parseSpeechRequest(body.value)
  if (!parsed.ok) return checked(call, holder, parsed.failure)
  const { model, response_format: format } = parsed.value
  const wrong = notOfKind(model, 'speech')
  if (wrong !== null) return checked(call, holder, wrong)
  const request = toGeminiRequest(parsed.value)
  const estimatedTokens = estimateTokens(request)
  const journey = await journeyFor(call, holder, { body: body.value, model, estimatedTokens })
  const made = generate({ ...journey, request, cuttings: Cuttings.NONE, stream: false })
  const generated = await outliving(call, made)
  const response = answer(call, generated, format)
  setJourneyHeaders(response.headers, generated, call.family)
  return response
}

/** Models that speak take no system text: how to say it stands before what to say. */
function toGeminiRequest({ input, instructions, voice }: SpeechRequest): GenerateContentRequest {
  const text = instructions.trim() === '' ? input : `${instructions.trim()}:\n${input}`
  return {
    contents: [{ role: 'user', parts: [{ text }] }],
    generationConfig: {
      responseModalities: ['AUDIO'],
      speechConfig: speechConfigOf(typeof voice === 'string' ? voice : voice.id),
    },
  }
}

function answer(call: Call, generated: Generated, format: 'wav' | 'pcm'): Response {
  if (!generated.ok) return call.family.refuse(generated.failure, call.requestId)
  const response = generated.kind === 'unary' ? generated.response : {}
  const spoken = toSpeech(response, format)
  generated.settle(verdictOf(spoken), response.usageMetadata)
  if (!spoken.ok) return call.family.refuse(spoken.failure, call.requestId)
  return new Response(spoken.audio, { headers: { 'content-type': spoken.mimeType } })
}
