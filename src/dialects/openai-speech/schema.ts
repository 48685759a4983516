/** OpenAI's speech requests, as far as Gemini's models that speak can follow them. */
import * as v from 'valibot'
import type { Failure } from '../../http/errors.ts'
import { toFailure } from '../../http/issue.ts'
import { modelName } from '../openai-chat/schema.ts'

const voiceName = v.pipe(v.string('a string'), v.nonEmpty('must not be empty'))

export const speechRequest = v.object(
  {
    model: modelName,
    input: v.pipe(v.string('a string'), v.nonEmpty('must not be empty')),
    // Voices of one's own are objects at OpenAI.
    voice: v.nullish(v.union([voiceName, v.object({ id: voiceName })], 'a string'), 'alloy'),
    instructions: v.nullish(v.string('a string'), ''),
    /** OpenAI's default is mp3, which nothing here can encode: what is not said is WAV, which players tell by its first bytes. */
    response_format: v.nullish(
      v.pipe(
        v.string('a string'),
        v.picklist(['wav', 'pcm'], 'must be one of: wav, pcm; Gemini speaks no other'),
      ),
      'wav',
    ),
    speed: v.nullish(
      v.pipe(
        v.number('a number'),
        v.literal(1, 'must be 1; say in the instructions how fast to speak'),
      ),
    ),
    stream_format: v.nullish(v.pipe(v.string('a string'), v.picklist(['audio'], 'must be audio'))),
  },
  'a JSON object',
)

export type SpeechRequest = v.InferOutput<typeof speechRequest>

export type ParsedSpeechRequest =
  | { readonly ok: true; readonly request: SpeechRequest }
  | { readonly ok: false; readonly failure: Failure }

export function parseSpeechRequest(body: unknown): ParsedSpeechRequest {
  const parsed = v.safeParse(speechRequest, body, { abortEarly: true })
  return parsed.success
    ? { ok: true, request: parsed.output }
    : { ok: false, failure: toFailure(parsed.issues[0]) }
}
