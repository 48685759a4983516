/** Voices and a language in Gemini's own words, as chats and speech take them (docs/google.md: Generation settings). */
import * as v from 'valibot'
import { lazy } from '../lazy.ts'
import { bothCases } from './spellings.ts'
import { string } from './words.ts'

// No field is required, since of each only one of the two spellings is sent.
const text = lazy(() => v.nullish(string()))
const voiceConfig = lazy(() =>
  v.nullish(bothCases({ prebuiltVoiceConfig: v.nullish(bothCases({ voiceName: text() })) })),
)
const speakers = lazy(() =>
  v.array(bothCases({ speaker: text(), voiceConfig: voiceConfig() }), 'an array'),
)

export const speechConfig = lazy(() =>
  bothCases({
    voiceConfig: voiceConfig(),
    languageCode: text(),
    multiSpeakerVoiceConfig: v.nullish(bothCases({ speakerVoiceConfigs: v.nullish(speakers()) })),
  }),
)
