/**
 * What the answer may contain besides text: `modalities`, `audio`, and Gemini's own fields for them (docs/clients.md:
 * Fields).
 */
import * as v from 'valibot'
import type { GenerationConfig } from '../../../gemini/types.ts'
import { speechConfigOf } from '../../../gemini/media/voices.ts'
import { isRecord, present } from '../../../json/record.ts'
import type { GoogleExtras } from './google-extras.ts'
import { lowerCaseOf, string } from '../../words.ts'
import { lazy } from '../../../lazy.ts'

const voiceName = lazy(() => v.pipe(string(), v.minLength(1, 'must not be empty')))
/** OpenAI names its own voices, and gives ids to custom ones. */
const voice = lazy(() =>
  v.lazy((input) => (isRecord(input) ? v.object({ id: voiceName() }) : voiceName())),
)

export const modalityEntries = lazy(() => ({
  modalities: v.nullish(v.array(lowerCaseOf(['text', 'image', 'audio']), 'an array of modalities')),
  audio: v.nullish(
    v.object(
      {
        voice: v.nullish(voice()),
        // Gemini sends bare samples. media.ts can make a WAV file of them, but there is no encoder for other formats.
        format: v.nullish(lowerCaseOf(['wav', 'pcm16'])),
      },
      'an object',
    ),
  ),
}))

const modalityFields = lazy(() => v.object(modalityEntries()))

export function toModalities(
  { modalities, audio }: v.InferOutput<ReturnType<typeof modalityFields>>,
  google: GoogleExtras,
): GenerationConfig {
  const asked = modalities?.map((modality) => modality.toUpperCase())
  return present({
    responseModalities: google.responseModalities ?? (asked?.length ? asked : null),
    speechConfig:
      google.speechConfig ?? (audio?.voice ? speechConfigOf(nameOf(audio.voice)) : null),
    imageConfig: google.imageConfig,
  })
}

function nameOf(asked: v.InferOutput<ReturnType<typeof voice>>): string {
  return typeof asked === 'string' ? asked : asked.id
}
