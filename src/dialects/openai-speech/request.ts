import { speechConfigOf } from '../../gemini/media/voices.ts'
import type { GenerateContentRequest } from '../../gemini/types.ts'
import { present } from '../../json/record.ts'
import { lazy } from '../../lazy.ts'
import { fromAllPlaces, namesOf } from '../spellings.ts'
import { GOOGLE, type SpeechRequest } from './body.ts'

const GOOGLE_NAMES = lazy(() => namesOf(GOOGLE()))

/** Models that speak accept no system text, so the instruction stands before the text to speak. */
export function toGeminiRequest(speech: SpeechRequest): GenerateContentRequest {
  const { input, instructions } = speech
  const text = instructions.trim() === '' ? input : `${instructions.trim()}:\n${input}`
  return {
    contents: [{ role: 'user', parts: [{ text }] }],
    generationConfig: {
      responseModalities: ['AUDIO'],
      speechConfig: speechConfigIn(speech),
    },
  }
}

/** Who speaks, in Gemini's words, goes before `voice`. Google takes one voice or several, not both. */
function speechConfigIn(speech: SpeechRequest): object {
  const { voice } = speech
  const { speechConfig } = fromAllPlaces<ReturnType<typeof GOOGLE>>(GOOGLE_NAMES(), speech)
  const isNamed =
    speechConfig?.voiceConfig?.prebuiltVoiceConfig?.voiceName ||
    speechConfig?.multiSpeakerVoiceConfig?.speakerVoiceConfigs?.length
  if (isNamed) return speechConfig
  const spoken = present({ languageCode: speechConfig?.languageCode })
  return { ...spoken, ...speechConfigOf(typeof voice === 'string' ? voice : voice.id) }
}
