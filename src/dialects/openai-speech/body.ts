/** OpenAI's speech requests, as far as Gemini's models that speak can follow them. */
import * as v from 'valibot'
import { asObject, parse, type Parsed } from '../../failure/check.ts'
import { modelName } from '../model-name.ts'
import { speechConfig } from '../speech-config.ts'
import { inAllPlaces } from '../spellings.ts'
import { number, oneOf, someText, string } from '../words.ts'
import { lazy } from '../../lazy.ts'

/** Gemini's words for the voice, since OpenAI has none for two speakers. */
export const GOOGLE = lazy(() => ({ speechConfig: v.nullish(speechConfig()) }))

export const speechRequest = lazy(() =>
  v.object(
    {
      ...inAllPlaces(GOOGLE()),
      model: modelName(),
      input: someText(),
      // At OpenAI, custom voices are objects.
      voice: v.nullish(v.union([someText(), v.object({ id: someText() })], 'a string'), 'alloy'),
      instructions: v.nullish(string(), ''),
      /**
       * OpenAI's default is mp3, for which there is no encoder here. So the default is WAV, which players recognise by
       * its first bytes.
       */
      response_format: v.nullish(oneOf(['wav', 'pcm'], '; Gemini speaks no other'), 'wav'),
      speed: v.nullish(
        v.pipe(number(), v.literal(1, 'must be 1; say in the instructions how fast to speak')),
      ),
      stream_format: v.nullish(v.pipe(string(), v.picklist(['audio'], 'must be audio'))),
    },
    'a JSON object',
  ),
)

export type SpeechRequest = v.InferOutput<ReturnType<typeof speechRequest>>

export function parseSpeechRequest(input: unknown): Parsed<SpeechRequest> {
  const body = asObject(input)
  return body.ok ? parse(speechRequest(), body.value) : body
}
