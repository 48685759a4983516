import { wavDuration } from '../../bytes/wav.ts'
import type { Failure } from '../../failure/failure.ts'
import { ignoredBy } from '../../gemini/fit/ignored.ts'
import type {
  DialectSettings,
  FormDialect,
  Refused,
  Sent,
  Telling,
  Understood,
} from '../dialect.ts'
import { eventStream } from '../openai/stream.ts'
import { type AudioRequest, ignoredIn, parseAudioForm, type Task } from './body.ts'
import { recordingType, toGeminiRequest } from './request.ts'
import { TranscriptStream } from './stream.ts'
import { toTranscript } from './whole.ts'

/** Names by which OpenAI's clients ask for a transcript, even from Gemini. */
const OPENAI_MODEL = /^(?:whisper-|gpt-)/
/** Enough to recognise a file's type. */
const HEAD_BYTES = 64

/** POST /v1/audio/transcriptions */
export const OPENAI_TRANSCRIPTIONS: FormDialect = dialectOf('transcribe')

/** POST /v1/audio/translations */
export const OPENAI_TRANSLATIONS: FormDialect = dialectOf('translate')

function dialectOf(task: Task): FormDialect {
  return { sends: 'form', read: (sent) => read(sent, task) }
}

async function read({ body, settings }: Sent<FormData>, task: Task): Promise<Understood | Refused> {
  const parsed = parseAudioForm(body, task)
  if (!parsed.ok) return parsed
  const audio = parsed.value
  if (audio.file.size > settings.maxMediaPartBytes) {
    return { ok: false, failure: tooLarge(settings.maxMediaPartBytes) }
  }
  const bytes = new Uint8Array(await audio.file.arrayBuffer())
  const recording = recordingType(audio.file, bytes.subarray(0, HEAD_BYTES))
  if (!recording.ok) return recording
  const sound = { mimeType: recording.mimeType, data: bytes.toBase64() }
  const duration = wavDuration(bytes)
  return {
    ok: true,
    model: modelOf(audio, settings),
    stream: audio.stream,
    conversation: null,
    choices: 1,
    kind: null,
    attachments: [],
    translate: () => {
      const request = toGeminiRequest(audio, task, sound)
      return {
        ok: true,
        order: 'together',
        requests: [request],
        telling: telling({ audio, task, duration }),
        ignored: (target) => [
          ...ignoredIn(body, task),
          ...(target === null ? [] : ignoredBy(request, target)),
        ],
      }
    },
  }
}

function modelOf({ model }: AudioRequest, { transcriptionModel }: DialectSettings): string {
  return OPENAI_MODEL.test(model) ? transcriptionModel : model
}

function telling(asked: Parameters<typeof toTranscript>[1]): Telling {
  return {
    whole([answer]) {
      const transcript = toTranscript(answer?.response ?? {}, asked)
      return transcript.ok ? { ...transcript, signatures: [] } : { ...transcript, at: 0 }
    },
    stream: () => eventStream(() => new TranscriptStream()),
  }
}

function tooLarge(limit: number): Failure {
  const message = `Invalid value: 'file' is larger than the ${limit} bytes that one file may have.`
  return { reason: 'invalid_value', message, param: 'file' }
}
