import type { JsonDialect, Telling } from '../dialect.ts'
import { readingInAllPlaces } from '../spellings.ts'
import { unreadWithin } from '../unread-fields.ts'
import { conversationIn } from '../openai/conversation.ts'
import { neverStreamed } from '../openai/stream.ts'
import { GOOGLE, parseSpeechRequest, speechRequest, type SpeechRequest } from './body.ts'
import { toGeminiRequest } from './request.ts'
import { toSpeech } from './whole.ts'
import { lazy } from '../../lazy.ts'

const READ = lazy(() =>
  readingInAllPlaces([...Object.keys(speechRequest().entries), 'user'], GOOGLE()),
)

/** POST /v1/audio/speech */
export const OPENAI_SPEECH: JsonDialect = {
  sends: 'json',
  read({ body }) {
    const parsed = parseSpeechRequest(body)
    if (!parsed.ok) return parsed
    const speech = parsed.value
    return {
      ok: true,
      model: speech.model,
      stream: false,
      conversation: conversationIn(body),
      choices: 1,
      kind: 'speech',
      attachments: [],
      translate: () => ({
        ok: true,
        order: 'together',
        requests: [toGeminiRequest(speech)],
        telling: telling(speech),
        ignored: () => unreadWithin(body, READ()),
      }),
    }
  },
}

function telling({ response_format: format }: SpeechRequest): Telling {
  return {
    whole([answer]) {
      const spoken = toSpeech(answer?.response ?? {}, format)
      if (!spoken.ok) return { ...spoken, at: 0 }
      return { ok: true, body: spoken.audio, contentType: spoken.mimeType, signatures: [] }
    },
    stream: neverStreamed,
  }
}
