import { speechConfigOf } from '../../gemini/media/voices.ts'
import type { GenerateContentRequest } from '../../gemini/types.ts'
import type { SpeechRequest } from './body.ts'

/** Models that speak accept no system text, so the instruction stands before the text to speak. */
export function toGeminiRequest({
  input,
  instructions,
  voice,
}: SpeechRequest): GenerateContentRequest {
  const text = instructions.trim() === '' ? input : `${instructions.trim()}:\n${input}`
  return {
    contents: [{ role: 'user', parts: [{ text }] }],
    generationConfig: {
      responseModalities: ['AUDIO'],
      speechConfig: speechConfigOf(typeof voice === 'string' ? voice : voice.id),
    },
  }
}
