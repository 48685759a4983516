import { recordingType, toGeminiRequest } from '../../dialects/openai-audio/request.ts'
import { toTranscript } from '../../dialects/openai-audio/whole.ts'
import { type AudioRequest, parseAudioForm, type Task } from '../../dialects/openai-audio/body.ts'
import { TranscriptStream } from '../../dialects/openai-audio/stream.ts'
import type { KeyHolder } from '../../gateway/authenticate.ts'
import { DONE } from '../../gateway/attempt.ts'
import { type Generated, generate } from '../../gateway/generate.ts'
import { verdictOf, verdictOn } from '../../gateway/verdict-of.ts'
import { isFinal } from '../../gemini/response.ts'
import type { GenerateContentResponse } from '../../gemini/types.ts'
import { estimateTokens } from '../../gemini/usage.ts'
import { Cuttings } from '../../bytes/cuttings.ts'
import type { Failure } from '../../failure/failure.ts'
import { readForm } from '../../http/multipart.ts'
import { wavDuration } from '../../bytes/wav.ts'
import type { Call, Reply } from '../call.ts'
import { setJourneyHeaders } from './journey-headers.ts'
import { journeyFor, outliving } from './journey.ts'
import { streamed } from './streamed.ts'

/** The names by which OpenAI's clients ask for a transcript, whatever they know of Gemini. */
const OPENAI_MODEL = /^(?:whisper-|gpt-)/
/** Enough to tell a file's type. */
const HEAD_BYTES = 64

/** POST /v1/audio/transcriptions */
export function transcriptions(call: Call, holder: KeyHolder): Promise<Reply> {
  return transcribe(call, holder, 'transcribe')
}

/** POST /v1/audio/translations */
export function translations(call: Call, holder: KeyHolder): Promise<Reply> {
  return transcribe(call, holder, 'translate')
}

async function transcribe(call: Call, holder: KeyHolder, task: Task): Promise<Reply> {
  const { request, settings } = call
  const read = await readForm(request, settings.maxBodyBytes, holder.userId)
  if (!read.ok) return read.failure
  const parsed = parseAudioForm(read.form, task)
  if (!parsed.ok) return parsed.failure
  const audio = parsed.value
  if (audio.file.size > settings.maxMediaPartBytes) return tooLarge(settings.maxMediaPartBytes)
  const bytes = new Uint8Array(await audio.file.arrayBuffer())
  const recording = recordingType(audio.file, bytes.subarray(0, HEAD_BYTES))
  if (!recording.ok) return recording.failure
  const { mimeType } = recording
  const translated = toGeminiRequest(audio, task, { mimeType, data: bytes.toBase64() })

  const journey = await journeyFor(call, holder, {
    body: {},
    model: OPENAI_MODEL.test(audio.model) ? settings.transcriptionModel : audio.model,
    estimatedTokens: estimateTokens(translated),
  })
  const cuttings = Cuttings.NONE
  const generated = await outliving(
    call,
    generate({ ...journey, request: translated, cuttings, stream: audio.stream }),
  )
  const response = answer(call, generated, { audio, task, duration: wavDuration(bytes) })
  setJourneyHeaders(response.headers, generated, call.family)
  return response
}

function answer(
  call: Call,
  generated: Generated,
  asked: { readonly audio: AudioRequest; readonly task: Task; readonly duration: number | null },
): Response {
  if (!generated.ok) return call.family.refuse(generated.failure, call.requestId)
  if (generated.kind === 'unary') {
    const { response, settle } = generated
    const transcript = toTranscript(response, asked)
    settle(verdictOf(transcript), response.usageMetadata)
    return transcript.ok
      ? new Response(transcript.body, { headers: { 'content-type': transcript.contentType } })
      : call.family.refuse(transcript.failure, call.requestId)
  }
  const failure = failureWithoutWords(generated.first.responses)
  if (failure !== null) {
    generated.control.abort(DONE)
    const usage = generated.first.responses.at(-1)?.usageMetadata
    generated.settle(verdictOn(failure), usage)
    return call.family.refuse(failure, call.requestId)
  }
  return streamed(call, generated, () => new TranscriptStream())
}

/** Why a stream has ended before its first word; then it can still be told as an HTTP error. Null where it goes on, or ended well. */
function failureWithoutWords(responses: readonly GenerateContentResponse[]): Failure | null {
  if (!responses.some(isFinal)) return null
  const stream = new TranscriptStream()
  if (responses.some((response) => stream.encode(response) !== '')) return null
  const end = stream.end()
  return end.ok ? null : end.failure
}

function tooLarge(limit: number): Failure {
  const message = `Invalid value: 'file' is larger than the ${limit} bytes that one file may have.`
  return { reason: 'invalid_value', message, param: 'file' }
}
